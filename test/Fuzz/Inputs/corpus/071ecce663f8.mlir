func.func @quantize_nvfp4(%y: tensor<4x512xbf16>, %g: tensor<1xf32>) -> (tensor<4x256xi8>, tensor<4x32xf8E4M3FN>) {
  %q, %s = norm.quantize %y scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<4x512xbf16> -> tensor<4x256xi8>, tensor<4x32xf8E4M3FN>
  return %q, %s : tensor<4x256xi8>, tensor<4x32xf8E4M3FN>
}
