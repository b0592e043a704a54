comm.group @tp
func.func @unused_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y, %sum = norm.add_rms_norm %0, %r {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
