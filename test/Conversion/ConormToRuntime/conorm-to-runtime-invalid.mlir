// RUN: %conorm_opt %s --split-input-file --verify-diagnostics --convert-conorm-to-runtime

comm.group @tp
func.func @on_tensors(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{expected memrefs, found 'tensor<8xf32>'; run bufferization first}}
  %0 = comm.all_reduce %x on @tp : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

comm.group @tp
func.func @memory_space(%x: memref<8xf32, 1>) {
  // expected-error @below {{expected buffers in the default memory space, found 'memref<8xf32, 1>'}}
  comm.all_reduce %x on @tp outs(%x : memref<8xf32, 1>) : memref<8xf32, 1>
  return
}

// -----

#swizzle = affine_map<(d0, d1) -> (d0, d1 mod 4, d1 floordiv 4)>
comm.group @tp
func.func @layout(%x: memref<4x8xf32, #swizzle>) {
  // expected-error @below {{expected buffers with a strided layout, found}}
  comm.all_reduce %x on @tp outs(%x : memref<4x8xf32, #swizzle>) : memref<4x8xf32, #swizzle>
  return
}

// -----

module {
  module @inner {
    comm.group @tp
    func.func @nested(%x: memref<8xf32>) {
      // expected-error @below {{expected to stand in a func.func of the module that is converted}}
      comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
      return
    }
  }
}

// -----

comm.group @tp
// expected-note @below {{defined here}}
func.func private @leaf(%x: memref<8xf32>) {
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
  return
}
func.func @indirect(%x: memref<8xf32>) {
  // expected-error @below {{expected @leaf to be used by func.call alone, since it takes the context; found func.constant}}
  %f = func.constant @leaf : (memref<8xf32>) -> ()
  func.call_indirect %f(%x) : (memref<8xf32>) -> ()
  return
}

// -----

comm.group @tp
// expected-note @below {{found func.func of that name here}}
func.func private @conorm_all_reduce(%x: memref<8xf32>)
func.func @name_taken(%x: memref<8xf32>) {
  // expected-error @below {{expected @conorm_all_reduce to be the runtime's function}}
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
  return
}
