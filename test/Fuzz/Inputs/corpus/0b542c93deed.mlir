comm.group @tp
func.func @weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
