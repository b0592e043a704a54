comm.group @tp
func.func @dead(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  return %x : tensor<4x8xf32>
^d:
  %a = comm.all_reduce %a on @tp : tensor<4x8xf32>
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_token>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  %u = arith.extf %q : tensor<4x8xf8E4M3FN> to tensor<4x8xf32>
  return %u : tensor<4x8xf32>
}
