// RUN: conorm-opt %s --split-input-file --verify-diagnostics

func.func @rank(%a: tensor<8xf32>, %b: tensor<8x6xf32>) {
  // expected-error@+1 {{operand #0 must be 2D or 3D tensor or memref of f32, f16, bf16, f8E4M3FN or f8E5M2, but got 'tensor<8xf32>'}}
  %c = blas.matmul %a, %b : tensor<8xf32>, tensor<8x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @element_type(%a: tensor<4x8xi8>, %b: tensor<8x6xi8>) {
  // expected-error@+1 {{operand #0 must be 2D or 3D tensor or memref of f32, f16, bf16, f8E4M3FN or f8E5M2}}
  %c = blas.matmul %a, %b : tensor<4x8xi8>, tensor<8x6xi8> -> tensor<4x6xf32>
  return
}

// -----

func.func @mixed_operands(%a: tensor<4x8xf16>, %b: tensor<8x6xbf16>) {
  // expected-error@+1 {{expected operands of one type of f32, f16 and bf16 with an output of that type or f32, or operands of f8E4M3FN and at most one of f8E5M2 with an output of bf16, f16 or f32; found 'f16', 'bf16' and 'f32'}}
  %c = blas.matmul %a, %b : tensor<4x8xf16>, tensor<8x6xbf16> -> tensor<4x6xf32>
  return
}

// -----

func.func @output_type(%a: tensor<4x8xf16>, %b: tensor<8x6xf16>) {
  // expected-error@+1 {{found 'f16', 'f16' and 'bf16'}}
  %c = blas.matmul %a, %b : tensor<4x8xf16>, tensor<8x6xf16> -> tensor<4x6xbf16>
  return
}

// -----

func.func @both_e5m2(%a: tensor<4x16xf8E5M2>, %b: tensor<16x16xf8E5M2>) {
  // expected-error@+1 {{found 'f8E5M2', 'f8E5M2' and 'bf16'}}
  %c = blas.matmul %a, %b {transpose_rhs} : tensor<4x16xf8E5M2>, tensor<16x16xf8E5M2> -> tensor<4x16xbf16>
  return
}

// -----

func.func @k(%a: tensor<4x8xf32>, %b: tensor<7x6xf32>) {
  // expected-error@+1 {{expected operands with equal k, found 'tensor<4x8xf32>' and 'tensor<7x6xf32>'}}
  %c = blas.matmul %a, %b : tensor<4x8xf32>, tensor<7x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @k_transposed(%a: tensor<4x8xf32>, %b: tensor<4x6xf32>) {
  // expected-error@+1 {{expected operands with equal k, found 'tensor<4x8xf32>' and 'tensor<4x6xf32>' transposed}}
  %c = blas.matmul %a, %b {transpose_rhs} : tensor<4x8xf32>, tensor<4x6xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @batch(%a: tensor<2x4x8xf32>, %b: tensor<3x8x6xf32>) {
  // expected-error@+1 {{expected operands with equal batches, found 'tensor<2x4x8xf32>' and 'tensor<3x8x6xf32>'}}
  %c = blas.matmul %a, %b : tensor<2x4x8xf32>, tensor<3x8x6xf32> -> tensor<2x4x6xf32>
  return
}

// -----

func.func @output_shape(%a: tensor<4x8xf32>, %b: tensor<8x6xf32>) {
  // expected-error@+1 {{expected an output of shape 'tensor<4x6xf32>', found 'tensor<6x4xf32>'}}
  %c = blas.matmul %a, %b : tensor<4x8xf32>, tensor<8x6xf32> -> tensor<6x4xf32>
  return
}

// -----

func.func @output_rank(%a: tensor<2x4x8xf32>, %b: tensor<8x6xf32>) {
  // expected-error@+1 {{expected an output of shape 'tensor<2x4x6xf32>', found 'tensor<4x6xf32>'}}
  %c = blas.matmul %a, %b : tensor<2x4x8xf32>, tensor<8x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @init_type(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %init: tensor<4x6xf32>) {
  // expected-error@+1 {{expected init of the output's type 'tensor<4x6xbf16>', found 'tensor<4x6xf32>'}}
  %c = blas.matmul %a, %b init(%init : tensor<4x6xf32>) : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xbf16>
  return
}

// -----

func.func @f8_rhs_not_transposed(%a: tensor<4x16xf8E4M3FN>, %b: tensor<16x16xf8E4M3FN>) {
  // expected-error@+1 {{expected operands of 8 bits as [m, k] and [n, k], found [m, k] and [k, n]}}
  %c = blas.matmul %a, %b : tensor<4x16xf8E4M3FN>, tensor<16x16xf8E4M3FN> -> tensor<4x16xbf16>
  return
}

// -----

func.func @f8_lhs_transposed(%a: tensor<16x4xf8E4M3FN>, %b: tensor<16x16xf8E4M3FN>) {
  // expected-error@+1 {{expected operands of 8 bits as [m, k] and [n, k], found [k, m] and [n, k]}}
  %c = blas.matmul %a, %b {transpose_lhs, transpose_rhs} : tensor<16x4xf8E4M3FN>, tensor<16x16xf8E4M3FN> -> tensor<4x16xbf16>
  return
}

// -----

func.func @f8_k(%a: tensor<4x24xf8E4M3FN>, %b: tensor<16x24xf8E4M3FN>) {
  // expected-error@+1 {{expected k to be a multiple of 16 with operands of 8 bits, found 24}}
  %c = blas.matmul %a, %b {transpose_rhs} : tensor<4x24xf8E4M3FN>, tensor<16x24xf8E4M3FN> -> tensor<4x16xbf16>
  return
}

// -----

func.func @f8_n(%a: tensor<4x16xf8E4M3FN>, %b: tensor<9x16xf8E4M3FN>) {
  // expected-error@+1 {{expected n to be a multiple of 16 with operands of 8 bits, found 9}}
  %c = blas.matmul %a, %b {transpose_rhs} : tensor<4x16xf8E4M3FN>, tensor<9x16xf8E4M3FN> -> tensor<4x9xbf16>
  return
}

// -----

func.func @f8_init(%a: tensor<4x16xf8E4M3FN>, %b: tensor<16x16xf8E4M3FN>, %init: tensor<4x16xbf16>) {
  // expected-error@+1 {{expected an output of f32 with init and operands of 8 bits, found 'bf16'}}
  %c = blas.matmul %a, %b init(%init : tensor<4x16xbf16>) {transpose_rhs} : tensor<4x16xf8E4M3FN>, tensor<16x16xf8E4M3FN> -> tensor<4x16xbf16>
  return
}

// -----

func.func @scale_of_bf16(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %s: tensor<f32>) {
  // expected-error@+1 {{expected no lhs_scale with operands that are not of 8 bits, found 'bf16'}}
  %c = blas.matmul %a, %b lhs_scale(%s : tensor<f32>) : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xbf16>
  return
}

// -----

func.func @lhs_scale_size(%a: tensor<4x16xf8E4M3FN>, %b: tensor<32x16xf8E4M3FN>, %s: tensor<32xf32>) {
  // expected-error@+1 {{expected lhs_scale of one element or of m, which is 4, found 'tensor<32xf32>'}}
  %c = blas.matmul %a, %b lhs_scale(%s : tensor<32xf32>) {transpose_rhs} : tensor<4x16xf8E4M3FN>, tensor<32x16xf8E4M3FN> -> tensor<4x32xbf16>
  return
}

// -----

func.func @rhs_scale_size(%a: tensor<4x16xf8E4M3FN>, %b: tensor<32x16xf8E4M3FN>, %s: tensor<4xf32>) {
  // expected-error@+1 {{expected rhs_scale of one element or of n, which is 32, found 'tensor<4xf32>'}}
  %c = blas.matmul %a, %b rhs_scale(%s : tensor<4xf32>) {transpose_rhs} : tensor<4x16xf8E4M3FN>, tensor<32x16xf8E4M3FN> -> tensor<4x32xbf16>
  return
}

// -----

func.func @scale_type(%a: tensor<4x16xf8E4M3FN>, %b: tensor<32x16xf8E4M3FN>, %s: tensor<4x1xf32>) {
  // expected-error@+1 {{operand #2 must be 0D or 1D tensor or memref of f32, but got 'tensor<4x1xf32>'}}
  %c = blas.matmul %a, %b lhs_scale(%s : tensor<4x1xf32>) {transpose_rhs} : tensor<4x16xf8E4M3FN>, tensor<32x16xf8E4M3FN> -> tensor<4x32xbf16>
  return
}

// -----

func.func @no_destination(%a: memref<4x8xf32>, %b: memref<8x6xf32>) {
  // expected-error@+1 {{expected 1 destinations, found 0}}
  blas.matmul %a, %b : memref<4x8xf32>, memref<8x6xf32>
  return
}

// -----

func.func @no_result(%a: tensor<4x8xf32>, %b: tensor<8x6xf32>) {
  // expected-error@+1 {{expected results on tensors, found none}}
  blas.matmul %a, %b : tensor<4x8xf32>, tensor<8x6xf32>
  return
}

// -----

func.func @unknown_attribute(%a: tensor<4x8xf32>, %b: tensor<6x8xf32>) {
  // expected-warning@+2 {{'blas.matmul' op ignores 'transpose_rsh' (did you mean 'transpose_rhs'?)}}
  // expected-error@+1 {{expected operands with equal k}}
  %c = blas.matmul %a, %b {transpose_rsh} : tensor<4x8xf32>, tensor<6x8xf32> -> tensor<4x6xf32>
  return
}
