comm.group @tp
comm.group @pairs {size = 2 : i64}
func.func @fused(%x: tensor<?x64xf32>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %y, %q, %s = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<mxfp8>}
    : tensor<?x64xf32> -> (normed: tensor<?x64xf32>, quantized: tensor<?x64xf8E4M3FN>, scales: tensor<?x2xf8E8M0FNU>)
  %d0 = tensor.dim %y, %c0 : tensor<?x64xf32>
  %d1 = tensor.dim %q, %c0 : tensor<?x64xf8E4M3FN>
  %d2 = tensor.dim %s, %c0 : tensor<?x2xf8E8M0FNU>
  return %d0, %d1, %d2 : index, index, index
}
