// Arithmetic on small floats, one entry for each way to round. The sizes are
// those of rounding.c.

func.func @round(%x: tensor<?xf32>) -> tensor<?xbf16> {
  %0 = arith.truncf %x : tensor<?xf32> to tensor<?xbf16>
  return %0 : tensor<?xbf16>
}

func.func @round_f64(%x: tensor<?xf64>) -> (tensor<?xbf16>, tensor<?xf16>) {
  %0 = arith.truncf %x : tensor<?xf64> to tensor<?xbf16>
  %1 = arith.truncf %x : tensor<?xf64> to tensor<?xf16>
  return %0, %1 : tensor<?xbf16>, tensor<?xf16>
}

// Two roundings: a + b first, then times b.
func.func @chain(%a: tensor<?xbf16>, %b: tensor<?xbf16>) -> tensor<?xbf16> {
  %0 = arith.addf %a, %b : tensor<?xbf16>
  %1 = arith.mulf %0, %b : tensor<?xbf16>
  return %1 : tensor<?xbf16>
}

// Two roundings here too: no fused multiply and add.
func.func @multiply_add(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: tensor<?xf32>) -> tensor<?xf32> {
  %0 = arith.mulf %a, %b : tensor<?xf32>
  %1 = arith.addf %0, %c : tensor<?xf32>
  return %1 : tensor<?xf32>
}

func.func @integers(%i: tensor<?xi32>) -> tensor<?xbf16> {
  %0 = arith.sitofp %i : tensor<?xi32> to tensor<?xbf16>
  return %0 : tensor<?xbf16>
}

// LLVM would narrow these to bf16 and call helpers that are nowhere.
func.func @narrowed(%a: tensor<?xbf16>) -> tensor<?xbf16> {
  %0 = math.ceil %a : tensor<?xbf16>
  %1 = math.absf %0 : tensor<?xbf16>
  %2 = arith.maximumf %1, %a : tensor<?xbf16>
  %3 = math.fma %2, %a, %a : tensor<?xbf16>
  %4 = math.sqrt %3 : tensor<?xbf16>
  return %4 : tensor<?xbf16>
}

func.func @round_f8(%x: tensor<?xf32>) -> (tensor<?xf8E4M3FN>, tensor<?xf8E5M2>) {
  %0 = arith.truncf %x : tensor<?xf32> to tensor<?xf8E4M3FN>
  %1 = arith.truncf %x : tensor<?xf32> to tensor<?xf8E5M2>
  return %0, %1 : tensor<?xf8E4M3FN>, tensor<?xf8E5M2>
}

func.func @round_f8_f64(%x: tensor<?xf64>) -> (tensor<?xf8E4M3FN>, tensor<?xf8E5M2>) {
  %0 = arith.truncf %x : tensor<?xf64> to tensor<?xf8E4M3FN>
  %1 = arith.truncf %x : tensor<?xf64> to tensor<?xf8E5M2>
  return %0, %1 : tensor<?xf8E4M3FN>, tensor<?xf8E5M2>
}

func.func @widen_f8(%x: tensor<256xf8E4M3FN>, %y: tensor<256xf8E5M2>)
    -> (tensor<256xf32>, tensor<256xf32>, tensor<256xbf16>, tensor<256xbf16>,
        tensor<256xf16>, tensor<256xf16>, tensor<256xf64>, tensor<256xf64>) {
  %0 = arith.extf %x : tensor<256xf8E4M3FN> to tensor<256xf32>
  %1 = arith.extf %y : tensor<256xf8E5M2> to tensor<256xf32>
  %2 = arith.extf %x : tensor<256xf8E4M3FN> to tensor<256xbf16>
  %3 = arith.extf %y : tensor<256xf8E5M2> to tensor<256xbf16>
  %4 = arith.extf %x : tensor<256xf8E4M3FN> to tensor<256xf16>
  %5 = arith.extf %y : tensor<256xf8E5M2> to tensor<256xf16>
  %6 = arith.extf %x : tensor<256xf8E4M3FN> to tensor<256xf64>
  %7 = arith.extf %y : tensor<256xf8E5M2> to tensor<256xf64>
  return %0, %1, %2, %3, %4, %5, %6, %7
    : tensor<256xf32>, tensor<256xf32>, tensor<256xbf16>, tensor<256xbf16>,
      tensor<256xf16>, tensor<256xf16>, tensor<256xf64>, tensor<256xf64>
}
