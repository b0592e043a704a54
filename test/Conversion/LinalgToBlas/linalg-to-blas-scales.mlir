// RUN: conorm-opt %s --convert-linalg-to-blas | FileCheck %s

// What multiplies a product of operands of 8 bits becomes its scales.

#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0, 0)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>
#all = affine_map<(d0, d1) -> ()>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

// As `norm.quantize` makes them, and as weights have them.
// CHECK-LABEL: func @per_token_and_per_channel
// CHECK-SAME: %[[S:[a-z0-9]*]]: tensor<?x1xf32>, %[[WS:[a-z0-9]*]]: tensor<32xf32>
func.func @per_token_and_per_channel(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?x1xf32>, %ws: tensor<32xf32>, %eo: tensor<?x32xbf16>) -> tensor<?x32xbf16> {
  // CHECK: %[[V:.*]] = tensor.collapse_shape %[[S]] {{\[\[}}0, 1]] : tensor<?x1xf32> into tensor<?xf32>
  // CHECK: %[[Y:.*]] = blas.matmul %{{.*}}, %{{.*}} lhs_scale(%[[V]] : tensor<?xf32>) rhs_scale(%[[WS]] : tensor<32xf32>) {transpose_rhs} : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN> -> tensor<?x32xbf16>
  // CHECK-NEXT: return %[[Y]]
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, #columns, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %s, %ws : tensor<?x32xf32>, tensor<?x1xf32>, tensor<32xf32>) outs(%eo : tensor<?x32xbf16>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %unused: bf16):
      %p = arith.mulf %a, %b : f32
      %q = arith.mulf %p, %c : f32
      %r = arith.truncf %q : f32 to bf16
      linalg.yield %r : bf16
    } -> tensor<?x32xbf16>
  return %y : tensor<?x32xbf16>
}

// The scales are multiplied with each other first.
// CHECK-LABEL: func @scales_first
func.func @scales_first(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?xf32>, %ws: tensor<32xf32>, %eo: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} lhs_scale(%{{.*}} : tensor<?xf32>) rhs_scale(%{{.*}} : tensor<32xf32>)
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [#columns, #rows, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%ws, %s, %sum : tensor<32xf32>, tensor<?xf32>, tensor<?x32xf32>) outs(%eo : tensor<?x32xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %unused: f32):
      %p = arith.mulf %a, %b : f32
      %q = arith.mulf %p, %c : f32
      linalg.yield %q : f32
    } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// By operations on tensors, one after the other.
// CHECK-LABEL: func @broadcasts
func.func @broadcasts(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?xf32>, %ws: tensor<32xf32>, %eo: tensor<?x32xf32>) -> tensor<?x32xf16> {
  // CHECK-NOT: linalg
  // CHECK: %[[Y:.*]] = blas.matmul %{{.*}}, %{{.*}} lhs_scale(%{{.*}} : tensor<?xf32>) rhs_scale(%{{.*}} : tensor<32xf32>) {{.*}} -> tensor<?x32xf16>
  // CHECK-NEXT: return %[[Y]]
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sb = linalg.broadcast ins(%s : tensor<?xf32>) outs(%eo : tensor<?x32xf32>) dimensions = [1]
  %wb = linalg.broadcast ins(%ws : tensor<32xf32>) outs(%eo : tensor<?x32xf32>) dimensions = [0]
  %p = arith.mulf %sum, %sb : tensor<?x32xf32>
  %q = arith.mulf %wb, %p : tensor<?x32xf32>
  %y = arith.truncf %q : tensor<?x32xf32> to tensor<?x32xf16>
  return %y : tensor<?x32xf16>
}

// CHECK-LABEL: func @per_token_and_per_tensor
func.func @per_token_and_per_tensor(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %eo: tensor<?x32xbf16>) -> tensor<?x32xbf16> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} lhs_scale(%{{.*}} : tensor<?xf32>) rhs_scale(%{{.*}} : tensor<1xf32>) {{.*}} -> tensor<?x32xbf16>
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [#id, #row, affine_map<(d0, d1) -> (0)>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %s, %ws : tensor<?x32xf32>, tensor<?x1xf32>, tensor<1xf32>) outs(%eo : tensor<?x32xbf16>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %unused: bf16):
      %p = arith.mulf %a, %c : f32
      %q = arith.mulf %p, %b : f32
      %r = arith.truncf %q : f32 to bf16
      linalg.yield %r : bf16
    } -> tensor<?x32xbf16>
  return %y : tensor<?x32xbf16>
}

// CHECK-LABEL: func @constant_scale
func.func @constant_scale(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %eo: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[C:.*]] = arith.constant dense<5.000000e-01> : tensor<f32>
  // CHECK: blas.matmul %{{.*}}, %{{.*}} lhs_scale(%[[C]] : tensor<f32>)
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %half = arith.constant 0.5 : f32
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<?x32xf32>) outs(%eo : tensor<?x32xf32>) {
    ^bb0(%a: f32, %unused: f32):
      %p = arith.mulf %a, %half : f32
      linalg.yield %p : f32
    } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// A scale that the body captures is read where it lies.
// CHECK-LABEL: func @element_as_scale
// CHECK-SAME: %[[S:[a-z0-9]*]]: tensor<1xf32>
func.func @element_as_scale(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<1xf32>, %eo: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} lhs_scale(%[[S]] : tensor<1xf32>)
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %c0 = arith.constant 0 : index
  %scale = tensor.extract %s[%c0] : tensor<1xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum : tensor<?x32xf32>) outs(%eo : tensor<?x32xf32>) {
    ^bb0(%a: f32, %unused: f32):
      %p = arith.mulf %a, %scale : f32
      linalg.yield %p : f32
    } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Each operand takes one scale; a third one stays a product.
// CHECK-LABEL: func @three_scales
func.func @three_scales(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?xf32>, %ws: tensor<32xf32>, %one: tensor<f32>, %eo: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: %[[P:.*]] = blas.matmul %{{.*}}, %{{.*}} lhs_scale(%{{.*}} : tensor<?xf32>) rhs_scale(%{{.*}} : tensor<32xf32>)
  // CHECK: arith.mulf %[[P]]
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sb = linalg.broadcast ins(%s : tensor<?xf32>) outs(%eo : tensor<?x32xf32>) dimensions = [1]
  %wb = linalg.broadcast ins(%ws : tensor<32xf32>) outs(%eo : tensor<?x32xf32>) dimensions = [0]
  %ob = linalg.broadcast ins(%one : tensor<f32>) outs(%eo : tensor<?x32xf32>) dimensions = [0, 1]
  %p = arith.mulf %sum, %sb : tensor<?x32xf32>
  %q = arith.mulf %wb, %p : tensor<?x32xf32>
  %y = arith.mulf %q, %ob : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @no_scale_of_each_element
func.func @no_scale_of_each_element(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_rhs}
  // CHECK: arith.mulf
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = arith.mulf %sum, %s : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @no_square
func.func @no_square(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_rhs}
  // CHECK: arith.mulf
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = arith.mulf %sum, %sum : tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @no_bf16_scale
func.func @no_bf16_scale(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<?xbf16>, %eo: tensor<?x32xf32>) -> tensor<?x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_rhs}
  // CHECK: linalg.generic
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %s : tensor<?x32xf32>, tensor<?xbf16>) outs(%eo : tensor<?x32xf32>) {
    ^bb0(%a: f32, %b: bf16, %unused: f32):
      %f = arith.extf %b : bf16 to f32
      %p = arith.mulf %a, %f : f32
      linalg.yield %p : f32
    } -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// The product is read transposed.
// CHECK-LABEL: func @no_scale_of_transposed
func.func @no_scale_of_transposed(%x: tensor<?x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %e: tensor<?x32xf32>, %s: tensor<32xf32>, %eo: tensor<32x?xf32>) -> tensor<32x?xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_rhs}
  // CHECK: linalg.generic
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<?x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #rows, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum, %s : tensor<?x32xf32>, tensor<32xf32>) outs(%eo : tensor<32x?xf32>) {
    ^bb0(%a: f32, %b: f32, %unused: f32):
      %p = arith.mulf %a, %b : f32
      linalg.yield %p : f32
    } -> tensor<32x?xf32>
  return %y : tensor<32x?xf32>
}

// CHECK-LABEL: func @no_scale_of_bf16
func.func @no_scale_of_bf16(%x: tensor<4x8xbf16>, %w: tensor<8x6xbf16>, %s: tensor<4xf32>, %e: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xf32>
  // CHECK: linalg.broadcast
  // CHECK: arith.mulf
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xbf16>, tensor<8x6xbf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %sb = linalg.broadcast ins(%s : tensor<4xf32>) outs(%e : tensor<4x6xf32>) dimensions = [1]
  %y = arith.mulf %sum, %sb : tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// The scale would multiply what is added, too.
// CHECK-LABEL: func @no_scale_with_init
func.func @no_scale_with_init(%x: tensor<4x64xf8E4M3FN>, %w: tensor<32x64xf8E4M3FN>, %init: tensor<4x32xf32>, %s: tensor<4xf32>, %e: tensor<4x32xf32>) -> tensor<4x32xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}} : tensor<4x32xf32>) {transpose_rhs}
  // CHECK: arith.mulf
  %sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out] ins(%x, %w : tensor<4x64xf8E4M3FN>, tensor<32x64xf8E4M3FN>) outs(%init : tensor<4x32xf32>) -> tensor<4x32xf32>
  %sb = linalg.broadcast ins(%s : tensor<4xf32>) outs(%e : tensor<4x32xf32>) dimensions = [1]
  %y = arith.mulf %sum, %sb : tensor<4x32xf32>
  return %y : tensor<4x32xf32>
}
