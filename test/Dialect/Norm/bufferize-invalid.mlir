// RUN: %conorm_opt %s --split-input-file --verify-diagnostics --one-shot-bufferize=bufferize-function-boundaries

func.func @norm_without_destination(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+2 {{expected a destination for each result; run --assign-destinations before bufferization}}
  // expected-error @+1 {{failed to bufferize op}}
  %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
