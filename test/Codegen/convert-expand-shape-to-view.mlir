// RUN: conorm-opt %s --convert-expand-shape-to-view | FileCheck %s
// RUN: conorm-opt %s --convert-expand-shape-to-view --expand-strided-metadata -o /dev/null

// CHECK-LABEL: func @two_unknown_sizes
func.func @two_unknown_sizes(%a: memref<?x8xf32>, %n: index, %m: index) -> memref<?x?x8xf32> {
  // CHECK: %[[STRIDE:.*]] = affine.apply
  // CHECK: %[[VIEW:.*]] = memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%{{.*}}, %{{.*}}, 8], strides: [%[[STRIDE]], 8, 1]
  // CHECK: return %[[VIEW]]
  %0 = memref.expand_shape %a [[0, 1], [2]] output_shape [%n, %m, 8] : memref<?x8xf32> into memref<?x?x8xf32>
  return %0 : memref<?x?x8xf32>
}

// CHECK-LABEL: func @strided_source
func.func @strided_source(%a: memref<?x8xf32, strided<[?, 1], offset: ?>>, %n: index, %m: index) -> memref<?x?x8xf32, strided<[?, ?, 1], offset: ?>> {
  // CHECK: memref.reinterpret_cast %{{.*}} to offset: [%{{.*}}], sizes: [%{{.*}}, %{{.*}}, 8], strides: [%{{.*}}, %{{.*}}, 1]
  %0 = memref.expand_shape %a [[0, 1], [2]] output_shape [%n, %m, 8] : memref<?x8xf32, strided<[?, 1], offset: ?>> into memref<?x?x8xf32, strided<[?, ?, 1], offset: ?>>
  return %0 : memref<?x?x8xf32, strided<[?, ?, 1], offset: ?>>
}

// CHECK-LABEL: func @one_unknown_size
func.func @one_unknown_size(%a: memref<?x8xf32>, %n: index) -> memref<?x2x8xf32> {
  // CHECK: memref.expand_shape
  %0 = memref.expand_shape %a [[0, 1], [2]] output_shape [%n, 2, 8] : memref<?x8xf32> into memref<?x2x8xf32>
  return %0 : memref<?x2x8xf32>
}
