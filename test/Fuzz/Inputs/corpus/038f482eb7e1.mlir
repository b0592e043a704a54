comm.group @tp
func.func @fused_result_shape(%x: tensor<4x8xbf16>) {
  %y = comm.all_reduce_rms_norm %x on @tp  {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<5x8xbf16>)
  return
}
