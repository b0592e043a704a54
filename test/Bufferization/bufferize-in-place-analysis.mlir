// Which analysis decides: the linear rule, or upstream's.

// RUN: conorm-opt %s --bufferize-in-place --mlir-pass-statistics 2>%t.linear | FileCheck %s
// RUN: FileCheck %s --check-prefix=DECIDED < %t.linear
// RUN: conorm-opt %s --bufferize-in-place=analysis=linear | FileCheck %s
// RUN: conorm-opt %s --bufferize-in-place=analysis=one-shot | FileCheck %s --check-prefix=ONE-SHOT
// RUN: conorm-opt %s --conorm-bufferize=bufferization=one-shot | FileCheck %s --check-prefix=ONE-SHOT
// RUN: not conorm-opt %s --bufferize-in-place=analysis=both 2>&1 | FileCheck %s --check-prefix=INVALID
// RUN: not conorm-opt %s --conorm-to-llvm=bufferization=both 2>&1 | FileCheck %s --check-prefix=INVALID

// DECIDED: statistics report
// DECIDED-NOT: num-undecided
// INVALID: Cannot find option named 'both'

// The linear rule knows that the results lie in buffers of their own, upstream's
// analysis cannot be asked before it has decided.
// CHECK-LABEL: func.func private @two(
// CHECK-NOT: memref.copy
// ONE-SHOT-LABEL: func.func private @two(
// ONE-SHOT: memref.copy
// ONE-SHOT-NOT: memref.copy
func.func private @two(%x: tensor<4xf32> {bufferization.writable = false})
    -> (tensor<4xf32>, tensor<4xf32>) {
  %a = tensor.empty() : tensor<4xf32>
  %b = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%a : tensor<4xf32>) -> tensor<4xf32>
  %1 = linalg.log ins(%x : tensor<4xf32>) outs(%b : tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @caller(
// ONE-SHOT-LABEL: func.func @caller(
func.func @caller(%x: tensor<4xf32> {bufferization.writable = false})
    -> (tensor<4xf32>, tensor<4xf32>) {
  %0:2 = call @two(%x) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
}
