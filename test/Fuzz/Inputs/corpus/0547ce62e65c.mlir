func.func @round_f64(%x: f64) -> (bf16, f16) {
  %0 = arith.truncf %x : f64 to bf16
  %1 = arith.truncf %x : f64 to f16
  return %0, %1 : bf16, f16
}
