// Codes and scales in views of other buffers, and carried by loops.

comm.group @tp

// Rows and columns by halves, and at once.
func.func @views(%x: tensor<8x128xbf16>) -> (tensor<8x128xf8E4M3FN>, tensor<8x128xf8E4M3FN>,
    tensor<8x4xf8E8M0FNU>, tensor<8x4xf8E8M0FNU>, tensor<8x4xf8E8M0FNU>) {
  %q, %s = norm.quantize %x {scheme = #norm.scheme<mxfp8>}
    : tensor<8x128xbf16> -> tensor<8x128xf8E4M3FN>, tensor<8x4xf8E8M0FNU>
  %codes = tensor.empty() : tensor<8x128xf8E4M3FN>
  %scales = tensor.empty() : tensor<8x4xf8E8M0FNU>
  %x0 = tensor.extract_slice %x[0, 0] [4, 128] [1, 1] : tensor<8x128xbf16> to tensor<4x128xbf16>
  %x1 = tensor.extract_slice %x[4, 0] [4, 128] [1, 1] : tensor<8x128xbf16> to tensor<4x128xbf16>
  %q0, %s0 = norm.quantize %x0 {scheme = #norm.scheme<mxfp8>}
    : tensor<4x128xbf16> -> tensor<4x128xf8E4M3FN>, tensor<4x4xf8E8M0FNU>
  %q1, %s1 = norm.quantize %x1 {scheme = #norm.scheme<mxfp8>}
    : tensor<4x128xbf16> -> tensor<4x128xf8E4M3FN>, tensor<4x4xf8E8M0FNU>
  %c0 = tensor.insert_slice %q0 into %codes[0, 0] [4, 128] [1, 1] : tensor<4x128xf8E4M3FN> into tensor<8x128xf8E4M3FN>
  %c1 = tensor.insert_slice %q1 into %c0[4, 0] [4, 128] [1, 1] : tensor<4x128xf8E4M3FN> into tensor<8x128xf8E4M3FN>
  %r0 = tensor.insert_slice %s0 into %scales[0, 0] [4, 4] [1, 1] : tensor<4x4xf8E8M0FNU> into tensor<8x4xf8E8M0FNU>
  %r1 = tensor.insert_slice %s1 into %r0[4, 0] [4, 4] [1, 1] : tensor<4x4xf8E8M0FNU> into tensor<8x4xf8E8M0FNU>
  %y0 = tensor.extract_slice %x[0, 0] [8, 64] [1, 1] : tensor<8x128xbf16> to tensor<8x64xbf16>
  %y1 = tensor.extract_slice %x[0, 64] [8, 64] [1, 1] : tensor<8x128xbf16> to tensor<8x64xbf16>
  %unused0, %t0 = norm.quantize %y0 {scheme = #norm.scheme<mxfp8>}
    : tensor<8x64xbf16> -> tensor<8x64xf8E4M3FN>, tensor<8x2xf8E8M0FNU>
  %unused1, %t1 = norm.quantize %y1 {scheme = #norm.scheme<mxfp8>}
    : tensor<8x64xbf16> -> tensor<8x64xf8E4M3FN>, tensor<8x2xf8E8M0FNU>
  %more = tensor.empty() : tensor<8x4xf8E8M0FNU>
  %u0 = tensor.insert_slice %t0 into %more[0, 0] [8, 2] [1, 1] : tensor<8x2xf8E8M0FNU> into tensor<8x4xf8E8M0FNU>
  %u1 = tensor.insert_slice %t1 into %u0[0, 2] [8, 2] [1, 1] : tensor<8x2xf8E8M0FNU> into tensor<8x4xf8E8M0FNU>
  return %q, %c1, %s, %r1, %u1 : tensor<8x128xf8E4M3FN>, tensor<8x128xf8E4M3FN>,
    tensor<8x4xf8E8M0FNU>, tensor<8x4xf8E8M0FNU>, tensor<8x4xf8E8M0FNU>
}

// Layers in a loop that carries the residual and what was quantized last.
func.func @loop(%x: tensor<?x64xf16> {comm.per_rank}, %r: tensor<?x64xf16>, %w: tensor<64xf16>,
                %g: tensor<1xf32>, %n: index)
    -> (tensor<?x64xf16>, tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %q0, %s0 = norm.quantize %r scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>}
    : tensor<?x64xf16> -> tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>
  %sum, %q, %s = scf.for %i = %c0 to %n step %c1
      iter_args(%r1 = %r, %q1 = %q0, %s1 = %s0)
      -> (tensor<?x64xf16>, tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>) {
    %0 = comm.all_reduce %x on @tp : tensor<?x64xf16>
    %y, %r2 = norm.add_rms_norm %0, %r1 weight(%w : tensor<64xf16>) {epsilon = 1.0e-6 : f32}
      : tensor<?x64xf16>, tensor<?x64xf16>
    %q2, %s2 = norm.quantize %y scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>}
      : tensor<?x64xf16> -> tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>
    scf.yield %r2, %q2, %s2 : tensor<?x64xf16>, tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>
  }
  return %sum, %q, %s : tensor<?x64xf16>, tensor<?x32xi8>, tensor<?x1x32x4x4xf8E4M3FN>
}

// f8 that comes in goes out as it is, by a call and as bytes; constants too.
func.func private @same(%q: tensor<2x4xf8E5M2>) -> tensor<2x4xf8E5M2> {
  return %q : tensor<2x4xf8E5M2>
}
func.func @pass(%q: tensor<2x4xf8E5M2>, %s: tensor<2x1xf8E8M0FNU>)
    -> (tensor<2x4xf8E5M2>, tensor<2x4xi8>, tensor<2x1xf8E8M0FNU>, tensor<2xf8E4M3FN>) {
  %0 = call @same(%q) : (tensor<2x4xf8E5M2>) -> tensor<2x4xf8E5M2>
  %1 = arith.bitcast %q : tensor<2x4xf8E5M2> to tensor<2x4xi8>
  %2 = arith.constant dense<[1.0, -448.0]> : tensor<2xf8E4M3FN>
  return %0, %1, %s, %2 : tensor<2x4xf8E5M2>, tensor<2x4xi8>, tensor<2x1xf8E8M0FNU>, tensor<2xf8E4M3FN>
}
