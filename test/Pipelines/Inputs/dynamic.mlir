// One artifact for every T, and for every H: no size is static.

comm.group @tp

// The residual is added before the norm, by loops or in the fused call.
func.func @layer(%x: tensor<?x?xbf16> {comm.per_rank}, %r: tensor<?x?xbf16>, %w: tensor<?xbf16>)
    -> (tensor<?x?xbf16>, tensor<?x?xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x?xbf16>
  %1 = arith.addf %0, %r : tensor<?x?xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<?xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x?xbf16>
  return %2, %1 : tensor<?x?xbf16>, tensor<?x?xbf16>
}

// Packed codes, and padded scales, of rows in two dimensions.
func.func @quantized(%x: tensor<?x?x?xbf16> {comm.per_rank}, %w: tensor<?xbf16>, %s: tensor<?xf32>)
    -> (tensor<?x?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>, tensor<?x?x?xf8E4M3FN>, tensor<?x?xi32>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x?x?xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<?xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x?x?xbf16>
  %q, %f = norm.quantize %1 scale(%s : tensor<?xf32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>}
    : tensor<?x?x?xbf16> -> tensor<?x?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>
  %p, %e = norm.quantize %1 {scheme = #norm.scheme<per_group, group_size = 32, layout = packed_column_major>}
    : tensor<?x?x?xbf16> -> tensor<?x?x?xf8E4M3FN>, tensor<?x?xi32>
  return %q, %f, %p, %e : tensor<?x?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>, tensor<?x?x?xf8E4M3FN>, tensor<?x?xi32>
}

// What is static in one place has to hold in all.
func.func @mixed(%x: tensor<?x64xbf16> {comm.per_rank}, %r: tensor<4x64xbf16>)
    -> (tensor<4x64xf8E4M3FN>, tensor<4x1xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x64xbf16>
  %r0 = tensor.cast %r : tensor<4x64xbf16> to tensor<?x64xbf16>
  %y, %sum = norm.add_rms_norm %0, %r0 {epsilon = 1.0e-6 : f32} : tensor<?x64xbf16>, tensor<?x64xbf16>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_token>}
    : tensor<?x64xbf16> -> tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s : tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
}

// The program does not say how many ranks there are: four, by the sizes.
func.func @gathered(%x: tensor<?x8xf32> {comm.per_rank}) -> tensor<12x8xf32> {
  %0 = comm.all_gather %x on @tp dim 0 : tensor<?x8xf32> -> tensor<12x8xf32>
  return %0 : tensor<12x8xf32>
}
