func.func @f(%x: tensor<4x256xbf16>) -> tensor<4x256xf8E4M3FN> {
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>}
    : tensor<4x256xbf16> -> tensor<4x256xf8E4M3FN>, tensor<4x1xf32>
  return %q : tensor<4x256xf8E4M3FN>
}
