func.func @f(%x: tensor<2x0xf32>) -> tensor<2x0xf32> {
  %none = tensor.from_elements : tensor<0xf32>
  %w = arith.addf %none, %none : tensor<0xf32>
  %y = norm.rms_norm %x weight(%w : tensor<0xf32>) {epsilon = 1.0e-6 : f32} : tensor<2x0xf32>
  return %y : tensor<2x0xf32>
}
