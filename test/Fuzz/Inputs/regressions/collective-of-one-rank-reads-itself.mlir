comm.group @pt
  %1 = comm.all_reduce_rms_norm %x on @tp {epsilon = 0.5 : f32, i64} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
comm.group @tp
comm.group @one {size = 1 : i64}
  %x = comm.reduce_scatter %x on @one dim 0 :
tensor<4x8xbf16> -> tensor<4x8xbf16>
comm.group @any