// RUN: conorm-opt %s --convert-shape-to-view | FileCheck %s
// RUN: conorm-opt %s --convert-shape-to-view --expand-strided-metadata -o /dev/null

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

// The third dimension is the one that the result lacks.
// CHECK-LABEL: func @dims_by_sizes
func.func @dims_by_sizes(%a: memref<1x2x8x?xf32>, %n: index) -> memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>> {
  // CHECK: %[[BASE:.*]], %{{.*}}, %{{.*}}:4, %[[STRIDES:.*]]:4 = memref.extract_strided_metadata
  // CHECK: affine.apply
  // CHECK-NEXT: %[[OFFSET:.*]] = affine.apply #{{.*}}()[%[[STRIDES]]#2]
  // CHECK-NEXT: memref.reinterpret_cast %[[BASE]] to offset: [%[[OFFSET]]], sizes: [1, 2, %{{.*}}], strides: [%[[STRIDES]]#0, %[[STRIDES]]#1, 1]
  %0 = memref.subview %a[0, 0, 7, 0] [1, 2, 1, %n] [1, 1, 1, 1] : memref<1x2x8x?xf32> to memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>>
  return %0 : memref<1x2x?xf32, strided<[?, ?, 1], offset: ?>>
}

// Steps multiply strides.
// CHECK-LABEL: func @steps
func.func @steps(%a: memref<1x?x8x?xf32>, %n: index, %at: index) -> memref<1x2x?xf32, strided<[?, ?, 2], offset: ?>> {
  // CHECK: memref.reinterpret_cast {{.*}} sizes: [1, 2, %{{.*}}]
  %0 = memref.subview %a[0, %at, 7, 0] [1, 2, 1, %n] [1, 3, 1, 2] : memref<1x?x8x?xf32> to memref<1x2x?xf32, strided<[?, ?, 2], offset: ?>>
  return %0 : memref<1x2x?xf32, strided<[?, ?, 2], offset: ?>>
}

// Upstream finds the right dimensions here.
// CHECK-LABEL: func @dims_by_strides
func.func @dims_by_strides(%a: memref<1x2x8x4xf32>) -> memref<1x2x4xf32, strided<[64, 32, 1], offset: 28>> {
  // CHECK: memref.subview
  %0 = memref.subview %a[0, 0, 7, 0] [1, 2, 1, 4] [1, 1, 1, 1] : memref<1x2x8x4xf32> to memref<1x2x4xf32, strided<[64, 32, 1], offset: 28>>
  return %0 : memref<1x2x4xf32, strided<[64, 32, 1], offset: 28>>
}

// CHECK-LABEL: func @first_dim_dropped
func.func @first_dim_dropped(%a: memref<1x2x8x?xf32>, %n: index) -> memref<2x1x?xf32, strided<[?, ?, 1], offset: ?>> {
  // CHECK: memref.subview
  %0 = memref.subview %a[0, 0, 7, 0] [1, 2, 1, %n] [1, 1, 1, 1] : memref<1x2x8x?xf32> to memref<2x1x?xf32, strided<[?, ?, 1], offset: ?>>
  return %0 : memref<2x1x?xf32, strided<[?, ?, 1], offset: ?>>
}
