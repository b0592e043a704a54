// RUN: %conorm_opt %s --deallocate-at-last-use | FileCheck %s

// Freed after the last use, which may be of a view.
// CHECK-LABEL: func.func @local(
// CHECK:       %[[A:.*]] = memref.alloc() {bufferization.manual_deallocation}
// CHECK:       %[[V:.*]] = memref.subview %[[A]]
// CHECK:       linalg.exp ins(%[[V]] :
// CHECK-NEXT:  memref.dealloc %[[A]] {bufferization.manual_deallocation}
// CHECK-NEXT:  linalg.log
func.func @local(%x: memref<4xf32>, %y: memref<2xf32>) {
  %a = memref.alloc() : memref<4xf32>
  %v = memref.subview %a[1] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1], offset: 1>>
  linalg.exp ins(%x : memref<4xf32>) outs(%a : memref<4xf32>)
  linalg.exp ins(%v : memref<2xf32, strided<[1], offset: 1>>) outs(%y : memref<2xf32>)
  linalg.log ins(%y : memref<2xf32>) outs(%y : memref<2xf32>)
  return
}

// A use in a loop is a use of the loop.
// CHECK-LABEL: func.func @loop(
// CHECK:       %[[A:.*]] = memref.alloc() {bufferization.manual_deallocation}
// CHECK:       scf.for
// CHECK:         %[[B:.*]] = memref.alloc() {bufferization.manual_deallocation}
// CHECK:         linalg.exp ins(%[[B]] :
// CHECK-NEXT:    memref.dealloc %[[B]]
// CHECK-NEXT:  {{^ *[}]$}}
// CHECK-NEXT:  memref.dealloc %[[A]]
func.func @loop(%x: memref<4xf32>, %n: index) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %a = memref.alloc() : memref<4xf32>
  scf.for %i = %zero to %n step %one {
    %b = memref.alloc() : memref<4xf32>
    linalg.exp ins(%a : memref<4xf32>) outs(%b : memref<4xf32>)
    linalg.exp ins(%b : memref<4xf32>) outs(%x : memref<4xf32>)
  }
  return
}

// Collectives and functions that return no buffer use theirs while they run.
// CHECK-LABEL: func.func @calls(
// CHECK:       %[[A:.*]] = memref.alloc() {bufferization.manual_deallocation}
// CHECK:       comm.all_reduce %[[A]]
// CHECK-NEXT:  call @use(%[[A]])
// CHECK-NEXT:  memref.dealloc %[[A]]
comm.group @tp
func.func private @use(memref<4x8xf32>)
func.func @calls() {
  %a = memref.alloc() : memref<4x8xf32>
  comm.all_reduce %a on @tp outs(%a : memref<4x8xf32>) : memref<4x8xf32>
  call @use(%a) : (memref<4x8xf32>) -> ()
  return
}

// Returned, yielded, given to a function that may return it, its address taken.
// CHECK-LABEL: func.func @kept(
// CHECK-NOT:   manual_deallocation
// CHECK-NOT:   memref.dealloc
// CHECK:       func.func private @pass
func.func @kept(%c: i1, %x: memref<4xf32>) -> (memref<4xf32>, index) {
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %d = memref.alloc() : memref<4xf32>
  %e = memref.alloc() : memref<4xf32>
  %0 = scf.if %c -> memref<4xf32> {
    scf.yield %b : memref<4xf32>
  } else {
    scf.yield %x : memref<4xf32>
  }
  linalg.exp ins(%0 : memref<4xf32>) outs(%a : memref<4xf32>)
  %1 = call @pass(%d) : (memref<4xf32>) -> memref<4xf32>
  linalg.exp ins(%1 : memref<4xf32>) outs(%a : memref<4xf32>)
  %2 = memref.extract_aligned_pointer_as_index %e : memref<4xf32> -> index
  return %a, %2 : memref<4xf32>, index
}
func.func private @pass(memref<4xf32>) -> memref<4xf32>
