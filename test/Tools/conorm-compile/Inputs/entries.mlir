comm.group @tp
comm.group @pairs {size = 2 : i64, replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}
comm.group @unused {size = 7 : i64}

func.func @first(%x: tensor<?x8xbf16> {comm.donated, comm.per_rank}, %n: index, %flag: i1)
    -> (tensor<?x8xbf16>, f32) {
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %1 = call @helper(%0) : (tensor<?x8xbf16>) -> tensor<?x8xbf16>
  %2 = arith.constant 1.0 : f32
  return %1, %2 : tensor<?x8xbf16>, f32
}

func.func @second(%x: tensor<4xf8E4M3FN>) -> tensor<4xf8E4M3FN> {
  return %x : tensor<4xf8E4M3FN>
}

func.func private @helper(%x: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
  %0 = comm.all_reduce %x on @pairs : tensor<?x8xbf16>
  return %0 : tensor<?x8xbf16>
}
