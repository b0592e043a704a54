comm.group @tp
comm.group @unused
func.func private @helper(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = arith.addf %x, %x : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
func.func @f(%x: tensor<4x8xf32>, %c: i1) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %h = call @helper(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %n = norm.rms_norm %h {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
  %i = scf.if %c -> (tensor<4x8xf32>) {
    %a = comm.all_reduce %n on @tp reduction<prod> : tensor<4x8xf32>
    scf.yield %a : tensor<4x8xf32>
  } else {
    scf.yield %x : tensor<4x8xf32>
  }
  %s = arith.subf %i, %x : tensor<4x8xf32>
  return %n, %s : tensor<4x8xf32>, tensor<4x8xf32>
}
