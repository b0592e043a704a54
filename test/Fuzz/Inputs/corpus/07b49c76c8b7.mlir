comm.group @tp
comm.group @sized {size = 4 : i64}
comm.group @pairs {size = 2 : i64, replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}
func.func @all_reduce_memref(%x: memref<4x8xbf16>) {
  comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
  return
}
