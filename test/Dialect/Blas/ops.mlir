// RUN: conorm-opt %s | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --mlir-print-op-generic | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --emit-bytecode | conorm-opt | FileCheck %s

// CHECK-LABEL: func @matmul
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<8x6xbf16>
func.func @matmul(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>) -> tensor<4x6xbf16> {
  // CHECK: blas.matmul %[[A]], %[[B]] : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xbf16>
  %c = blas.matmul %a, %b : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xbf16>
  return %c : tensor<4x6xbf16>
}

// CHECK-LABEL: func @transposed
func.func @transposed(%a: tensor<8x4xf16>, %b: tensor<6x8xf16>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_lhs, transpose_rhs} : tensor<8x4xf16>, tensor<6x8xf16> -> tensor<4x6xf32>
  %c = blas.matmul %a, %b {transpose_lhs, transpose_rhs} : tensor<8x4xf16>, tensor<6x8xf16> -> tensor<4x6xf32>
  return %c : tensor<4x6xf32>
}

// CHECK-LABEL: func @batched
func.func @batched(%a: tensor<?x4x8xf32>, %b: tensor<?x8x6xf32>, %w: tensor<8x6xf32>) -> (tensor<?x4x6xf32>, tensor<?x4x6xf32>) {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} : tensor<?x4x8xf32>, tensor<?x8x6xf32> -> tensor<?x4x6xf32>
  %c = blas.matmul %a, %b : tensor<?x4x8xf32>, tensor<?x8x6xf32> -> tensor<?x4x6xf32>
  // CHECK: blas.matmul %{{.*}}, %{{.*}} : tensor<?x4x8xf32>, tensor<8x6xf32> -> tensor<?x4x6xf32>
  %d = blas.matmul %a, %w : tensor<?x4x8xf32>, tensor<8x6xf32> -> tensor<?x4x6xf32>
  return %c, %d : tensor<?x4x6xf32>, tensor<?x4x6xf32>
}

// CHECK-LABEL: func @scales
// CHECK-SAME: %{{.*}}, %{{.*}}, %[[S:.*]]: tensor<?xf32>, %[[WS:.*]]: tensor<32xf32>, %[[ONE:.*]]: tensor<f32>
func.func @scales(%a: tensor<?x16xf8E4M3FN>, %b: tensor<32x16xf8E4M3FN>, %s: tensor<?xf32>, %ws: tensor<32xf32>, %one: tensor<f32>) -> (tensor<?x32xbf16>, tensor<?x32xf16>) {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} lhs_scale(%[[S]] : tensor<?xf32>) rhs_scale(%[[WS]] : tensor<32xf32>) {transpose_rhs}
  %c = blas.matmul %a, %b lhs_scale(%s : tensor<?xf32>) rhs_scale(%ws : tensor<32xf32>) {transpose_rhs} : tensor<?x16xf8E4M3FN>, tensor<32x16xf8E4M3FN> -> tensor<?x32xbf16>
  // CHECK: blas.matmul %{{.*}}, %{{.*}} rhs_scale(%[[ONE]] : tensor<f32>) {transpose_rhs}
  %d = blas.matmul %a, %b rhs_scale(%one : tensor<f32>) {transpose_rhs} : tensor<?x16xf8E4M3FN>, tensor<32x16xf8E4M3FN> -> tensor<?x32xf16>
  return %c, %d : tensor<?x32xbf16>, tensor<?x32xf16>
}

// CHECK-LABEL: func @mixed_f8
func.func @mixed_f8(%a: tensor<4x16xf8E5M2>, %b: tensor<16x16xf8E4M3FN>) -> tensor<4x16xf32> {
  // CHECK: blas.matmul
  %c = blas.matmul %a, %b {transpose_rhs} : tensor<4x16xf8E5M2>, tensor<16x16xf8E4M3FN> -> tensor<4x16xf32>
  return %c : tensor<4x16xf32>
}

// CHECK-LABEL: func @init
func.func @init(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %init: tensor<4x6xf32>, %o: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}} : tensor<4x6xf32>) outs(%{{.*}} : tensor<4x6xf32>)
  %c = blas.matmul %a, %b init(%init : tensor<4x6xf32>) outs(%o : tensor<4x6xf32>) : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xf32>
  return %c : tensor<4x6xf32>
}

// CHECK-LABEL: func @memref
func.func @memref(%a: memref<4x8xbf16, strided<[24, 1], offset: 8>>, %b: memref<8x6xbf16>, %o: memref<4x6xbf16>) {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} outs(%{{.*}} : memref<4x6xbf16>) : memref<4x8xbf16, strided<[24, 1], offset: 8>>, memref<8x6xbf16>
  blas.matmul %a, %b outs(%o : memref<4x6xbf16>) : memref<4x8xbf16, strided<[24, 1], offset: 8>>, memref<8x6xbf16>
  return
}
