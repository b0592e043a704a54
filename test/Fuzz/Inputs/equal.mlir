comm.group @tp
func.func @f(%x: tensor<4x8xbf16> {comm.per_rank}, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = norm.rms_norm %a weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
