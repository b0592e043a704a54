// Each function leaves its bounds for some sizes.

comm.group @tp

// The last token of no tokens.
func.func @slice(%x: tensor<?x8xf32> {comm.per_rank}) -> tensor<1x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %last = arith.subi %n, %c1 : index
  %r = comm.all_reduce %x on @tp : tensor<?x8xf32>
  %s = tensor.extract_slice %r[%last, 0] [1, 8] [1, 1]
      : tensor<?x8xf32> to tensor<1x8xf32>
  %t = comm.all_reduce %s on @tp : tensor<1x8xf32>
  return %t : tensor<1x8xf32>
}

// Five rows into fewer.
func.func @insert(%x: tensor<5x8xf32>, %into: tensor<?x8xf32>)
    -> tensor<?x8xf32> {
  %s = tensor.insert_slice %x into %into[0, 0] [5, 8] [1, 1]
      : tensor<5x8xf32> into tensor<?x8xf32>
  return %s : tensor<?x8xf32>
}

// More rows than the slice has room for.
func.func @copy(%x: tensor<?x8xf32>, %into: tensor<64x8xf32>)
    -> tensor<64x8xf32> {
  %c4 = arith.constant 4 : index
  %s = tensor.insert_slice %x into %into[60, 0] [%c4, 8] [1, 1]
      : tensor<?x8xf32> into tensor<64x8xf32>
  return %s : tensor<64x8xf32>
}

func.func @element(%x: tensor<?xf32>) -> f32 {
  %c5 = arith.constant 5 : index
  %e = tensor.extract %x[%c5] : tensor<?xf32>
  return %e : f32
}

func.func private @store_at(%x: tensor<?xf32>, %i: index) -> tensor<?xf32> {
  %c1 = arith.constant 1.0 : f32
  %y = tensor.insert %c1 into %x[%i] : tensor<?xf32>
  return %y : tensor<?xf32>
}

// The callee fails; what comes after the call must not read its result.
func.func @callee(%x: tensor<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  %y = call @store_at(%x, %c5) : (tensor<?xf32>, index) -> tensor<?xf32>
  %e = tensor.extract %y[%c0] : tensor<?xf32>
  return %e : f32
}

// In a loop, the fourth of which steps fails.
func.func @loop(%x: tensor<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %zero = arith.constant 0.0 : f32
  %sum = scf.for %i = %c0 to %c8 step %c1 iter_args(%s = %zero) -> f32 {
    %e = tensor.extract %x[%i] : tensor<?xf32>
    %t = arith.addf %s, %e : f32
    scf.yield %t : f32
  }
  return %sum : f32
}

// In the body of an operation that becomes a function of its own.
func.func @gather(%x: tensor<?xf32>) -> tensor<8xf32> {
  %init = tensor.empty() : tensor<8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>],
                       iterator_types = ["parallel"]}
      outs(%init : tensor<8xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %e = tensor.extract %x[%i] : tensor<?xf32>
    linalg.yield %e : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// Rows of four from what is no multiple of four.
func.func @reshape(%x: tensor<?xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %rows = arith.divui %n, %c4 : index
  %y = tensor.expand_shape %x [[0, 1]] output_shape [%rows, 4]
      : tensor<?xf32> into tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @cast(%x: tensor<?xf32>) -> tensor<8xf32> {
  %y = tensor.cast %x : tensor<?xf32> to tensor<8xf32>
  return %y : tensor<8xf32>
}

// A size below zero.
func.func @allocation(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %less = arith.subi %n, %c5 : index
  %init = tensor.empty(%less) : tensor<?xf32>
  %y = linalg.fill ins(%zero : f32) outs(%init : tensor<?xf32>)
      -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Accesses of affine maps, and atomic ones.
func.func @affine_store(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = comm.all_reduce %x on @tp : tensor<?xf32>
  %m = bufferization.to_buffer %0 : tensor<?xf32> to memref<?xf32>
  affine.store %zero, %m[symbol(%n)] : memref<?xf32>
  %y = bufferization.to_tensor %m restrict writable : memref<?xf32> to tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @atomic(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = comm.all_reduce %x on @tp : tensor<?xf32>
  %m = bufferization.to_buffer %0 : tensor<?xf32> to memref<?xf32>
  %old = memref.atomic_rmw addf %one, %m[%n] : (f32, memref<?xf32>) -> f32
  %y = bufferization.to_tensor %m restrict writable : memref<?xf32> to tensor<?xf32>
  return %y : tensor<?xf32>
}
