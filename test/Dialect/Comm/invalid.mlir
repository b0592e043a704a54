// RUN: conorm-opt %s --split-input-file --verify-diagnostics

func.func @all_reduce_no_group(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected group @tp to be defined, found no such symbol}}
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return
}

// -----

// expected-note@+1 {{defined here}}
func.func private @tp()
func.func @all_reduce_not_a_group(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected @tp to be a comm.group, found func.func}}
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_element_type(%x: tensor<4xi32>) {
  // expected-error@+1 {{operand #0 must be ranked tensor or memref of bf16, f16 or f32}}
  %y = comm.all_reduce %x on @tp : tensor<4xi32>
  return
}

// -----

comm.group @tp
func.func @all_reduce_destination(%x: memref<4x8xbf16>, %o: memref<4x9xbf16>) {
  // expected-error@+1 {{expected destination of the input's shape 'memref<4x8xbf16>', found 'memref<4x9xbf16>'}}
  comm.all_reduce %x on @tp outs(%o : memref<4x9xbf16>) : memref<4x8xbf16>
  return
}

// -----

comm.group @tp
func.func @all_reduce_reduction(%x: tensor<4x8xbf16>) {
  // expected-error@+2 {{expected ::conorm::comm::Reduction to be one of: sum, max, min, prod}}
  // expected-error@+1 {{failed to parse Comm_ReductionAttr parameter}}
  %y = comm.all_reduce %x on @tp reduction<mean> : tensor<4x8xbf16>
  return
}

// -----

comm.group @tp
func.func @reduce_scatter_dim(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected dim below the input's rank 2, found 2}}
  %y = comm.reduce_scatter %x on @tp dim 2 : tensor<4x8xbf16> -> tensor<4x8xbf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @reduce_scatter_size(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected dimension 0 of 'tensor<4x8xbf16>' to be 2 (the group's size) times that of 'tensor<3x8xbf16>'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<3x8xbf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @reduce_scatter_other_size(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected result of the input's shape 'tensor<2x8xbf16>', found 'tensor<2x9xbf16>'}}
  %y = comm.reduce_scatter %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<2x9xbf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @reduce_scatter_rank(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected result of the input's shape}}
  %y = comm.reduce_scatter %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<2xbf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @all_gather_size(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected dimension 1 of 'tensor<4x17xbf16>' to be 2 (the group's size) times that of 'tensor<4x8xbf16>'}}
  %y = comm.all_gather %x on @tp dim 1 : tensor<4x8xbf16> -> tensor<4x17xbf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @all_gather_type(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected result of the input's element type 'bf16', found 'f16'}}
  %y = comm.all_gather %x on @tp dim 1 : tensor<4x8xbf16> -> tensor<4x16xf16>
  return
}

// -----

comm.group @tp {size = 2 : i64}
func.func @all_gather_negative_dim(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{attribute 'dim' failed to satisfy constraint}}
  %y = comm.all_gather %x on @tp dim -1 : tensor<4x8xbf16> -> tensor<4x16xf16>
  return
}

// -----

comm.group @tp
func.func @fused_no_result_c1(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected at least one result, found none}}
  comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return
}

// -----

comm.group @tp
func.func @fused_residual_out_c2(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a residual with residual_out}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_quantized_c3(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a quantization with quantized}}
  %q = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>)
  return
}

// -----

comm.group @tp
func.func @fused_scales_c3(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a quantization with scales}}
  %y, %s = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>, scales: tensor<4x1xf32>)
  return
}

// -----

comm.group @tp
func.func @fused_no_quantized_c3(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected quantized with a quantization}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_scale_c3(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected a quantization with scale}}
  %y = comm.all_reduce_rms_norm %x on @tp scale(%g : tensor<1xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_weight_c4(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) {
  // expected-error@+1 {{expected post_norm_epsilon with post_norm attributes or weight}}
  %y = comm.all_reduce_rms_norm %x on @tp post_norm_weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_weight_rounding_c4(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected post_norm_epsilon with post_norm attributes or weight}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_residual_c4(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a residual with post_norm_epsilon}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_destination_c5(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected no destination for reduced}}
  %y = comm.all_reduce_rms_norm %x on @tp outs(reduced = %x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_missing_destination_c5(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a destination for reduced}}
  %r, %y = comm.all_reduce_rms_norm %x on @tp outs(normed = %x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_destination_type_c5(%x: tensor<4x8xbf16>, %o: tensor<4x9xbf16>) {
  // expected-error@+1 {{expected destination of the result's type 'tensor<4x8xbf16>', found 'tensor<4x9xbf16>'}}
  %y = comm.all_reduce_rms_norm %x on @tp outs(normed = %o : tensor<4x9xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_mixed_operands_c5(%x: tensor<4x8xbf16>, %w: memref<8xbf16>) {
  // expected-error@+1 {{expected operands that are all tensors or all memrefs, found 'tensor<4x8xbf16>' and 'memref<8xbf16>'}}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : memref<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_memref_result_c5(%x: memref<4x8xbf16>) {
  // expected-error@+1 {{expected no results on memrefs, found 1}}
  %y = comm.all_reduce_rms_norm %x on @tp outs(normed = %x : memref<4x8xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_weight_type_c6(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) {
  // expected-error@+1 {{expected weight of the input's element type 'bf16', found 'f32'}}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_weight_type_c6(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) {
  // expected-error@+1 {{expected post_norm_weight of the input's element type 'bf16', found 'f32'}}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%x : tensor<4x8xbf16>) post_norm_weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_weight_size(%x: tensor<4x8xbf16>, %w: tensor<9xbf16>) {
  // expected-error@+1 {{expected weight of the input's last dimension 8, found 9}}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<9xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_weight_size(%x: tensor<4x8xbf16>, %w: tensor<9xbf16>) {
  // expected-error@+1 {{expected post_norm_weight of the input's last dimension 8, found 9}}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%x : tensor<4x8xbf16>) post_norm_weight(%w : tensor<9xbf16>) {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_epsilon(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected post_norm_epsilon to be finite and not negative, found -1}}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, post_norm_epsilon = -1.0 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_weight_rounding_without_weight(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{'comm.all_reduce_rms_norm' op expected a weight with weight_rounding}}
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_post_norm_weight_rounding_without_weight(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected a post_norm_weight with post_norm_weight_rounding}}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_residual_shape(%x: tensor<4x8xbf16>, %r: tensor<5x8xbf16>) {
  // expected-error@+1 {{expected residual of the input's shape 'tensor<4x8xbf16>', found 'tensor<5x8xbf16>'}}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<5x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_result_shape(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected normed of the input's shape 'tensor<4x8xbf16>', found 'tensor<5x8xbf16>'}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<5x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_result_type(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected reduced of the input's element type 'bf16', found 'f32'}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (reduced: tensor<4x8xf32>)
  return
}

// -----

comm.group @tp
func.func @fused_quantized_shape(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected quantized of shape 'tensor<4x8xf8E4M3FN>', found 'tensor<4x9xf8E4M3FN>'}}
  %q, %s = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>} : tensor<4x8xbf16> -> (quantized: tensor<4x9xf8E4M3FN>, scales: tensor<4x1xf32>)
  return
}

// -----

comm.group @tp
func.func @fused_no_scales(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected scales with scheme per_token}}
  %q = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>} : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>)
  return
}

// -----

comm.group @tp
func.func @fused_needless_scales(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) {
  // expected-error@+1 {{expected no scales with scheme per_tensor, found 'tensor<1xf32>'}}
  %q, %s = comm.all_reduce_rms_norm %x on @tp scale(%g : tensor<1xf32>) {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>, scales: tensor<1xf32>)
  return
}

// -----

func.func @fused_no_group(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected group @tp to be defined, found no such symbol}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_unknown_result(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{unknown result 'output', expected one of reduced, residual_out, normed, quantized, scales}}
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (output: tensor<4x8xbf16>)
  return
}

// -----

comm.group @tp
func.func @fused_result_order(%x: tensor<4x8xbf16>) {
  // expected-error@+1 {{expected each result once and in the order reduced, residual_out, normed, quantized, scales, found 'reduced'}}
  %y, %r = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>, reduced: tensor<4x8xbf16>)
  return
}

// -----

// expected-error@+1 {{expected a size from 1 to 2^31 - 1, found 0}}
comm.group @group_size_c1 {size = 0 : i64}

// -----

// expected-error@+1 {{expected a size from 1 to 2^31 - 1, found 4294967296}}
comm.group @tp {size = 4294967296 : i64}

// -----

// expected-error@+1 {{expected replica_groups to be a matrix with at least one row and one column, found 'tensor<2xi64>'}}
comm.group @group_rank_c2 {replica_groups = dense<[0, 1]> : tensor<2xi64>}

// -----

// expected-error@+1 {{expected replica_groups to be a matrix with at least one row and one column, found 'tensor<0x2xi64>'}}
comm.group @group_empty_c2 {replica_groups = dense<> : tensor<0x2xi64>}

// -----

// expected-error@+1 {{expected ranks in replica_groups not to be negative, found -1}}
comm.group @group_negative_c3 {replica_groups = dense<[[0, -1]]> : tensor<1x2xi64>}

// -----

// expected-error@+1 {{expected each rank once in replica_groups, found 1 twice}}
comm.group @group_disjoint_c3 {replica_groups = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}

// -----

// expected-error@+1 {{expected ranks in replica_groups below 2^31, found 4294967296}}
comm.group @group_large_c3 {replica_groups = dense<[[0, 4294967296]]> : tensor<1x2xi64>}

// -----

// expected-error@+1 {{expected replica_groups of size 4 ranks each, found 2}}
comm.group @group_uniform_c4 {size = 4 : i64, replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}

// -----

// expected-error@+1 {{unknown argument attribute 'comm.sharded', expected 'comm.per_rank' or 'comm.donated'}}
func.func @argument_attribute(%x: tensor<4xbf16> {comm.sharded}) {
  return
}

// -----

// expected-error@+1 {{expected 'comm.donated' to be a unit attribute, found true}}
func.func @argument_attribute_value(%x: tensor<4xbf16> {comm.donated = true}) {
  return
}

// -----

// expected-error@+1 {{unknown attribute 'comm.anything' of dialect 'comm'}}
func.func @operation_attribute() attributes {comm.anything} {
  return
}

// -----

comm.group @g {size = 4 : i64}

func.func @size_beyond_64_bits(%x: tensor<4611686018427387904x16xf32>) -> tensor<0x16xf32> {
  // expected-error@+1 {{expected dimension 0 of 'tensor<0x16xf32>' to be 4 (the group's size) times that of 'tensor<4611686018427387904x16xf32>'}}
  %0 = comm.all_gather %x on @g dim 0 : tensor<4611686018427387904x16xf32> -> tensor<0x16xf32>
  return %0 : tensor<0x16xf32>
}
