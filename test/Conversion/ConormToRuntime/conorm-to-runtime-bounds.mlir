// RUN: conorm-opt %s --convert-conorm-to-runtime=check-bounds | FileCheck %s
// RUN: conorm-opt %s --convert-conorm-to-runtime | FileCheck %s --check-prefix=OFF --implicit-check-not=conorm_expect_bounds --implicit-check-not=cf.assert

// OFF-LABEL: func.func @element

// The context returns the error; the function returns.
// CHECK-LABEL: func.func @element(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr, %[[BUFFER:.*]]: memref<?xf32>, %[[INDEX:.*]]: index
// CHECK: %[[SIZE:.*]] = memref.dim %[[BUFFER]]
// CHECK: %[[CHECK:.*]] = llvm.mlir.addressof @conorm.bounds.element
// CHECK: %[[OFFSET:.*]] = arith.index_cast %[[INDEX]]
// CHECK: %[[LIMIT:.*]] = arith.index_cast %[[SIZE]]
// CHECK: %[[STATUS:.*]] = llvm.call @conorm_expect_bounds(%[[CONTEXT]], %[[CHECK]], %[[OFFSET]], %{{.*}}, %{{.*}}, %[[LIMIT]])
// CHECK: %[[OK:.*]] = arith.cmpi eq, %[[STATUS]]
// CHECK: cf.assert %[[OK]], "conorm.return"
// CHECK-NEXT: memref.load
func.func @element(%a: memref<?xf32>, %i: index) -> f32 {
  %0 = memref.load %a[%i] : memref<?xf32>
  return %0 : f32
}

// CHECK-LABEL: func.func @known_to_be_within
// CHECK-NOT: conorm_expect_bounds
// CHECK: return
func.func @known_to_be_within(%a: memref<4x8xf32>, %b: memref<?x8xf32>) -> f32 {
  %c3 = arith.constant 3 : index
  %0 = memref.load %a[%c3, %c3] : memref<4x8xf32>
  %1 = memref.subview %a[1, 0] [3, 4] [1, 2]
      : memref<4x8xf32> to memref<3x4xf32, strided<[8, 2], offset: 8>>
  %2 = memref.cast %a : memref<4x8xf32> to memref<?x8xf32>
  %3 = memref.alloc() : memref<4x8xf32>
  memref.copy %a, %3 : memref<4x8xf32> to memref<4x8xf32>
  return %0 : f32
}

// A private function without other calls of the runtime takes the context, and
// its callers look at what has become of it.
// CHECK-LABEL: func.func @caller(
// CHECK-SAME: %[[CONTEXT:.*]]: !llvm.ptr
// CHECK: %[[RESULT:.*]] = call @callee(%[[CONTEXT]],
// CHECK-NEXT: %[[STATUS:.*]] = llvm.call @conorm_context_status(%[[CONTEXT]])
// CHECK: cf.assert %{{.*}}, "conorm.return"
func.func @caller(%a: memref<?xf32>, %n: index) -> memref<?xf32, strided<[1]>> {
  %0 = call @callee(%a, %n) : (memref<?xf32>, index) -> memref<?xf32, strided<[1]>>
  return %0 : memref<?xf32, strided<[1]>>
}

// CHECK-LABEL: func.func private @callee(
// CHECK: llvm.call @conorm_expect_bounds
// CHECK: memref.subview
func.func private @callee(%a: memref<?xf32>, %n: index) -> memref<?xf32, strided<[1]>> {
  %0 = memref.subview %a[0] [%n] [1] : memref<?xf32> to memref<?xf32, strided<[1]>>
  return %0 : memref<?xf32, strided<[1]>>
}

// CHECK-LABEL: func.func @loop
// CHECK: scf.for
// CHECK: llvm.call @conorm_expect_bounds
// CHECK: cf.assert
// CHECK: memref.store
func.func @loop(%a: memref<?xf32>, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.store %v, %a[%i] : memref<?xf32>
  }
  return
}
