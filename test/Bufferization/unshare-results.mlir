// RUN: %conorm_opt %s --pass-pipeline="builtin.module(func.func(unshare-results))" | FileCheck %s

// CHECK-LABEL: func.func @same_twice(
// CHECK-SAME:    %[[A:.*]]: memref<?xf32>)
func.func @same_twice(%a: memref<?xf32>) -> (memref<?xf32>, memref<?xf32>) {
  // CHECK: %[[SAME:.*]] = arith.cmpi eq
  // CHECK: %[[OWN:.*]] = scf.if %[[SAME]] -> (memref<?xf32>) {
  // CHECK:   %[[COPY:.*]] = memref.alloc
  // CHECK:   memref.copy %[[A]], %[[COPY]]
  // CHECK:   scf.yield %[[COPY]]
  // CHECK: } else {
  // CHECK:   scf.yield %[[A]]
  // CHECK: return %[[A]], %[[OWN]]
  return %a, %a : memref<?xf32>, memref<?xf32>
}

// Every earlier one is compared.
// CHECK-LABEL: func.func @three(
func.func @three(%a: memref<4xf32>, %b: memref<4xf32>, %s: f32)
    -> (memref<4xf32>, f32, memref<4xf32>, memref<4xf32>) {
  // CHECK: arith.cmpi eq
  // CHECK: scf.if
  // CHECK: arith.cmpi eq
  // CHECK: arith.cmpi eq
  // CHECK: arith.ori
  // CHECK: scf.if
  return %a, %s, %b, %a : memref<4xf32>, f32, memref<4xf32>, memref<4xf32>
}

// CHECK-LABEL: func.func @different(
// CHECK-NOT: arith.cmpi
func.func @different() -> (memref<4xf32>, memref<4xf32>) {
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  return %a, %b : memref<4xf32>, memref<4xf32>
}

// The callers of a private function are here.
// CHECK-LABEL: func.func private @internal(
// CHECK-NOT: arith.cmpi
func.func private @internal(%a: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>) {
  return %a, %a : memref<4xf32>, memref<4xf32>
}
