// RUN: conorm-opt %s --split-input-file --verify-diagnostics

func.func @rms_norm_rank_0(%x: tensor<f32>) {
  // expected-error@+1 {{'norm.rms_norm' op expected an input of rank 1 or more, found 'tensor<f32>'}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<f32>
  return
}

// -----

func.func @rms_norm_element_type(%x: tensor<4x8xf64>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf64>
  return
}

// -----

func.func @rms_norm_negative_epsilon(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected epsilon to be finite and not negative, found -1}}
  %y = norm.rms_norm %x {epsilon = -1.0 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_nan_epsilon(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected epsilon to be finite and not negative, found NaN}}
  %y = norm.rms_norm %x {epsilon = 0x7FC00000 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_no_epsilon(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{requires attribute 'epsilon'}}
  %y = norm.rms_norm %x : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_bias_without_weight(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a weight with weight_bias}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_weight_rounding_without_weight(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{'norm.rms_norm' op expected a weight with weight_rounding}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return
}

// -----

func.func @add_rms_norm_weight_rounding_without_weight(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{'norm.add_rms_norm' op expected a weight with weight_rounding}}
  %y, %s = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_weight_rounding(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) {
  // expected-error@+1 {{attribute 'weight_rounding' failed to satisfy constraint: how a norm rounds the sum of weight_bias and weight}}
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.rounding<round_then_scale>} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_unknown_weight_rounding(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) {
  // expected-error@+2 {{expected ::conorm::norm::WeightRounding to be one of: none, element_type}}
  // expected-error@+1 {{failed to parse Norm_WeightRoundingAttr parameter 'value'}}
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<bf16>} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_weight_rank(%x: tensor<4x8xbf16>, %w: tensor<1x8xbf16>) {
  // expected-error@+1 {{expected a 1-D weight, found 'tensor<1x8xbf16>'}}
  %y = norm.rms_norm %x weight(%w : tensor<1x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_weight_size(%x: tensor<4x8xbf16>, %w: tensor<7xbf16>) {
  // expected-error@+1 {{expected weight of the input's last dimension 8, found 7}}
  %y = norm.rms_norm %x weight(%w : tensor<7xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_weight_type(%x: tensor<4x8xbf16>, %w: tensor<8xf16>) {
  // expected-error@+1 {{expected weight of the input's element type 'bf16' or f32, found 'f16'}}
  %y = norm.rms_norm %x weight(%w : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_rounding(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{attribute 'rounding' failed to satisfy constraint: where a norm rounds to its element type}}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32, rounding = 3 : i32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_mixed_operands(%x: tensor<4x8xbf16>, %w: memref<8xbf16>) {
  // expected-error@+1 {{expected operands that are all tensors or all memrefs, found 'tensor<4x8xbf16>' and 'memref<8xbf16>'}}
  %y = norm.rms_norm %x weight(%w : memref<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_memref_without_destination(%x: memref<4x8xbf16>) {
  // expected-error@+1 {{expected 1 destinations, found 0}}
  norm.rms_norm %x {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// -----

func.func @rms_norm_tensor_without_result(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected results on tensors, found none}}
  "norm.rms_norm"(%x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<4x8xbf16>) -> ()
  return
}

// -----

func.func @rms_norm_memref_with_result(%x: memref<4x8xbf16>) {
  // expected-error@+1 {{expected no results on memrefs, found 1}}
  %y = "norm.rms_norm"(%x, %x) <{epsilon = 1.0e-6 : f32, operandSegmentSizes = array<i32: 1, 0, 1>}> : (memref<4x8xbf16>, memref<4x8xbf16>) -> tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_destination_type(%x: tensor<4x8xbf16>, %o: tensor<4x9xbf16>) {
  // expected-error@+1 {{expected destination of the result's type 'tensor<4x8xbf16>', found 'tensor<4x9xbf16>'}}
  %y = norm.rms_norm %x outs(%o : tensor<4x9xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

func.func @rms_norm_memref_destination_shape(%x: memref<4x8xbf16>, %o: memref<4x9xbf16>) {
  // expected-error@+1 {{expected destination of the input's shape 'memref<4x8xbf16>', found 'memref<4x9xbf16>'}}
  norm.rms_norm %x outs(%o : memref<4x9xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// -----

func.func @rms_norm_memref_destination_type(%x: memref<4x8xbf16>, %o: memref<4x8xf16>) {
  // expected-error@+1 {{expected destination of the input's element type 'bf16', found 'f16'}}
  norm.rms_norm %x outs(%o : memref<4x8xf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// -----

func.func @add_rms_norm_residual_shape(%x: tensor<4x8xbf16>, %r: tensor<4x9xbf16>) {
  // expected-error@+1 {{expected residual of the input's shape 'tensor<4x8xbf16>', found 'tensor<4x9xbf16>'}}
  %y, %s = norm.add_rms_norm %x, %r {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x9xbf16>
  return
}

// -----

func.func @add_rms_norm_residual_type(%x: tensor<4x8xbf16>, %r: tensor<4x8xf32>) {
  // expected-error@+1 {{expected residual of the input's element type 'bf16', found 'f32'}}
  %y, %s = norm.add_rms_norm %x, %r {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xf32>
  return
}

// -----

func.func @add_rms_norm_one_destination(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected 2 destinations or none, found 1}}
  %y, %s = norm.add_rms_norm %x, %r outs(%x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return
}

// -----

func.func @add_rms_norm_memref_destinations(%x: memref<4x8xbf16>) {
  // expected-error@+1 {{expected 2 destinations, found 1}}
  norm.add_rms_norm %x, %x outs(%x : memref<4x8xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>, memref<4x8xbf16>
  return
}

// -----

func.func @add_rms_norm_weight_bias(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a weight with weight_bias}}
  %y, %s = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return
}

// -----

func.func @quantize_rank_0(%x: tensor<f32>) {
  // expected-error@+1 {{expected an input of rank 1 or more, found 'tensor<f32>'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<f32> -> tensor<1xf8E4M3FN>, tensor<1xf32>
  return
}

// -----

func.func @quantize_results(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected 2 results with scheme per_token, found 1}}
  %q = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return
}

// -----

func.func @quantize_static_results(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected 1 results with scheme per_tensor, found 2}}
  %q, %s = norm.quantize %x scale(%g : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<1xf32>
  return
}

// -----

func.func @quantize_divisibility(%x: tensor<4x100xbf16>) {
  // expected-error@+1 {{expected rows of a multiple of 32 elements with scheme mxfp8, found 100}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8>} : tensor<4x100xbf16> -> tensor<4x100xf8E4M3FN>, tensor<4x3xf8E8M0FNU>
  return
}

// -----

func.func @quantize_no_scale(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a scale with scheme per_tensor}}
  %q = norm.quantize %x {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return
}

// -----

func.func @quantize_needless_scale(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected no scale with scheme per_token}}
  %q, %s = norm.quantize %x scale(%g : tensor<1xf32>) {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @quantize_scale_shape(%x: tensor<4x8xbf16>, %g: tensor<2xf32>) {
  // expected-error@+1 {{expected a scale of one element, found 'tensor<2xf32>'}}
  %q = norm.quantize %x scale(%g : tensor<2xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return
}

// -----

func.func @quantize_type(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected quantized element type f8E4M3FN with scheme per_token, found 'f8E5M2'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E5M2>, tensor<4x1xf32>
  return
}

// -----

func.func @quantize_packed_type(%x: tensor<4x16xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected quantized element type i8 with scheme nvfp4, found 'f8E4M3FN'}}
  %q, %s = norm.quantize %x scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<4x16xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf8E4M3FN>
  return
}

// -----

func.func @quantize_packed_shape(%x: tensor<4x16xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected quantized of shape 'tensor<4x8xi8>', found 'tensor<4x16xi8>'}}
  %q, %s = norm.quantize %x scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<4x16xbf16> -> tensor<4x16xi8>, tensor<4x1xf8E4M3FN>
  return
}

// -----

func.func @quantize_scales_type(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected scales of element type f32 with scheme per_token, found 'f8E8M0FNU'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf8E8M0FNU>
  return
}

// -----

func.func @quantize_mxfp8_scales_type(%x: tensor<4x32xbf16>) {
  // expected-error@+1 {{expected scales of element type f8E8M0FNU with scheme mxfp8, found 'f32'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8>} : tensor<4x32xbf16> -> tensor<4x32xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @quantize_packed_scales_type(%x: tensor<4x512xbf16>) {
  // expected-error@+1 {{expected scales of element type i32 with scheme per_group, found 'f32'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 128, layout = packed_column_major>} : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<1x4xf32>
  return
}

// -----

func.func @quantize_scales_shape(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected scales of shape 'tensor<4x1xf32>', found 'tensor<4x2xf32>'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x2xf32>
  return
}

// -----

func.func @scheme_group_size(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a positive group_size with per_group, found 0}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_group>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @scheme_large_group_size(%x: tensor<4x?xbf16>) {
  // expected-error@+1 {{expected a group_size below 2^31, found 4294967424}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 4294967424>} : tensor<4x?xbf16> -> tensor<4x?xf8E4M3FN>, tensor<4x?xf32>
  return
}

// -----

func.func @quantize_swizzled_shape(%x: tensor<130x128xbf16>) {
  // expected-error@+1 {{expected scales of shape 'tensor<2x1x32x4x4xf8E8M0FNU>', found 'tensor<1x1x32x4x4xf8E8M0FNU>'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8, layout = swizzled_128x4>} : tensor<130x128xbf16> -> tensor<130x128xf8E4M3FN>, tensor<1x1x32x4x4xf8E8M0FNU>
  return
}

// -----

// Rows are those of all dimensions but the last, in blocks of four.
func.func @quantize_packed_scales_shape(%x: tensor<2x3x640xbf16>) {
  // expected-error@+1 {{expected scales of shape 'tensor<2x8xi32>', found 'tensor<2x6xi32>'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 128, layout = packed_column_major>} : tensor<2x3x640xbf16> -> tensor<2x3x640xf8E4M3FN>, tensor<2x6xi32>
  return
}

// -----

func.func @quantize_dynamic_rows(%x: tensor<?x128xbf16>) {
  // expected-error@+1 {{expected scales of shape 'tensor<?x1x32x4x4xf8E8M0FNU>', found 'tensor<?x2x32x4x4xf8E8M0FNU>'}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8, layout = swizzled_128x4>} : tensor<?x128xbf16> -> tensor<?x128xf8E4M3FN>, tensor<?x2x32x4x4xf8E8M0FNU>
  return
}

// -----

func.func @quantize_dynamic_columns(%x: tensor<4x?xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected quantized of shape 'tensor<4x?xi8>', found 'tensor<5x8xi8>'}}
  %q, %s = norm.quantize %x scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<4x?xbf16> -> tensor<5x8xi8>, tensor<5x1xf8E4M3FN>
  return
}

// -----

func.func @scheme_needless_group_size(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected no group_size with per_token, found 8}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token, group_size = 8>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @scheme_swizzled_layout(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected nvfp4 or mxfp8 with layout swizzled_128x4, found per_token}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token, layout = swizzled_128x4>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @scheme_packed_layout(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected per_group with layout packed_column_major, found mxfp8}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8, layout = packed_column_major>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}

// -----

func.func @scheme_mode(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected per_tensor with mode divide, found per_token}}
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token, mode = divide>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return
}
