// Arguments and results that are no tensors, and one that is handed through.
func.func @scalars(%tensor: tensor<4xf32>, %number: f32, %index: index,
                   %half: f16) -> (tensor<4xf32>, f32, index, f16) {
  %sum = arith.addf %number, %number : f32
  return %tensor, %sum, %index, %half : tensor<4xf32>, f32, index, f16
}
