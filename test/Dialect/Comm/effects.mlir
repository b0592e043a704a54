// RUN: conorm-opt %s --canonicalize --cse --loop-invariant-code-motion --symbol-dce | FileCheck %s

comm.group @tp
comm.group @ep

// CHECK-LABEL: func @no_drop_unused
func.func @no_drop_unused(%x: tensor<4xf32>) {
  // CHECK: comm.all_reduce
  // CHECK: comm.all_gather
  // CHECK: comm.reduce_scatter
  %0 = comm.all_reduce %x on @tp : tensor<4xf32>
  %1 = comm.all_gather %x on @tp dim 0 : tensor<4xf32> -> tensor<8xf32>
  %2 = comm.reduce_scatter %x on @tp dim 0 : tensor<4xf32> -> tensor<2xf32>
  return
}

// CHECK-LABEL: func @no_merge_equal
func.func @no_merge_equal(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-COUNT-2: comm.all_reduce
  %0 = comm.all_reduce %x on @tp : tensor<4xf32>
  %1 = comm.all_reduce %x on @tp : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @no_reorder_across_groups
func.func @no_reorder_across_groups(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: comm.all_reduce {{.*}} @tp
  // CHECK: comm.all_reduce {{.*}} @ep
  %0 = comm.all_reduce %x on @tp : tensor<4xf32>
  %1 = comm.all_reduce %x on @ep : tensor<4xf32>
  return %1, %0 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @no_hoist_from_loop
func.func @no_hoist_from_loop(%x: tensor<4xf32>, %lo: index, %hi: index, %step: index) -> tensor<4xf32> {
  // CHECK: scf.for
  // CHECK: comm.all_reduce
  %r = scf.for %i = %lo to %hi step %step iter_args(%acc = %x) -> tensor<4xf32> {
    %0 = comm.all_reduce %x on @tp : tensor<4xf32>
    %1 = arith.addf %acc, %0 : tensor<4xf32>
    scf.yield %1 : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// A norm is pure: it is dropped, merged and hoisted as any arithmetic.
// CHECK-LABEL: func @norm_is_pure
func.func @norm_is_pure(%x: tensor<4x8xf32>, %lo: index, %hi: index, %step: index) -> tensor<4x8xf32> {
  // CHECK-COUNT-1: norm.rms_norm
  // CHECK-NOT: norm.
  // CHECK: scf.for
  // CHECK-NOT: norm.
  %unused:2 = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>, tensor<4x8xf32>
  %r = scf.for %i = %lo to %hi step %step iter_args(%acc = %x) -> tensor<4x8xf32> {
    %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    %1 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    %2 = arith.addf %0, %1 : tensor<4x8xf32>
    %3 = arith.addf %acc, %2 : tensor<4x8xf32>
    scf.yield %3 : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// CHECK-LABEL: func @unused_norm_goes
func.func @unused_norm_goes(%x: tensor<4x8xf32>) {
  // CHECK-NOT: norm.
  %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return
}

// On buffers a norm writes, and stays.
// CHECK-LABEL: func @no_drop_norm_on_buffers
func.func @no_drop_norm_on_buffers(%x: memref<4x8xf32>) {
  // CHECK: norm.rms_norm
  norm.rms_norm %x outs(%x : memref<4x8xf32>) {epsilon = 1.0e-6 : f32} : memref<4x8xf32>
  return
}
