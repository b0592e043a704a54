comm.group @tp
func.func @fused_weight_type_c6(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) {
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return
}
