comm.group @four {size = 4 : i64}
func.func @norms(%x: memref<2x4x8xf16>, %r: memref<2x4x8xf16>, %w: memref<8xf32>, %n: index) {
  norm.rms_norm %x outs(%x : memref<2x4x8xf16>)
    {epsilon = 1.0 : f32, rounding = #norm.rounding<round_then_scale>} : memref<2x4x8xf16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    norm.add_rms_norm %x, %r weight(%w : memref<8xf32>)
      outs(%x, %r : memref<2x4x8xf16>, memref<2x4x8xf16>)
      {epsilon = 1.0 : f32, weight_bias = 2.0 : f32} : memref<2x4x8xf16>, memref<2x4x8xf16>
  }
  return
}
