// RUN: %conorm_test_opt %s --split-input-file --canonicalize | FileCheck %s

// A collective is called by all ranks, whether its result is used or not.

comm.group @tp

// CHECK-LABEL: func @unused
func.func @unused(%x: tensor<4x8xf32>) {
  // CHECK-NOT: test.t5_norm
  // CHECK: test.all_reduce_t5_norm
  %0 = test.t5_norm %x : tensor<4x8xf32> -> tensor<4x8xf32>
  %1 = test.all_reduce_t5_norm %x on @tp : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

// On buffers, destinations are written.

// CHECK-LABEL: func @writes
func.func @writes(%x: memref<4x8xf32>, %y: memref<4x8xf32>) {
  // CHECK: test.t5_norm
  test.t5_norm %x outs(%y : memref<4x8xf32>) : memref<4x8xf32>
  return
}
