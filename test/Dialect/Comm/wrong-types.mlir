// RUN: conorm-opt %s --split-input-file --verify-diagnostics

// Each operation with each kind of type that it does not take, with a name for
// its result, and the same in the generic form.

comm.group @tp
func.func @all_reduce_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = comm.all_reduce %x on @tp : tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "comm.all_reduce"(%x) <{group = @tp}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = comm.all_reduce %x on @tp : vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "comm.all_reduce"(%x) <{group = @tp}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = comm.all_reduce %x on @tp : memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "comm.all_reduce"(%x) <{group = @tp}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = comm.all_reduce %x on @tp : f32
  return
}

// -----

comm.group @tp
func.func @all_reduce_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "comm.all_reduce"(%x) <{group = @tp}> : (f32) -> f32
  return
}

// -----

comm.group @tp
func.func @all_reduce_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = comm.all_reduce %x on @tp : memref<4xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "comm.reduce_scatter"(%x) <{group = @tp, dim = 0 : i64}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "comm.reduce_scatter"(%x) <{group = @tp, dim = 0 : i64}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "comm.reduce_scatter"(%x) <{group = @tp, dim = 0 : i64}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : f32
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "comm.reduce_scatter"(%x) <{group = @tp, dim = 0 : i64}> : (f32) -> f32
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = comm.reduce_scatter %x on @tp dim 0 : memref<4xf32>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_name_without_type(%x: tensor<4xf32>) {
  // expected-error@+2 {{expected '->' and the types of the results on tensors}}
  %y = comm.reduce_scatter %x on @tp dim 0 : tensor<4xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = comm.all_gather %x on @tp dim 0 : tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_gather_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "comm.all_gather"(%x) <{group = @tp, dim = 0 : i64}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_gather_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = comm.all_gather %x on @tp dim 0 : vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "comm.all_gather"(%x) <{group = @tp, dim = 0 : i64}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = comm.all_gather %x on @tp dim 0 : memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "comm.all_gather"(%x) <{group = @tp, dim = 0 : i64}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = comm.all_gather %x on @tp dim 0 : f32
  return
}

// -----

comm.group @tp
func.func @all_gather_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "comm.all_gather"(%x) <{group = @tp, dim = 0 : i64}> : (f32) -> f32
  return
}

// -----

comm.group @tp
func.func @all_gather_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = comm.all_gather %x on @tp dim 0 : memref<4xf32>
  return
}

// -----

comm.group @tp
func.func @all_gather_name_without_type(%x: tensor<4xf32>) {
  // expected-error@+2 {{expected '->' and the types of the results on tensors}}
  %y = comm.all_gather %x on @tp dim 0 : tensor<4xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_unranked_tensor(%x: tensor<*xbf16>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'tensor<*xbf16>'}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_unranked_tensor_generic(%x: tensor<*xbf16>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'tensor<*xbf16>'}}
  %y = "comm.all_reduce_rms_norm"(%x) <{group = @tp, epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 0, 0, 1, 0, 0>}> : (tensor<*xbf16>) -> tensor<*xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_vector(%x: vector<16xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'vector<16xf32>'}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_vector_generic(%x: vector<16xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'vector<16xf32>'}}
  %y = "comm.all_reduce_rms_norm"(%x) <{group = @tp, epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 0, 0, 1, 0, 0>}> : (vector<16xf32>) -> vector<16xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_unranked_memref(%x: memref<*xf32>) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'memref<*xf32>'}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_unranked_memref_generic(%x: memref<*xf32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'memref<*xf32>'}}
  %y = "comm.all_reduce_rms_norm"(%x) <{group = @tp, epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 0, 0, 1, 0, 0>}> : (memref<*xf32>) -> memref<*xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_scalar(%x: f32) {
  // expected-error@+1 {{expected a ranked tensor or memref of bf16, f16 or f32, found 'f32'}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : f32
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_scalar_generic(%x: f32) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32, but got 'f32'}}
  %y = "comm.all_reduce_rms_norm"(%x) <{group = @tp, epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 0, 0, 0, 0>, resultSegmentSizes = array<i32: 0, 0, 1, 0, 0>}> : (f32) -> f32
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_name_on_memref(%x: memref<4xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1; outs names what is written to}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : memref<4xf32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_rms_norm_name_without_type(%x: tensor<4xf32>) {
  // expected-error@+2 {{expected '->' and the types of the results on tensors}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<4xf32>
  return
}

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp = 4

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp size = 4

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp 4

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp(4)

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp, size = 4

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp : 4

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp<4>

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp[4]

// -----

// expected-error@+1 {{expected attributes in braces behind the name, as in '@tp {size = 4 : i64}'}}
comm.group @tp replica_groups = dense<0> : tensor<1x1xi64>
