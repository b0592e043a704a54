// Each entry returns +0.0, unless something overwrites a tensor that is read
// later: control flow and casts hide that two tensors lie in one buffer.

comm.group @tp

// The loop is given %s in each round, and adds to what it was given.
func.func @while_yields_captured(%x: tensor<8xf32> {comm.per_rank}) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %f = arith.constant 1.0 : f32
  %s = comm.all_reduce %x on @tp : tensor<8xf32>
  %i, %r = scf.while (%j = %zero, %a = %x) : (index, tensor<8xf32>) -> (index, tensor<8xf32>) {
    %b = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%a : tensor<8xf32>) {
    ^bb0(%q: f32):
      %u = arith.addf %q, %f : f32
      linalg.yield %u : f32
    } -> tensor<8xf32>
    %c = arith.cmpi slt, %j, %three : index
    scf.condition(%c) %j, %b : index, tensor<8xf32>
  } do {
  ^bb0(%j: index, %a: tensor<8xf32>):
    %m = arith.addi %j, %one : index
    scf.yield %m, %s : index, tensor<8xf32>
  }
  %t = comm.all_reduce %x on @tp : tensor<8xf32>
  %0 = arith.subf %s, %t : tensor<8xf32>
  %1 = arith.subf %r, %r : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

func.func @switch_yields_captured(%x: tensor<8xf32> {comm.per_rank}, %n: tensor<1xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0 : index
  %f = arith.constant 0.0 : f32
  %number = tensor.extract %n[%zero] : tensor<1xf32>
  %c = arith.cmpf oeq, %number, %number : f32
  %k = arith.index_castui %c : i1 to index
  %a = comm.all_reduce %x on @tp : tensor<8xf32>
  %b = comm.all_reduce %x on @tp reduction<max> : tensor<8xf32>
  %r = scf.index_switch %k -> tensor<8xf32>
  case 0 {
    scf.yield %b : tensor<8xf32>
  }
  default {
    scf.yield %a : tensor<8xf32>
  }
  %w = tensor.insert %f into %r[%zero] : tensor<8xf32>
  %t = comm.all_reduce %x on @tp : tensor<8xf32>
  %1 = arith.subf %w, %w : tensor<8xf32>
  %0 = arith.subf %a, %t : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// Written in another block of the same region, and read later.
func.func private @blocks(%x: tensor<8xf32>, %c: i1) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0 : index
  %f = arith.constant 0.0 : f32
  cf.cond_br %c, ^a, ^b
^a:
  %r = comm.all_reduce %x on @tp : tensor<8xf32>
  cf.br ^m(%r : tensor<8xf32>)
^b:
  %s = comm.all_reduce %x on @tp reduction<max> : tensor<8xf32>
  cf.br ^m(%s : tensor<8xf32>)
^m(%t: tensor<8xf32>):
  cf.cond_br %c, ^p, ^q
^p:
  %w = tensor.insert %f into %t[%zero] : tensor<8xf32>
  cf.br ^e(%w : tensor<8xf32>)
^q:
  cf.br ^e(%t : tensor<8xf32>)
^e(%y: tensor<8xf32>):
  return %t, %y : tensor<8xf32>, tensor<8xf32>
}

func.func @written_in_block(%x: tensor<8xf32> {comm.per_rank}, %n: tensor<1xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0 : index
  %number = tensor.extract %n[%zero] : tensor<1xf32>
  %c = arith.cmpf oeq, %number, %number : f32
  %0:2 = call @blocks(%x, %c) : (tensor<8xf32>, i1) -> (tensor<8xf32>, tensor<8xf32>)
  %t = comm.all_reduce %x on @tp : tensor<8xf32>
  %1 = arith.subf %0#0, %t : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// The inner loop's result is new in each round, and is both of the outer one's.
func.func @loop_yields_twice(%x: tensor<8xf32> {comm.per_rank}, %n: tensor<1xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %a = comm.all_reduce %x on @tp : tensor<8xf32>
  %b = comm.all_reduce %x on @tp : tensor<8xf32>
  %r, %s = scf.for %i = %zero to %two step %one iter_args(%p = %a, %q = %b) -> (tensor<8xf32>, tensor<8xf32>) {
    %t, %u = scf.for %j = %zero to %two step %one iter_args(%e = %a, %f = %x) -> (tensor<8xf32>, tensor<8xf32>) {
      %c = comm.all_reduce %e on @tp : tensor<8xf32>
      %d = arith.negf %f : tensor<8xf32>
      scf.yield %c, %d : tensor<8xf32>, tensor<8xf32>
    }
    scf.yield %t, %t : tensor<8xf32>, tensor<8xf32>
  }
  %m = arith.negf %r : tensor<8xf32>
  %0 = arith.addf %m, %s : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// Results of a loop that live on in other blocks, in one of two returns.
func.func @returned_from_blocks(%x: tensor<8xf32>, %y: tensor<8xf32>, %n: tensor<1xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %number = tensor.extract %n[%zero] : tensor<1xf32>
  %c = arith.cmpf oeq, %number, %number : f32
  %k = arith.index_castui %c : i1 to index
  %p, %q = scf.for %i = %zero to %k step %one iter_args(%a = %x, %b = %y) -> (tensor<8xf32>, tensor<8xf32>) {
    scf.yield %b, %a : tensor<8xf32>, tensor<8xf32>
  }
  cf.cond_br %c, ^a, ^b
^a:
  %0 = arith.subf %p, %y : tensor<8xf32>
  %1 = arith.subf %q, %x : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
^b:
  return %q, %q : tensor<8xf32>, tensor<8xf32>
}

// A slice whose size is not known is cast to a dense buffer for the call.
func.func private @reduce(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = comm.all_reduce %x on @tp : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

func.func @slice_to_call(%x: tensor<4x4xf32> {comm.per_rank}, %n: tensor<1xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0 : index
  %two = arith.constant 2 : index
  %number = tensor.extract %n[%zero] : tensor<1xf32>
  %c = arith.cmpf oeq, %number, %number : f32
  %one = arith.index_castui %c : i1 to index
  %k = arith.addi %one, %two : index
  %rows = tensor.cast %x : tensor<4x4xf32> to tensor<?x4xf32>
  %s = tensor.extract_slice %rows[0, 0] [%k, %k] [1, 1] : tensor<?x4xf32> to tensor<?x?xf32>
  %a = call @reduce(%s) : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %b = comm.all_reduce %s on @tp : tensor<?x?xf32>
  %0 = arith.subf %a, %b : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// The same for a result, beside the tensor that it is a slice of.
func.func @slice_to_return(%x: tensor<4x6xf32>, %n: tensor<1xf32>) -> (tensor<4x6xf32>, tensor<?x?xf32>) {
  %zero = arith.constant 0 : index
  %number = tensor.extract %n[%zero] : tensor<1xf32>
  %c = arith.cmpf oeq, %number, %number : f32
  %k = arith.index_castui %c : i1 to index
  %y = arith.subf %x, %x : tensor<4x6xf32>
  %s = tensor.extract_slice %y[0, 0] [%k, %k] [1, 1] : tensor<4x6xf32> to tensor<?x?xf32>
  return %y, %s : tensor<4x6xf32>, tensor<?x?xf32>
}
