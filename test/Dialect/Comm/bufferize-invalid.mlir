// RUN: %conorm_opt %s --split-input-file --verify-diagnostics --one-shot-bufferize=bufferize-function-boundaries

comm.group @tp

func.func @all_reduce_without_destination(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+2 {{expected a destination for each result; run --assign-destinations before bufferization}}
  // expected-error @+1 {{failed to bufferize op}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// -----

comm.group @tp

func.func @fused_without_destination(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+2 {{expected a destination for each result; run --assign-destinations before bufferization}}
  // expected-error @+1 {{failed to bufferize op}}
  %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<4x8xf32> -> (normed: tensor<4x8xf32>)
  return %0 : tensor<4x8xf32>
}
