// RUN: conorm-opt %s --allocate-poison | FileCheck %s

// CHECK-LABEL: func @tensors
func.func @tensors() -> (tensor<4xf32>, tensor<?x4xf32>) {
  // CHECK: %[[A:.*]] = tensor.empty() : tensor<4xf32>
  // CHECK: %[[Z:.*]] = arith.constant 0 : index
  // CHECK: %[[B:.*]] = tensor.empty(%[[Z]]) : tensor<?x4xf32>
  // CHECK: return %[[A]], %[[B]]
  %0 = ub.poison : tensor<4xf32>
  %1 = ub.poison : tensor<?x4xf32>
  return %0, %1 : tensor<4xf32>, tensor<?x4xf32>
}

// CHECK-LABEL: func @no_tensors
func.func @no_tensors() -> (i32, vector<4xf32>) {
  // CHECK: ub.poison : i32
  // CHECK: ub.poison : vector<4xf32>
  %0 = ub.poison : i32
  %1 = ub.poison : vector<4xf32>
  return %0, %1 : i32, vector<4xf32>
}
