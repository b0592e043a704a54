// RUN: conorm-opt %s --convert-stablehlo-to-conorm | FileCheck %s

// A private function that holds a collective, a norm or a quantization, or steps
// alone, is inlined where it is called, and is gone.

// CHECK-NOT: func private @reduce
func.func private @reduce(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-NOT: func private @through
func.func private @through(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = call @reduce(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %1 = "stablehlo.tanh"(%0) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-NOT: func private @steps
func.func private @steps(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  %0 = "stablehlo.maximum"(%x, %y) : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0, %x : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Nothing here is read.
// CHECK: func private @kept
func.func private @kept(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = "stablehlo.tanh"(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// Of functions that call each other one stays, which calls itself then.
// CHECK: func private @first
func.func private @first(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce
  // CHECK: call @first
  %0 = call @second(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-NOT: func private @second
func.func private @second(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = call @reduce(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %1 = call @first(%0) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// What others may call stays.
// CHECK: func @public
func.func @public(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce
  %0 = call @reduce(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @main
func.func @main(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %arg0
  // CHECK: %[[TANH:.*]] = "stablehlo.tanh"
  // CHECK: %[[MAX:.*]] = "stablehlo.maximum"(%[[TANH]], %arg0)
  // CHECK: %[[SUM:.*]] = "stablehlo.add"(%[[MAX]], %[[TANH]])
  // CHECK: %[[KEPT:.*]] = call @kept(%[[SUM]])
  // CHECK: %[[FIRST:.*]] = call @first(%[[KEPT]])
  // CHECK: call @public(%[[FIRST]])
  %0 = call @through(%x) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %1:2 = call @steps(%0, %x) : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>)
  %2 = "stablehlo.add"(%1#0, %1#1) : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %3 = call @kept(%2) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %4 = call @first(%3) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %5 = call @public(%4) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %5 : tensor<4x8xbf16>
}

// Equal steps of one block are one; of two blocks, and of what is no step, both
// stay.
// CHECK-LABEL: func @equal_steps
func.func @equal_steps(%x: tensor<4x8xbf16>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[WIDE:.*]] = "stablehlo.convert"
  // CHECK-NOT: "stablehlo.convert"
  // CHECK: %[[FIRST:.*]] = "stablehlo.tanh"(%[[WIDE]])
  // CHECK: %[[SECOND:.*]] = "stablehlo.tanh"(%[[WIDE]])
  // CHECK: return %[[WIDE]], %[[WIDE]], %[[FIRST]], %[[SECOND]]
  %0 = "stablehlo.convert"(%x) : (tensor<4x8xbf16>) -> tensor<4x8xf32>
  %1 = "stablehlo.convert"(%x) : (tensor<4x8xbf16>) -> tensor<4x8xf32>
  %2 = "stablehlo.tanh"(%0) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = "stablehlo.tanh"(%1) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1, %2, %3 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}
