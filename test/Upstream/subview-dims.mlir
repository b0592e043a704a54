// RUN: not %mlir_opt %s --expand-strided-metadata 2>&1 | FileCheck %s

// The result lacks the third dimension. Upstream drops the first one.

// CHECK: expected result type with size = 2 instead of 1 in dim = 0

func.func @rows(%a: memref<1x2x8x?xf32>, %n: index)
    -> memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>> {
  %0 = memref.subview %a[0, 0, 7, 0] [1, 2, 1, %n] [1, 1, 1, 1]
    : memref<1x2x8x?xf32> to memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>>
  return %0 : memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>>
}
