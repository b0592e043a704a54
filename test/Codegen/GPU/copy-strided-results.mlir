// RUN: conorm-opt %s --copy-strided-results --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @strided(
// CHECK-SAME:    %[[A:.*]]: memref<4x8xf32, strided<[16, 1]>>, %[[B:.*]]: memref<8xf32>) -> (memref<4x8xf32>, memref<8xf32>)
// CHECK:         %[[COPY:.*]] = memref.alloc() : memref<4x8xf32>
// CHECK:         memref.copy %[[A]], %[[COPY]]
// CHECK:         return %[[COPY]], %[[B]]
func.func @strided(%a: memref<4x8xf32, strided<[16, 1]>>, %b: memref<8xf32>)
    -> (memref<4x8xf32, strided<[16, 1]>>, memref<8xf32>) {
  return %a, %b : memref<4x8xf32, strided<[16, 1]>>, memref<8xf32>
}

// -----

// expected-error @below {{expected a function with results that are not contiguous to be called from outside alone}}
func.func @called(%a: memref<4x8xf32, strided<[16, 1]>>) -> memref<4x8xf32, strided<[16, 1]>> {
  return %a : memref<4x8xf32, strided<[16, 1]>>
}
func.func @caller(%a: memref<4x8xf32, strided<[16, 1]>>) {
  %0 = call @called(%a) : (memref<4x8xf32, strided<[16, 1]>>) -> memref<4x8xf32, strided<[16, 1]>>
  return
}
