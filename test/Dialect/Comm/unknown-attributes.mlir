// RUN: conorm-opt %s --split-input-file --verify-diagnostics -o /dev/null
// RUN: %stock_opt %s --split-input-file --verify-diagnostics -o /dev/null --load-dialect-plugin=%plugin

// An attribute that an operation does not define is legal. Without the prefix of
// a dialect it is most often a slip.

// expected-warning@+1 {{'comm.group' op ignores 'sise' (did you mean 'size'?), expected an attribute of the operation ('replica_groups', 'size', 'sym_name') or a name with the prefix of a dialect}}
comm.group @tp {sise = 4}

// expected-warning@+1 {{op ignores 'Size' (did you mean 'size'?), 'other', expected}}
"comm.group"() {sym_name = "generic", Size = 4, other} : () -> ()

// No warning: the visibility of a symbol, and names with a prefix.
comm.group @private {sym_visibility = "private", my.size = 4}

func.func @all_reduce(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+1 {{'comm.all_reduce' op ignores 'reductions' (did you mean 'reduction'?), expected an attribute of the operation ('dispatch', 'group', 'reduction', 'strategy')}}
  %0 = comm.all_reduce %x on @tp {reductions = "max"} : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @reduce_scatter(%x: tensor<4x8xbf16>) -> tensor<2x8xbf16> {
  // expected-warning@+1 {{'comm.reduce_scatter' op ignores 'axis', expected an attribute of the operation ('dim', 'group', 'reduction', 'strategy')}}
  %0 = comm.reduce_scatter %x on @tp dim 0 {axis = 1} : tensor<4x8xbf16> -> tensor<2x8xbf16>
  return %0 : tensor<2x8xbf16>
}

func.func @all_gather(%x: tensor<2x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+1 {{'comm.all_gather' op ignores 'grp', expected an attribute of the operation ('dim', 'group', 'strategy')}}
  %0 = comm.all_gather %x on @tp dim 0 {grp = @tp} : tensor<2x8xbf16> -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @fused(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+1 {{'comm.all_reduce_rms_norm' op ignores 'replicate' (did you mean 'replicated'?), expected an attribute of the operation ('dispatch', 'epsilon', 'group', 'post_norm_epsilon', 'post_norm_rounding', 'post_norm_weight_bias', 'post_norm_weight_rounding', 'quantization', 'replicated', 'rounding', 'strategy', 'weight_bias', 'weight_rounding')}}
  %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, replicate} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %0 : tensor<4x8xbf16>
}
