func.func @site(%x: tensor<4x64xbf16>) -> tensor<4x64xbf16> {
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x65xbf16>
  return %y : tensor<4x64xbf16>
}
