// RUN: %conorm_opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s

comm.group @pairs {size = 2 : i64}

// CHECK-LABEL: func.func @all_reduce(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xbf16>, %[[OUT:.*]]: memref<4x8xbf16>)
func.func @all_reduce(%x: tensor<4x8xbf16>, %out: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce %[[X]] on @pairs reduction<max> strategy<two_shot> outs(%[[OUT]] : memref<4x8xbf16>) {tag = 1 : i64} : memref<4x8xbf16>
  // CHECK-NEXT: return %[[OUT]]
  %0 = comm.all_reduce %x on @pairs reduction<max> strategy<two_shot>
    outs(%out : tensor<4x8xbf16>) {tag = 1} : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func.func @all_reduce_in_place(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xbf16>)
func.func @all_reduce_in_place(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce %[[X]] on @pairs outs(%[[X]] : memref<4x8xbf16>)
  // CHECK-NEXT: return %[[X]]
  %0 = comm.all_reduce %x on @pairs outs(%x : tensor<4x8xbf16>) : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func.func @blocks(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xf32>, %[[S:.*]]: memref<2x8xf32>, %[[G:.*]]: memref<4x16xf32>)
func.func @blocks(%x: tensor<4x8xf32>, %s: tensor<2x8xf32>, %g: tensor<4x16xf32>)
    -> (tensor<2x8xf32>, tensor<4x16xf32>) {
  // CHECK-NEXT: comm.reduce_scatter %[[X]] on @pairs dim 0 outs(%[[S]] : memref<2x8xf32>) : memref<4x8xf32>
  // CHECK-NEXT: comm.all_gather %[[X]] on @pairs dim 1 outs(%[[G]] : memref<4x16xf32>) : memref<4x8xf32>
  %0 = comm.reduce_scatter %x on @pairs dim 0 outs(%s : tensor<2x8xf32>)
    : tensor<4x8xf32> -> tensor<2x8xf32>
  %1 = comm.all_gather %x on @pairs dim 1 outs(%g : tensor<4x16xf32>)
    : tensor<4x8xf32> -> tensor<4x16xf32>
  return %0, %1 : tensor<2x8xf32>, tensor<4x16xf32>
}

// Blocks move, so that the destination must be another buffer, though the types
// are the same: a new one, and nothing is copied into it.
// CHECK-LABEL: func.func @gather_not_in_place(
// CHECK-SAME:    %[[X:.*]]: memref<?x8xf32>)
func.func @gather_not_in_place(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[NEW:.*]] = memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: comm.all_gather %[[X]] on @pairs dim 0 outs(%[[NEW]] : memref<?x8xf32>)
  %0 = comm.all_gather %x on @pairs dim 0 outs(%x : tensor<?x8xf32>)
    : tensor<?x8xf32> -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @fused(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xbf16>, %[[W:.*]]: memref<8xbf16>, %[[R:.*]]: memref<4x8xbf16>)
func.func @fused(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %r: tensor<4x8xbf16>)
    -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[X]] on @pairs weight(%[[W]] : memref<8xbf16>) residual(%[[R]] : memref<4x8xbf16>)
  // CHECK-SAME: outs(residual_out = %[[R]] : memref<4x8xbf16>, normed = %[[X]] : memref<4x8xbf16>)
  // CHECK-SAME: {epsilon = {{.*}}, replicated, rounding = #norm.rounding<round_then_scale>, weight_bias = {{.*}}} : memref<4x8xbf16>
  // CHECK-NEXT: return %[[R]], %[[X]]
  %sum, %y = comm.all_reduce_rms_norm %x on @pairs weight(%w : tensor<8xbf16>)
    residual(%r : tensor<4x8xbf16>)
    outs(residual_out = %r : tensor<4x8xbf16>, normed = %x : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, rounding = #norm.rounding<round_then_scale>, replicated}
    : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %sum, %y : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Two results cannot be one buffer.
// CHECK-LABEL: func.func @same_destination_twice(
func.func @same_destination_twice(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>)
    -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: memref.alloc
  // CHECK-NOT: memref.copy
  %sum, %y = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    outs(residual_out = %r : tensor<4x8xbf16>, normed = %r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %sum, %y : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// What is read later is not overwritten.
// CHECK-LABEL: func.func @input_read_later(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xbf16>)
func.func @input_read_later(%x: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, bf16) {
  // CHECK: %[[NEW:.*]] = memref.alloc
  // CHECK: comm.all_reduce %[[X]] on @pairs outs(%[[NEW]] : memref<4x8xbf16>)
  // CHECK: memref.load %[[X]]
  %c0 = arith.constant 0 : index
  %0 = comm.all_reduce %x on @pairs outs(%x : tensor<4x8xbf16>) : tensor<4x8xbf16>
  %1 = tensor.extract %x[%c0, %c0] : tensor<4x8xbf16>
  return %0, %1 : tensor<4x8xbf16>, bf16
}
