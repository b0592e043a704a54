// RUN: conorm-opt %s --decompose-fused-norm --verify-diagnostics

comm.group @tp

func.func @destination(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-error@+1 {{expected no destinations: decompose before --assign-destinations}}
  %y = comm.all_reduce_rms_norm %x on @tp outs(normed = %x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}
