// Each callee returns one buffer twice, and each caller may overwrite the first
// result while it reads the second one later: every entry returns +0.0.

comm.group @tp

func.func private @same(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  return %0, %0 : tensor<4x8xf32>, tensor<4x8xf32>
}

func.func @same_twice(%x: tensor<4x8xf32> {comm.per_rank}) -> tensor<4x8xf32> {
  %0:2 = call @same(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %1 = arith.negf %0#0 : tensor<4x8xf32>
  %2 = arith.addf %1, %0#1 : tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// The callee passes on what another one shares.
func.func private @pass_on(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0:2 = call @same(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  return %0#1, %0#0 : tensor<4x8xf32>, tensor<4x8xf32>
}

func.func @passed_on(%x: tensor<4x8xf32> {comm.per_rank}) -> tensor<4x8xf32> {
  %0:2 = call @pass_on(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %1 = arith.negf %0#0 : tensor<4x8xf32>
  %2 = arith.addf %1, %0#1 : tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

func.func private @reshape(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<32xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<32xf32>
}

func.func @reshaped(%x: tensor<4x8xf32> {comm.per_rank}) -> tensor<4x8xf32> {
  %0:2 = call @reshape(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<32xf32>)
  %1 = arith.negf %0#0 : tensor<4x8xf32>
  %2 = tensor.expand_shape %0#1 [[0, 1]] output_shape [4, 8] : tensor<32xf32> into tensor<4x8xf32>
  %3 = arith.addf %1, %2 : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

func.func private @slice(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<2x8xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = tensor.extract_slice %0[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<2x8xf32>
}

func.func @sliced(%x: tensor<4x8xf32> {comm.per_rank}) -> tensor<2x8xf32> {
  %0:2 = call @slice(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<2x8xf32>)
  %1 = arith.negf %0#0 : tensor<4x8xf32>
  %2 = tensor.extract_slice %1[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  %3 = arith.addf %2, %0#1 : tensor<2x8xf32>
  return %3 : tensor<2x8xf32>
}

// The callee returns its argument twice. The caller reads the argument later, so
// that it passes a copy, which both results lie in.
func.func private @argument(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  return %x, %x : tensor<4x8xf32>, tensor<4x8xf32>
}

func.func @argument_twice(%x: tensor<4x8xf32> {comm.per_rank}) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1:2 = call @argument(%0) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %2 = arith.negf %1#0 : tensor<4x8xf32>
  %3 = arith.addf %2, %1#1 : tensor<4x8xf32>
  %4 = arith.addf %2, %0 : tensor<4x8xf32>
  return %3, %4 : tensor<4x8xf32>, tensor<4x8xf32>
}
