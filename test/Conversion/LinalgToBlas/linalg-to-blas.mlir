// RUN: conorm-opt %s --convert-linalg-to-blas | FileCheck %s

// The rounding and the zeros go into the product.
// CHECK-LABEL: func @matmul
// CHECK-SAME: %[[X:.*]]: tensor<?x512xbf16>, %[[W:.*]]: tensor<512x384xbf16>
func.func @matmul(%x: tensor<?x512xbf16>, %w: tensor<512x384xbf16>, %e: tensor<?x384xf32>) -> tensor<?x384xbf16> {
  // CHECK-NEXT: %[[Y:.*]] = blas.matmul %[[X]], %[[W]] : tensor<?x512xbf16>, tensor<512x384xbf16> -> tensor<?x384xbf16>
  // CHECK-NEXT: return %[[Y]]
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%e : tensor<?x384xf32>) -> tensor<?x384xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<?x512xbf16>, tensor<512x384xbf16>) outs(%init : tensor<?x384xf32>) -> tensor<?x384xf32>
  %y = arith.truncf %sum : tensor<?x384xf32> to tensor<?x384xbf16>
  return %y : tensor<?x384xbf16>
}

// CHECK-LABEL: func @init
// CHECK-SAME: %{{.*}}, %{{.*}}, %[[C:.*]]: tensor<4x6xf32>
func.func @init(%a: tensor<4x8xf16>, %b: tensor<8x6xf16>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%[[C]] : tensor<4x6xf32>) : tensor<4x8xf16>, tensor<8x6xf16> -> tensor<4x6xf32>
  %sum = linalg.matmul ins(%a, %b : tensor<4x8xf16>, tensor<8x6xf16>) outs(%c : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %sum : tensor<4x6xf32>
}

#transposed_lhs = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#transposed_rhs = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]

// CHECK-LABEL: func @transposed
func.func @transposed(%a: tensor<8x4xf32>, %b: tensor<8x6xf32>, %c: tensor<4x8xf32>, %d: tensor<6x8xf32>, %init: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>) {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}}) {transpose_lhs} : tensor<8x4xf32>, tensor<8x6xf32>
  %0 = linalg.matmul indexing_maps = #transposed_lhs ins(%a, %b : tensor<8x4xf32>, tensor<8x6xf32>) outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}}) {transpose_rhs} : tensor<4x8xf32>, tensor<6x8xf32>
  %1 = linalg.matmul indexing_maps = #transposed_rhs ins(%c, %d : tensor<4x8xf32>, tensor<6x8xf32>) outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0, %1 : tensor<4x6xf32>, tensor<4x6xf32>
}

// CHECK-LABEL: func @batch_matmul
func.func @batch_matmul(%a: tensor<?x4x8xbf16>, %b: tensor<?x8x6xbf16>, %init: tensor<?x4x6xf32>) -> tensor<?x4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}}) : tensor<?x4x8xbf16>, tensor<?x8x6xbf16> -> tensor<?x4x6xf32>
  %0 = linalg.batch_matmul ins(%a, %b : tensor<?x4x8xbf16>, tensor<?x8x6xbf16>) outs(%init : tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
  return %0 : tensor<?x4x6xf32>
}

// A vector is a matrix of one row or of one column.
// CHECK-LABEL: func @vectors
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf32>, %[[X:.*]]: tensor<8xf32>, %[[Y:.*]]: tensor<4xf32>
func.func @vectors(%a: tensor<4x8xf32>, %x: tensor<8xf32>, %y: tensor<4xf32>, %i4: tensor<4xf32>, %i8: tensor<8xf32>, %i0: tensor<f32>) -> (tensor<4xf32>, tensor<8xf32>, tensor<f32>) {
  // CHECK: %[[COLUMN:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0, 1]] output_shape [1, 8]
  // CHECK: %[[P:.*]] = blas.matmul %[[A]], %[[COLUMN]] {{.*}}{transpose_rhs} : tensor<4x8xf32>, tensor<1x8xf32> -> tensor<4x1xf32>
  // CHECK: %[[MATVEC:.*]] = tensor.collapse_shape %[[P]] {{\[\[}}0, 1]] : tensor<4x1xf32> into tensor<4xf32>
  %0 = linalg.matvec ins(%a, %x : tensor<4x8xf32>, tensor<8xf32>) outs(%i4 : tensor<4xf32>) -> tensor<4xf32>
  // CHECK: blas.matmul %{{.*}}, %[[A]] {{.*}} : tensor<1x4xf32>, tensor<4x8xf32> -> tensor<1x8xf32>
  %1 = linalg.vecmat ins(%y, %a : tensor<4xf32>, tensor<4x8xf32>) outs(%i8 : tensor<8xf32>) -> tensor<8xf32>
  // CHECK: blas.matmul %{{.*}}, %{{.*}} {transpose_rhs} : tensor<1x8xf32>, tensor<1x8xf32> -> tensor<1x1xf32>
  // CHECK: tensor.collapse_shape %{{.*}} [] : tensor<1x1xf32> into tensor<f32>
  %2 = linalg.dot ins(%x, %x : tensor<8xf32>, tensor<8xf32>) outs(%i0 : tensor<f32>) -> tensor<f32>
  // CHECK: return %[[MATVEC]]
  return %0, %1, %2 : tensor<4xf32>, tensor<8xf32>, tensor<f32>
}

#rows = affine_map<(b, s, n, k) -> (b, s, k)>
#weight = affine_map<(b, s, n, k) -> (n, k)>
#out = affine_map<(b, s, n, k) -> (b, s, n)>

// Several dimensions of rows are one.
// CHECK-LABEL: func @rows
func.func @rows(%x: tensor<2x?x8xbf16>, %w: tensor<6x8xbf16>, %init: tensor<2x?x6xf32>) -> tensor<2x?x6xf32> {
  // CHECK: %[[X:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : tensor<2x?x8xbf16> into tensor<?x8xbf16>
  // CHECK: %[[P:.*]] = blas.matmul %[[X]], %{{.*}} {transpose_rhs} : tensor<?x8xbf16>, tensor<6x8xbf16> -> tensor<?x6xf32>
  // CHECK: tensor.expand_shape %[[P]] {{\[\[}}0, 1], [2]] output_shape [2, %{{.*}}, 6] : tensor<?x6xf32> into tensor<2x?x6xf32>
  %zero = arith.constant 0.0 : f32
  %i = linalg.fill ins(%zero : f32) outs(%init : tensor<2x?x6xf32>) -> tensor<2x?x6xf32>
  %0 = linalg.generic {indexing_maps = [#rows, #weight, #out], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<2x?x8xbf16>, tensor<6x8xbf16>) outs(%i : tensor<2x?x6xf32>) {
    ^bb0(%a: bf16, %b: bf16, %c: f32):
      %af = arith.extf %a : bf16 to f32
      %bf = arith.extf %b : bf16 to f32
      %p = arith.mulf %bf, %af : f32
      %s = arith.addf %p, %c : f32
      linalg.yield %s : f32
    } -> tensor<2x?x6xf32>
  return %0 : tensor<2x?x6xf32>
}

// The operand whose rows come first in the result is the left one.
// CHECK-LABEL: func @swapped
// CHECK-SAME: %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<6x8xf32>
func.func @swapped(%a: tensor<8x4xf32>, %b: tensor<6x8xf32>, %init: tensor<6x4xf32>) -> tensor<6x4xf32> {
  // CHECK: blas.matmul %[[B]], %[[A]] init(%{{.*}}) : tensor<6x8xf32>, tensor<8x4xf32> -> tensor<6x4xf32>
  %0 = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (n, m)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<8x4xf32>, tensor<6x8xf32>) outs(%init : tensor<6x4xf32>) {
    ^bb0(%x: f32, %y: f32, %c: f32):
      %p = arith.mulf %x, %y : f32
      %s = arith.addf %c, %p : f32
      linalg.yield %s : f32
    } -> tensor<6x4xf32>
  return %0 : tensor<6x4xf32>
}

// Operands that are extended before are multiplied as they are.
// CHECK-LABEL: func @extended_before
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf16>, %[[B:.*]]: tensor<8x6xf16>
func.func @extended_before(%a: tensor<4x8xf16>, %b: tensor<8x6xf16>, %e: tensor<8x6xf32>, %init: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %[[A]], %[[B]] init(%{{.*}}) : tensor<4x8xf16>, tensor<8x6xf16> -> tensor<4x6xf32>
  %af = arith.extf %a : tensor<4x8xf16> to tensor<4x8xf32>
  %bf = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%b : tensor<8x6xf16>) outs(%e : tensor<8x6xf32>) {
    ^bb0(%x: f16, %unused: f32):
      %y = arith.extf %x : f16 to f32
      linalg.yield %y : f32
    } -> tensor<8x6xf32>
  %0 = linalg.matmul ins(%af, %bf : tensor<4x8xf32>, tensor<8x6xf32>) outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// Types that differ are multiplied as f32.
// CHECK-LABEL: func @extended_from_two_types
func.func @extended_from_two_types(%a: tensor<4x8xf16>, %b: tensor<8x6xbf16>, %init: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%{{.*}}) : tensor<4x8xf32>, tensor<8x6xf32> -> tensor<4x6xf32>
  %af = arith.extf %a : tensor<4x8xf16> to tensor<4x8xf32>
  %bf = arith.extf %b : tensor<8x6xbf16> to tensor<8x6xf32>
  %0 = linalg.matmul ins(%af, %bf : tensor<4x8xf32>, tensor<8x6xf32>) outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func @rounded_by_generic
func.func @rounded_by_generic(%x: tensor<4x8xbf16>, %w: tensor<8x6xbf16>, %e: tensor<4x6xbf16>) -> tensor<4x6xbf16> {
  // CHECK: %[[Y:.*]] = blas.matmul {{.*}} -> tensor<4x6xbf16>
  // CHECK-NEXT: return %[[Y]]
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xbf16>, tensor<8x6xbf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%sum : tensor<4x6xf32>) outs(%e : tensor<4x6xbf16>) {
    ^bb0(%a: f32, %unused: bf16):
      %r = arith.truncf %a : f32 to bf16
      linalg.yield %r : bf16
    } -> tensor<4x6xbf16>
  return %y : tensor<4x6xbf16>
}

// CHECK-LABEL: func @no_round_used_twice
func.func @no_round_used_twice(%x: tensor<4x8xbf16>, %w: tensor<8x6xbf16>) -> (tensor<4x6xbf16>, tensor<4x6xf32>) {
  // CHECK: blas.matmul {{.*}} -> tensor<4x6xf32>
  // CHECK: arith.truncf
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xbf16>, tensor<8x6xbf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = arith.truncf %sum : tensor<4x6xf32> to tensor<4x6xbf16>
  return %y, %sum : tensor<4x6xbf16>, tensor<4x6xf32>
}

// CHECK-LABEL: func @no_round_to_another_type
func.func @no_round_to_another_type(%x: tensor<4x8xf16>, %w: tensor<8x6xf16>) -> tensor<4x6xbf16> {
  // CHECK: blas.matmul {{.*}} -> tensor<4x6xf32>
  // CHECK: arith.truncf
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = arith.truncf %sum : tensor<4x6xf32> to tensor<4x6xbf16>
  return %y : tensor<4x6xbf16>
}

// CHECK-LABEL: func @no_round_with_init
func.func @no_round_with_init(%x: tensor<4x8xf16>, %w: tensor<8x6xf16>, %init: tensor<4x6xf32>) -> tensor<4x6xf16> {
  // CHECK: blas.matmul {{.*}} init({{.*}} -> tensor<4x6xf32>
  // CHECK: arith.truncf
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x6xf16>) outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = arith.truncf %sum : tensor<4x6xf32> to tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// CHECK-LABEL: func @no_round_by_another_mode
func.func @no_round_by_another_mode(%x: tensor<4x8xf16>, %w: tensor<8x6xf16>) -> tensor<4x6xf16> {
  // CHECK: blas.matmul {{.*}} -> tensor<4x6xf32>
  // CHECK: arith.truncf {{.*}} toward_zero
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = arith.truncf %sum toward_zero : tensor<4x6xf32> to tensor<4x6xf16>
  return %y : tensor<4x6xf16>
}

// A product stays outside of a loop that rounds it.
// CHECK-LABEL: func @no_round_in_a_loop
func.func @no_round_in_a_loop(%x: tensor<4x8xf16>, %w: tensor<8x6xf16>, %n: index, %start: tensor<4x6xf16>) -> tensor<4x6xf16> {
  // CHECK: blas.matmul {{.*}} -> tensor<4x6xf32>
  // CHECK: scf.for
  // CHECK: arith.truncf
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zeros = arith.constant dense<0.0> : tensor<4x6xf32>
  %sum = linalg.matmul ins(%x, %w : tensor<4x8xf16>, tensor<8x6xf16>) outs(%zeros : tensor<4x6xf32>) -> tensor<4x6xf32>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%a = %start) -> tensor<4x6xf16> {
    %r = arith.truncf %sum : tensor<4x6xf32> to tensor<4x6xf16>
    %s = arith.addf %a, %r : tensor<4x6xf16>
    scf.yield %s : tensor<4x6xf16>
  }
  return %y : tensor<4x6xf16>
}
