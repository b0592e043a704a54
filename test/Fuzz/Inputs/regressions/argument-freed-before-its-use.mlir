#id = affine_map<(d0) -> (d0)>
func.func @f(%a: tensor<4xf32>, %x: f32) -> f32 {
  %t = arith.mulf %p, %x : f32
  %1 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]} outs(%a : tensor<4xf32>) {
  ^bb0(%p: f32):
    linalg.yield %p : f32
  ^bb0(%q: f32):
  } -> tensor<4xf32>
  return %t : f32
}
