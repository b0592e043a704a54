// RUN: conorm-opt %s --convert-linalg-to-blas --remarks-filter=convert-linalg-to-blas --remark-format=emitRemark --verify-diagnostics | FileCheck %s

// Contractions that are no products of the library stay what they are.

// CHECK-NOT: blas.matmul

func.func @no_integers(%a: tensor<4x8xi8>, %b: tensor<8x6xi8>, %c: tensor<4x6xi32>) -> tensor<4x6xi32> {
  // expected-remark@+1 {{Function=no_integers | Constraint=Body, Found="no sum of floats", Remark="left the contraction to loops"}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xi8>, tensor<8x6xi8>) outs(%c : tensor<4x6xi32>) -> tensor<4x6xi32>
  return %0 : tensor<4x6xi32>
}

func.func @no_f64(%a: tensor<4x8xf64>, %b: tensor<8x6xf64>, %c: tensor<4x6xf64>) -> tensor<4x6xf64> {
  // expected-remark@+1 {{Constraint=Accumulation, Found=f64}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xf64>, tensor<8x6xf64>) outs(%c : tensor<4x6xf64>) -> tensor<4x6xf64>
  return %0 : tensor<4x6xf64>
}

func.func @no_bf16_accumulation(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %c: tensor<4x6xbf16>) -> tensor<4x6xbf16> {
  // expected-remark@+1 {{Constraint=Accumulation, Found=bf16}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xbf16>, tensor<8x6xbf16>) outs(%c : tensor<4x6xbf16>) -> tensor<4x6xbf16>
  return %0 : tensor<4x6xbf16>
}

func.func @no_mixed_types(%a: tensor<4x8xf16>, %b: tensor<8x6xbf16>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // expected-remark@+1 {{Constraint=OperandTypes, Found="f16 and bf16"}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xf16>, tensor<8x6xbf16>) outs(%c : tensor<4x6xf32>) -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

func.func @no_e5m2(%a: tensor<4x16xf8E5M2>, %b: tensor<16x16xf8E5M2>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  // expected-remark@+1 {{Constraint=OperandTypes, Found="f8E5M2 and f8E5M2"}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x16xf8E5M2>, tensor<16x16xf8E5M2>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

#lhs = affine_map<(m, n, k) -> (m, k)>
#lhs_transposed = affine_map<(m, n, k) -> (k, m)>
#rhs = affine_map<(m, n, k) -> (k, n)>
#rhs_transposed = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

func.func @no_f8_rhs(%a: tensor<4x16xf8E4M3FN>, %b: tensor<16x16xf8E4M3FN>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  // expected-remark@+1 {{Constraint=F8Layout, Found="[m, k] and [k, n]"}}
  %0 = linalg.matmul ins(%a, %b : tensor<4x16xf8E4M3FN>, tensor<16x16xf8E4M3FN>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

func.func @no_f8_lhs(%a: tensor<16x4xf8E4M3FN>, %b: tensor<16x16xf8E4M3FN>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  // expected-remark@+1 {{Constraint=F8Layout, Found="[k, m] and [n, k]"}}
  %0 = linalg.matmul indexing_maps = [#lhs_transposed, #rhs_transposed, #out] ins(%a, %b : tensor<16x4xf8E4M3FN>, tensor<16x16xf8E4M3FN>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

func.func @no_f8_k(%a: tensor<4x24xf8E4M3FN>, %b: tensor<16x24xf8E4M3FN>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  // expected-remark@+1 {{Constraint=F8Layout, Found="k = 24"}}
  %0 = linalg.matmul indexing_maps = [#lhs, #rhs_transposed, #out] ins(%a, %b : tensor<4x24xf8E4M3FN>, tensor<16x24xf8E4M3FN>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

func.func @no_f8_n(%a: tensor<4x16xf8E4M3FN>, %b: tensor<9x16xf8E4M3FN>, %c: tensor<4x9xf32>) -> tensor<4x9xf32> {
  // expected-remark@+1 {{Constraint=F8Layout, Found="n = 9"}}
  %0 = linalg.matmul indexing_maps = [#lhs, #rhs_transposed, #out] ins(%a, %b : tensor<4x16xf8E4M3FN>, tensor<9x16xf8E4M3FN>) outs(%c : tensor<4x9xf32>) -> tensor<4x9xf32>
  return %0 : tensor<4x9xf32>
}

func.func @no_f8_unknown_k(%a: tensor<4x?xf8E4M3FN>, %b: tensor<16x?xf8E4M3FN>, %c: tensor<4x16xf32>) -> tensor<4x16xf32> {
  // expected-remark@+1 {{Constraint=F8Layout, Found="k that is not known"}}
  %0 = linalg.matmul indexing_maps = [#lhs, #rhs_transposed, #out] ins(%a, %b : tensor<4x?xf8E4M3FN>, tensor<16x?xf8E4M3FN>) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}

// The product is rounded before it is added.
func.func @no_rounded_product(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // expected-remark@+1 {{Constraint=Body, Found="a sum of something else than products of the operands"}}
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x8xbf16>, tensor<8x6xbf16>) outs(%c : tensor<4x6xf32>) {
    ^bb0(%x: bf16, %y: bf16, %z: f32):
      %p = arith.mulf %x, %y : bf16
      %f = arith.extf %p : bf16 to f32
      %s = arith.addf %z, %f : f32
      linalg.yield %s : f32
    } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// What has one operand and is none of multiplication and addition.
func.func @no_other_arithmetic(%a: tensor<4x8xf32>, %b: tensor<8x6xf32>, %c: tensor<4x6xf32>) -> tensor<4x6xf32> {
  // expected-remark@+1 {{Constraint=Body, Found="a sum of something else than products of the operands"}}
  %0 = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<4x8xf32>, tensor<8x6xf32>) outs(%c : tensor<4x6xf32>) {
    ^bb0(%x: f32, %y: f32, %z: f32):
      %e = math.exp %x : f32
      %p = arith.mulf %e, %y : f32
      %s = arith.addf %z, %p : f32
      linalg.yield %s : f32
    } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}

// Heads stand between the rows and the columns.
func.func @no_batch_inside(%q: tensor<4x2x8xbf16>, %k: tensor<6x2x8xbf16>, %c: tensor<2x4x6xf32>) -> tensor<2x4x6xf32> {
  // expected-remark@+1 {{Constraint=Dimensions, Found="(d0, d1, d2, d3) -> (d1, d0, d3), (d0, d1, d2, d3) -> (d2, d0, d3) and (d0, d1, d2, d3) -> (d0, d1, d2)"}}
  %0 = linalg.generic {
      indexing_maps = [affine_map<(b, m, n, k) -> (m, b, k)>, affine_map<(b, m, n, k) -> (n, b, k)>, affine_map<(b, m, n, k) -> (b, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%q, %k : tensor<4x2x8xbf16>, tensor<6x2x8xbf16>) outs(%c : tensor<2x4x6xf32>) {
    ^bb0(%x: bf16, %y: bf16, %z: f32):
      %xf = arith.extf %x : bf16 to f32
      %yf = arith.extf %y : bf16 to f32
      %p = arith.mulf %xf, %yf : f32
      %s = arith.addf %z, %p : f32
      linalg.yield %s : f32
    } -> tensor<2x4x6xf32>
  return %0 : tensor<2x4x6xf32>
}
