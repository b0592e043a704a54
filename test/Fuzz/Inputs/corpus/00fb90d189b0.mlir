comm.group @tp
func.func @no_fuse_destination_of_all_reduce(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @tp outs(%x : tensor<4x8xbf16>) : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}
