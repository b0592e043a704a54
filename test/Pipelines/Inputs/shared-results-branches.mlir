// A callee with two returns, which upstream's analysis of modules decides. It
// returns one buffer twice; every entry returns +0.0.

comm.group @tp

func.func private @same(%x: tensor<4x8xf32>, %n: i32) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %zero = arith.constant 0 : i32
  %c = arith.cmpi slt, %n, %zero : i32
  cf.cond_br %c, ^negative, ^other
^negative:
  %1 = arith.negf %0 : tensor<4x8xf32>
  return %1, %1 : tensor<4x8xf32>, tensor<4x8xf32>
^other:
  return %0, %0 : tensor<4x8xf32>, tensor<4x8xf32>
}

func.func @branches(%x: tensor<4x8xf32> {comm.per_rank}) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %n = arith.constant 1 : i32
  %m = arith.constant -1 : i32
  %0:2 = call @same(%x, %n) : (tensor<4x8xf32>, i32) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %1 = arith.negf %0#0 : tensor<4x8xf32>
  %2 = arith.addf %1, %0#1 : tensor<4x8xf32>
  %3:2 = call @same(%x, %m) : (tensor<4x8xf32>, i32) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %4 = arith.negf %3#0 : tensor<4x8xf32>
  %5 = arith.addf %4, %3#1 : tensor<4x8xf32>
  return %2, %5 : tensor<4x8xf32>, tensor<4x8xf32>
}
