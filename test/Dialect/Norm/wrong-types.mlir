// RUN: conorm-opt %s --split-input-file --verify-diagnostics

// Each operation with each kind of type that it does not take, with a name for
// its result, and the same in the generic form.

func.func @rms_norm_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<*xbf16>
  return
}

// -----

func.func @rms_norm_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "norm.rms_norm"(%x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

func.func @rms_norm_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : vector<16xf32>
  return
}

// -----

func.func @rms_norm_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "norm.rms_norm"(%x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0>}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

func.func @rms_norm_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : memref<*xf32>
  return
}

// -----

func.func @rms_norm_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "norm.rms_norm"(%x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0>}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

func.func @rms_norm_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : f32
  return
}

// -----

func.func @rms_norm_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "norm.rms_norm"(%x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0>}> : (f32) -> f32
  return
}

// -----

func.func @rms_norm_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : memref<4xf32>
  return
}

// -----

func.func @quantize_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<*xbf16>
  return
}

// -----

func.func @quantize_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "norm.quantize"(%x) <{scheme = #norm.scheme<per_token>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

func.func @quantize_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : vector<16xf32>
  return
}

// -----

func.func @quantize_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "norm.quantize"(%x) <{scheme = #norm.scheme<per_token>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

func.func @quantize_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : memref<*xf32>
  return
}

// -----

func.func @quantize_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "norm.quantize"(%x) <{scheme = #norm.scheme<per_token>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

func.func @quantize_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : f32
  return
}

// -----

func.func @quantize_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "norm.quantize"(%x) <{scheme = #norm.scheme<per_token>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (f32) -> f32
  return
}

// -----

func.func @quantize_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : memref<4xf32>
  return
}

// -----

func.func @quantize_name_without_type(%x: tensor<4xf32>) {
  // expected-error@+2 {{expected '->' and the types of the results on tensors}}
  %y = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<4xf32>
  return
}

// -----

func.func @add_rms_norm_vector(%x: vector<4xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<4xf32>'}}
  %y:2 = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32} : vector<4xf32>, vector<4xf32>
  return
}

// -----

func.func @add_rms_norm_unranked_residual(%x: tensor<4xf32>, %r: tensor<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xf32>'}}
  %y:2 = norm.add_rms_norm %x, %r {epsilon = 1.0e-6 : f32} : tensor<4xf32>, tensor<*xf32>
  return
}

// -----

func.func @add_rms_norm_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 2; outs names what is written to}}
  %y:2 = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32} : memref<4xf32>, memref<4xf32>
  return
}

// -----

func.func @weight_of_no_shape(%x: tensor<4xf32>, %w: f32) {
  // expected-error@+1 {{operand #1 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = norm.rms_norm %x weight(%w : f32) {epsilon = 1.0e-6 : f32} : tensor<4xf32>
  return
}
