// RUN: %conorm_test_opt %s --split-input-file --assign-destinations | FileCheck %s

// Norms of a dialect that no pass knows of get destinations.

comm.group @tp

// CHECK-LABEL: func.func @chain(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: tensor<?x8xbf16> {bufferization.writable = false}, %[[W:[a-z0-9]*]]: tensor<8xbf16>
func.func @chain(%x: tensor<?x8xbf16>, %w: tensor<8xbf16>) -> tensor<?x8xbf16> {
  // CHECK: %[[SIZE:.*]] = tensor.dim %[[X]]
  // CHECK: %[[NEW:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x8xbf16>
  // CHECK: %[[A:.*]] = test.t5_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) outs(%[[NEW]] : tensor<?x8xbf16>)
  %a = test.t5_norm %x weight(%w : tensor<8xbf16>) : tensor<?x8xbf16> -> tensor<?x8xbf16>
  // CHECK-NOT: tensor.empty
  // CHECK: %[[B:.*]] = norm.rms_norm %[[A]] outs(%[[A]] : tensor<?x8xbf16>)
  %b = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>
  // CHECK: test.all_reduce_t5_norm %[[B]] on @tp outs(%[[B]] : tensor<?x8xbf16>)
  %c = test.all_reduce_t5_norm %b on @tp : tensor<?x8xbf16> -> tensor<?x8xbf16>
  return %c : tensor<?x8xbf16>
}

// CHECK-LABEL: func.func @read_again(
func.func @read_again(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[A:.*]] = test.t5_norm
  %a = test.t5_norm %x : tensor<4x8xf32> -> tensor<4x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty()
  // CHECK: test.t5_norm %[[A]] outs(%[[NEW]] : tensor<4x8xf32>)
  %b = test.t5_norm %a : tensor<4x8xf32> -> tensor<4x8xf32>
  return %a, %b : tensor<4x8xf32>, tensor<4x8xf32>
}

// The weight is read when rows are written already.

// CHECK-LABEL: func.func @input_is_weight(
func.func @input_is_weight(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[A:.*]] = test.t5_norm
  %a = test.t5_norm %x : tensor<8xf32> -> tensor<8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty()
  // CHECK: test.t5_norm %[[A]] weight(%[[A]] : tensor<8xf32>) outs(%[[NEW]] : tensor<8xf32>)
  %b = test.t5_norm %a weight(%a : tensor<8xf32>) : tensor<8xf32> -> tensor<8xf32>
  return %b : tensor<8xf32>
}
