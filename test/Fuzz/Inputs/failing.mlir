comm.group @tp
func.func @f(%x: tensor<?x8xbf16> {comm.per_rank}) -> tensor<?x8xbf16> {
  %a = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %g = comm.all_gather %a on @tp dim 0 : tensor<?x8xbf16> -> tensor<?x8xbf16>
  return %g : tensor<?x8xbf16>
}
