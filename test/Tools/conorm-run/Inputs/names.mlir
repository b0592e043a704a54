func.func @f(%x: tensor<?x4xf32>, %res.in: tensor<?x4xf32>, %2: f32 loc("scale"))
    -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %y, %sum = norm.add_rms_norm %x, %res.in {epsilon = 1.0e-6 : f32} : tensor<?x4xf32>, tensor<?x4xf32>
  return %x, %sum : tensor<?x4xf32>, tensor<?x4xf32>
}
