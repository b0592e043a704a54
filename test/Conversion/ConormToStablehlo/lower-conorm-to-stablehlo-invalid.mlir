// RUN: conorm-opt %s --lower-conorm-to-stablehlo -split-input-file --verify-diagnostics

// expected-error@+1 {{expected a module that was raised from StableHLO, found none of its operations}}
module {
  comm.group @tp
  func.func @f(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
    %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
    return %0 : tensor<4x8xbf16>
  }
}

// -----

// expected-error@+1 {{expected operations on tensors without destinations; lower to StableHLO before --assign-destinations}}
module {
  comm.group @tp
  func.func @f(%x: memref<4x8xbf16>) {
    comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
    return
  }
}
