comm.group @tp
func.func @loop_yields_another(%x: tensor<4x8xf32>, %n: index) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xf32> {
    %1 = norm.rms_norm %v {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
    %2 = arith.addf %1, %1 : tensor<4x8xf32>
    scf.yield %2 : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}
