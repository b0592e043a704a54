// Results and control flow that are easily got wrong, to be run.

comm.group @tp
comm.group @pair {size = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}

// The caller frees each result.
func.func @same_twice(%x: tensor<4x8xf32> {comm.per_rank}) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<32xf32>) {
  %s = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %flat = tensor.collapse_shape %s [[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  return %s, %s, %flat : tensor<4x8xf32>, tensor<4x8xf32>, tensor<32xf32>
}

func.func @arguments(%x: tensor<4x8xf32>, %d: tensor<4x8xf32> {comm.donated}) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  return %x, %d : tensor<4x8xf32>, tensor<4x8xf32>
}

func.func @constant(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %k = arith.constant dense<[1.0, 2.0, 0.5]> : tensor<3xf32>
  return %k, %x : tensor<3xf32>, tensor<3xf32>
}

func.func @scalars(%a: i1, %b: bf16, %c: index, %d: f64, %e: i8, %h: f16, %t: tensor<f32>)
    -> (i1, bf16, index, f64, i8, f16, tensor<f32>) {
  %n = arith.addf %b, %b : bf16
  %m = arith.mulf %h, %h : f16
  %u = arith.addf %t, %t : tensor<f32>
  return %a, %n, %c, %d, %e, %m, %u : i1, bf16, index, f64, i8, f16, tensor<f32>
}

func.func @one_scalar(%a: i1) -> i1 {
  %true = arith.constant true
  %0 = arith.xori %a, %true : i1
  return %0 : i1
}

func.func @nothing() { return }

// A loop that starts from a read-only argument, which must stay as it is.
func.func @loop(%x: tensor<?x8xf32> {comm.per_rank}) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%v = %x) -> tensor<?x8xf32> {
    %1 = norm.rms_norm %v {epsilon = 1.0e-5 : f32} : tensor<?x8xf32>
    %2 = comm.all_reduce %1 on @tp : tensor<?x8xf32>
    scf.yield %2 : tensor<?x8xf32>
  }
  return %x, %r : tensor<?x8xf32>, tensor<?x8xf32>
}

func.func @branch(%x: tensor<4x8xf32>, %c: i1) -> tensor<4x8xf32> {
  %r = scf.if %c -> tensor<4x8xf32> {
    %1 = norm.rms_norm %x {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
    scf.yield %1 : tensor<4x8xf32>
  } else {
    scf.yield %x : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// Rows of a view, called for as they lie, and the same rows made contiguous.
func.func @rows(%x: tensor<4x32xf32>) -> (tensor<4x2x4xf32>, tensor<4x2x4xf32>) {
  %v = tensor.extract_slice %x[0, 8] [4, 8] [1, 1] : tensor<4x32xf32> to tensor<4x8xf32>
  %heads = tensor.expand_shape %v [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xf32> into tensor<4x2x4xf32>
  %strided = norm.rms_norm %heads {epsilon = 1.0e-5 : f32} : tensor<4x2x4xf32>
  %zero = arith.constant dense<-0.0> : tensor<4x2x4xf32>
  %copy = arith.addf %heads, %zero : tensor<4x2x4xf32>
  %contiguous = norm.rms_norm %copy {epsilon = 1.0e-5 : f32} : tensor<4x2x4xf32>
  return %strided, %contiguous : tensor<4x2x4xf32>, tensor<4x2x4xf32>
}

// A collective of a view: through temporaries, the same as of a copy.
func.func @columns(%x: tensor<4x32xf32> {comm.per_rank}) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %v = tensor.extract_slice %x[0, 8] [4, 8] [1, 1] : tensor<4x32xf32> to tensor<4x8xf32>
  %strided = comm.all_reduce %v on @tp : tensor<4x8xf32>
  %zero = arith.constant dense<-0.0> : tensor<4x8xf32>
  %copy = arith.addf %v, %zero : tensor<4x8xf32>
  %contiguous = comm.all_reduce %copy on @tp : tensor<4x8xf32>
  return %strided, %contiguous : tensor<4x8xf32>, tensor<4x8xf32>
}

// Gathering what was scattered is the reduction of all.
func.func @blocks(%x: tensor<4x8xbf16> {comm.per_rank}) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  %s = comm.reduce_scatter %x on @pair dim 1 : tensor<4x8xbf16> -> tensor<4x4xbf16>
  %g = comm.all_gather %s on @pair dim 1 : tensor<4x4xbf16> -> tensor<4x8xbf16>
  %a = comm.all_reduce %x on @pair : tensor<4x8xbf16>
  return %g, %a : tensor<4x8xbf16>, tensor<4x8xbf16>
}
