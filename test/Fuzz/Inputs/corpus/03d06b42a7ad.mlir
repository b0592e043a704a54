comm.group @one {size = 1 : i64}
comm.group @ones {replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}
comm.group @any
func.func @unused_quantization_goes(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) -> tensor<4x8xbf16> {
  %y, %q = comm.all_reduce_rms_norm %x on @any scale(%g : tensor<1xf32>) {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>, quantized: tensor<4x8xf8E4M3FN>)
  return %y : tensor<4x8xbf16>
}
