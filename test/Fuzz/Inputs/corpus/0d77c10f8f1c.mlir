func.func @all_reduce_not_a_group(%x: tensor<4x8xbf16>) {
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return
}
