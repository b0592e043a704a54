// RUN: %conorm_opt %s --split-input-file --verify-diagnostics --assign-destinations

comm.group @any

func.func @gather_without_size(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{expected results whose sizes follow from the operands and the group's size, found 'tensor<?x8xf32>'}}
  %g = comm.all_gather %x on @any dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

comm.group @any

func.func @scatter_without_size(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error @below {{expected results whose sizes follow from the operands and the group's size, found 'tensor<?x8xf32>'}}
  %g = comm.reduce_scatter %x on @any dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// -----

comm.group @any

// expected-error @below {{expected a region in which definitions come before uses, found a graph region of builtin.module}}
%own_operand = comm.all_reduce %own_operand on @any : tensor<4x8xbf16>
