module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 4>} {
  comm.group @tp
  comm.group @alone {size = 4294967296 : i64}
  func.func @static(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
    %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
  func.func @dynamic(%x: tensor<?x8192xbf16>) -> tensor<?x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<?x8192xbf16> -> (normed: tensor<?x8192xbf16>)
    return %0 : tensor<?x8192xbf16>
  }
  func.func @stated(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
func.func private @elsewhere()  func.func @one_rank(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @alone : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
}
