comm.group @tp
func.func @fused_place(%x: memref<8xf32>) {
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
    loc(fused["name", callsite("/a/b/layer.py":7:3 at "c.py":1:1)])
  return
}
