comm.group @tp
func.func private @pure(%x: memref<8xf32>) { return }
