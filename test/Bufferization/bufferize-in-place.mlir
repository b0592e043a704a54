// The linear rule alone, each decision checked by one-shot analysis.
// RUN: %conorm_opt %s --bufferize-in-place="analysis-limit=0 check-decisions" --split-input-file | FileCheck %s
// The same with all defaults.
// RUN: %conorm_opt %s --bufferize-in-place --split-input-file | FileCheck %s

// Each operation overwrites what nothing reads later.
// CHECK-LABEL: func.func @chain(
// CHECK:       %[[A:.*]] = memref.alloc()
// CHECK-NOT:   memref.alloc
// CHECK-NOT:   memref.copy
// CHECK:       linalg.exp {{.*}} outs(%[[A]] :
// CHECK:       linalg.log ins(%[[A]] : {{.*}} outs(%[[A]] :
// CHECK:       linalg.exp ins(%[[A]] : {{.*}} outs(%[[A]] :
// CHECK:       return %[[A]]
func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.log ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%1 : tensor<4xf32>) outs(%1 : tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// A value that is read after the operation that would overwrite it.
// CHECK-LABEL: func.func @read_later(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       linalg.log ins(%[[A]] : {{.*}} outs(%[[B:.*]] :
// CHECK:       linalg.add ins(%[[A]], %[[B]] :
func.func @read_later(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.log ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.add ins(%0, %1 : tensor<4xf32>, tensor<4xf32>) outs(%1 : tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// Returned and overwritten: the accumulation starts from a copy.
// CHECK-LABEL: func.func @returned(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       memref.copy %[[A]], %[[B:.*]] :
// CHECK:       linalg.matvec {{.*}} outs(%[[B]] :
// CHECK:       return %[[A]], %[[B]]
func.func @returned(%x: tensor<4xf32>, %m: tensor<4x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.matvec ins(%m, %x : tensor<4x4xf32>, tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// A view is read after its tensor would be overwritten.
// CHECK-LABEL: func.func @view_read_later(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK-DAG:   %[[V:.*]] = memref.subview %[[A]]
// CHECK:       linalg.log ins(%[[A]] : {{.*}} outs(%[[B:[a-z0-9_]+]] :
// CHECK-NOT:   return %[[A]]
// CHECK:       return %[[B]]
func.func @view_read_later(%x: tensor<4xf32>, %y: tensor<2xf32> {bufferization.writable = true})
    -> (tensor<4xf32>, tensor<2xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %v = tensor.extract_slice %0[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  %1 = linalg.log ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%v : tensor<2xf32>) outs(%y : tensor<2xf32>) -> tensor<2xf32>
  return %1, %2 : tensor<4xf32>, tensor<2xf32>
}

// Read in another order than written: the same buffer would be wrong.
// CHECK-LABEL: func.func @transposed(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       linalg.transpose ins(%[[A]] : {{.*}} outs(%[[B:[a-z0-9_]+]] :
// CHECK:       return %[[B]]
func.func @transposed(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %e = tensor.empty() : tensor<4x4xf32>
  %0 = linalg.exp ins(%x : tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.transpose ins(%0 : tensor<4x4xf32>) outs(%0 : tensor<4x4xf32>) permutation = [1, 0]
  return %1 : tensor<4x4xf32>
}

// What may not be written: constants, and arguments that say so.
// CHECK-LABEL: func.func @read_only(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<4xf32>, %[[Y:[a-z0-9]+]]: memref<4xf32>)
// CHECK-DAG:   %[[C:.*]] = memref.get_global
// CHECK-NOT:   outs(%[[C]]
// CHECK-NOT:   outs(%[[X]]
// CHECK:       linalg.exp ins(%[[Y]] : {{.*}} outs(%[[Y]] :
// CHECK:       return
func.func @read_only(%x: tensor<4xf32> {bufferization.writable = false},
                     %y: tensor<4xf32> {bufferization.writable = true})
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = linalg.exp ins(%c : tensor<4xf32>) outs(%c : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.exp ins(%y : tensor<4xf32>) outs(%y : tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Left to one-shot analysis: a slice is computed in place and put back.
// CHECK-LABEL: func.func @slice_in_place(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<4xf32>)
// CHECK-NOT:   memref.alloc
// CHECK-NOT:   memref.copy
// CHECK:       %[[V:.*]] = memref.subview %[[X]]
// CHECK:       linalg.exp {{.*}} outs(%[[V]] :
// CHECK:       return %[[X]]
func.func @slice_in_place(%x: tensor<4xf32> {bufferization.writable = true}) -> tensor<4xf32> {
  %v = tensor.extract_slice %x[1] [2] [1] : tensor<4xf32> to tensor<2xf32>
  %0 = linalg.exp ins(%v : tensor<2xf32>) outs(%v : tensor<2xf32>) -> tensor<2xf32>
  %1 = tensor.insert_slice %0 into %x[1] [2] [1] : tensor<2xf32> into tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Read in a loop that comes after, and in every iteration of one around.
// CHECK-LABEL: func.func @loops(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       linalg.log ins(%[[A]] : {{.*}} outs(%[[B:[a-z0-9_]+]] :
// CHECK:       scf.for
// CHECK-NOT:   outs(%[[A]] :
// CHECK:       return
func.func @loops(%x: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.log ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
  %2 = scf.for %i = %zero to %n step %one iter_args(%v = %1) -> tensor<4xf32> {
    %3 = linalg.exp ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
    %4 = linalg.add ins(%v, %3 : tensor<4xf32>, tensor<4xf32>) outs(%v : tensor<4xf32>) -> tensor<4xf32>
    scf.yield %4 : tensor<4xf32>
  }
  return %2, %0 : tensor<4xf32>, tensor<4xf32>
}

// A call that returns its argument: what overwrites the result overwrites both.
// CHECK-LABEL: func.func @calls(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       %[[R:.*]] = call @same(%[[A]])
// CHECK-NOT:   outs(%[[A]] :
// CHECK-NOT:   outs(%[[R]] :
// CHECK:       return
func.func private @same(%x: tensor<4xf32> {bufferization.writable = false}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @calls(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = call @same(%0) : (tensor<4xf32>) -> tensor<4xf32>
  %2 = linalg.log ins(%1 : tensor<4xf32>) outs(%1 : tensor<4xf32>) -> tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}

// Of the results of a function that is called each has a buffer of its own, so
// that the caller may overwrite one and read another.
// CHECK-LABEL: func.func private @twice(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       memref.copy %[[A]], %[[B:.*]] :
// CHECK:       return %[[A]], %[[B]]
func.func private @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}

// The same of a view.
// CHECK-LABEL: func.func private @and_view(
// CHECK:       linalg.exp {{.*}} outs(%[[A:.*]] :
// CHECK:       %[[V:.*]] = memref.subview %[[A]]
// CHECK:       memref.copy %[[V]], %[[B:.*]] :
// CHECK:       return %[[A]], %[[B]]
func.func private @and_view(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<2xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %1 = tensor.extract_slice %0[0] [2] [1] : tensor<4xf32> to tensor<2xf32>
  return %0, %1 : tensor<4xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @calls_twice(
// CHECK:       %[[R:.*]]:2 = call @twice(
// CHECK:       linalg.log ins(%[[R]]#0 : {{.*}} outs(%[[R]]#0 :
// CHECK:       return %[[R]]#0, %[[R]]#1
func.func @calls_twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<2xf32>) {
  %0:2 = call @twice(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %1 = linalg.log ins(%0#0 : tensor<4xf32>) outs(%0#0 : tensor<4xf32>) -> tensor<4xf32>
  %2:2 = call @and_view(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<2xf32>)
  return %1, %0#1, %2#1 : tensor<4xf32>, tensor<4xf32>, tensor<2xf32>
}

// The results of a loop are two buffers.
// CHECK-LABEL: func.func @yields_twice(
// CHECK:       scf.for
// CHECK:         scf.for
// CHECK:         memref.copy %[[A:.*]], %[[B:.*]] :
// CHECK-NOT:     scf.yield %[[A]], %[[A]]
// CHECK:         scf.yield %{{.*}}, %[[B]]
func.func @yields_twice(%x: tensor<4xf32>, %n: index) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %e = tensor.empty() : tensor<4xf32>
  %0:2 = scf.for %i = %zero to %n step %one iter_args(%a = %x, %b = %x) -> (tensor<4xf32>, tensor<4xf32>) {
    %1 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %2 = scf.for %j = %zero to %n step %one iter_args(%c = %1) -> tensor<4xf32> {
      %3 = linalg.log ins(%c : tensor<4xf32>) outs(%c : tensor<4xf32>) -> tensor<4xf32>
      scf.yield %3 : tensor<4xf32>
    }
    scf.yield %2, %2 : tensor<4xf32>, tensor<4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}

// Nothing in the module calls it.
// CHECK-LABEL: func.func @not_called(
// CHECK-NOT:   memref.copy
// CHECK:       return %[[A:.*]], %[[A]]
func.func @not_called(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0, %0 : tensor<4xf32>, tensor<4xf32>
}

// -----

// Constants become globals in the order of the program, last one first, whatever
// order functions are in.
// CHECK:       memref.global {{.*}} = dense<3.000000e+00>
// CHECK:       memref.global {{.*}} = dense<2.000000e+00>
// CHECK:       memref.global {{.*}} = dense<1.000000e+00>
func.func @first_constant() -> tensor<4xf32> {
  %0 = arith.constant dense<1.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @second_constant() -> tensor<4xf32> {
  %0 = arith.constant dense<2.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @third_constant() -> tensor<4xf32> {
  %0 = arith.constant dense<3.0> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A slice of unknown size may have other strides than a dense buffer.
// CHECK-LABEL: func.func @slice_to_call(
// CHECK:       %[[S:.*]] = memref.subview
// CHECK:       %[[A:.*]] = memref.alloc
// CHECK-NEXT:  memref.copy %[[S]], %[[A]] :
// CHECK-NEXT:  call @dense(%[[A]])
func.func private @dense(%x: tensor<?x?xf32>) -> f32 {
  %zero = arith.constant 0 : index
  %0 = tensor.extract %x[%zero, %zero] : tensor<?x?xf32>
  return %0 : f32
}
func.func @slice_to_call(%x: tensor<?x4xf32>, %n: index) -> f32 {
  %0 = tensor.extract_slice %x[0, 0] [%n, %n] [1, 1] : tensor<?x4xf32> to tensor<?x?xf32>
  %1 = call @dense(%0) : (tensor<?x?xf32>) -> f32
  return %1 : f32
}

// -----

// A cycle of calls: upstream's module analysis.
// CHECK-LABEL: func.func private @cycle(
func.func private @cycle(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %0 = scf.if %c -> tensor<4xf32> {
    %1 = func.call @cycle(%x, %c) : (tensor<4xf32>, i1) -> tensor<4xf32>
    scf.yield %1 : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// It is not asked what two results share: all but the first are copied.
// CHECK-LABEL: func.func private @cycle_of_two(
// CHECK:       %[[R:.*]]:2 = scf.if
// CHECK:       memref.copy %[[R]]#1, %[[B:.*]] :
// CHECK:       return %[[R]]#0, %[[B]]
func.func private @cycle_of_two(%x: tensor<4xf32>, %c: i1) -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = scf.if %c -> (tensor<4xf32>, tensor<4xf32>) {
    %1:2 = func.call @cycle_of_two(%x, %c) : (tensor<4xf32>, i1) -> (tensor<4xf32>, tensor<4xf32>)
    scf.yield %1#0, %1#1 : tensor<4xf32>, tensor<4xf32>
  } else {
    scf.yield %x, %x : tensor<4xf32>, tensor<4xf32>
  }
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}
