func.func @f(%x: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  %sum = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = norm.rms_norm %sum {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
comm.group @tp
