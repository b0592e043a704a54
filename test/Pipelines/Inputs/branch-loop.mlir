// Two layers by a loop of branches.
comm.group @tp

func.func @loop(%x: tensor<4x64xbf16> {comm.per_rank}, %r: tensor<4x64xbf16>) -> (tensor<4x64xbf16>, tensor<4x64xbf16>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  cf.br ^layer(%x, %r, %zero : tensor<4x64xbf16>, tensor<4x64xbf16>, index)
^layer(%h: tensor<4x64xbf16>, %s: tensor<4x64xbf16>, %i: index):
  %0 = comm.all_reduce %h on @tp : tensor<4x64xbf16>
  %1 = arith.addf %0, %s : tensor<4x64xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  %next = arith.addi %i, %one : index
  %again = arith.cmpi ule, %next, %one : index
  cf.cond_br %again, ^layer(%2, %1, %next : tensor<4x64xbf16>, tensor<4x64xbf16>, index), ^exit
^exit:
  return %2, %1 : tensor<4x64xbf16>, tensor<4x64xbf16>
}
