comm.group @tp
func.func @all_reduce_reduction(%x: tensor<4x8xbf16>) {
  %y = comm.all_reduce %x on @tp reduction<mean> : tensor<4x8xbf16>
  return
}
