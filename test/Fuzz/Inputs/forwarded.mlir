comm.group @tp
func.func @f(%x: tensor<2x8xf32> {comm.per_rank}) -> (tensor<2x8xf32>, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c20 = arith.constant 20 : index
  %o:3 = scf.while (%state = %c0) : (index) -> (index, index, index) {
    %go = arith.cmpi slt, %state, %c1 : index
    %v = scf.if %go -> index {
      %next = arith.addi %state, %c2 : index
      scf.yield %next : index
    } else {
      scf.yield %c20 : index
    }
    scf.condition(%go) %v, %v, %state : index, index, index
  } do {
  ^bb0(%first: index, %second: index, %old: index):
    scf.yield %second : index
  }
  %s = comm.all_reduce %x on @tp : tensor<2x8xf32>
  return %s, %o#2 : tensor<2x8xf32>, index
}
