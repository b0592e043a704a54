func.func @round_f64(%x: tensor<?xf64>) -> (tensor<?xbf16>, tensor<?xf16>) {
  %0 = arith.truncf %x : tensor<?xf64> to tensor<?xbf16>
  %1 = arith.truncf %x : tensor<?xf64> to tensor<?xf16>
  return %0, %1 : tensor<?xbf16>, tensor<?xf16>
}
