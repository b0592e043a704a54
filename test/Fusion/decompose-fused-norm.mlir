// RUN: conorm-opt %s --decompose-fused-norm | FileCheck %s
// RUN: conorm-opt %s --decompose-fused-norm --fuse-all-reduce-norm | FileCheck %s --check-prefix=AGAIN
// RUN: conorm-opt %s --decompose-fused-norm --fuse-all-reduce-norm --decompose-fused-norm --canonicalize | FileCheck %s

comm.group @tp

// CHECK-LABEL: func @plain
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
// AGAIN-LABEL: func @plain
func.func @plain(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce %[[X]] on @tp strategy<one_shot> : tensor<4x8xbf16>
  // CHECK-NEXT: %[[Y:.*]] = norm.rms_norm %[[A]] weight(%[[W]] : tensor<8xbf16>) {epsilon = 5.000000e-01 : f32, weight_bias = 1.000000e+00 : f32}
  // CHECK-NEXT: return %[[Y]]
  // AGAIN-NEXT: comm.all_reduce_rms_norm {{.*}} strategy<one_shot> {{.*}} {epsilon = 5.000000e-01 : f32, weight_bias = 1.000000e+00 : f32} {{.*}} -> (normed:
  %y = comm.all_reduce_rms_norm %x on @tp strategy<one_shot> weight(%w : tensor<8xbf16>) {epsilon = 0.5 : f32, weight_bias = 1.0 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// The attribute speaks of the fused operation alone.
// CHECK-LABEL: func @replicated
func.func @replicated(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp : tensor<4x8xbf16>
  // CHECK-NEXT: norm.add_rms_norm %{{.*}}, %{{.*}} {epsilon = 5.000000e-01 : f32} :
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>) {epsilon = 0.5 : f32, replicated}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @table_of_strategies
func.func @table_of_strategies(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #dispatch} : tensor<?x8xf32>
  %y = comm.all_reduce_rms_norm %x on @tp {dispatch = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>]>, epsilon = 0.5 : f32}
    : tensor<?x8xf32> -> (normed: tensor<?x8xf32>)
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @residual
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
// AGAIN-LABEL: func @residual
func.func @residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce %[[X]] on @tp : tensor<4x8xbf16>
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[A]], %[[R]] {{.*}}rounding = #norm.rounding<round_then_scale>
  // CHECK-NEXT: return %[[A]], %[[N]]#1, %[[N]]#0
  // AGAIN-NEXT: comm.all_reduce_rms_norm {{.*}} -> (reduced: {{.*}}, residual_out: {{.*}}, normed:
  %a, %s, %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, rounding = #norm.rounding<round_then_scale>}
    : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %a, %s, %y : tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The first norm reads the reduced value; the residual is added to its result.
// CHECK-LABEL: func @sandwich
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @sandwich(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce %[[X]]
  // CHECK-NEXT: %[[P:.*]] = norm.rms_norm %[[A]] weight(%{{.*}}) {epsilon = 2.500000e-01 : f32}
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[P]], %[[R]] weight(%{{.*}}) {epsilon = 5.000000e-01 : f32}
  // CHECK-NEXT: return %[[N]]#0
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 0.5 : f32, post_norm_epsilon = 0.25 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @weight_rounding
func.func @weight_rounding(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce
  // CHECK-NEXT: norm.rms_norm {{.*}} {epsilon = 2.500000e-01 : f32, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  // CHECK-NEXT: norm.add_rms_norm {{.*}} {epsilon = 5.000000e-01 : f32, weight_bias = 2.000000e+00 : f32}
  // CHECK-NEXT: comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm {{.*}} {epsilon = 5.000000e-01 : f32, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  // CHECK-NEXT: return
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 0.5 : f32, weight_bias = 2.0 : f32, post_norm_epsilon = 0.25 : f32, post_norm_weight_bias = 1.0 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %z = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 0.5 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y, %z : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @quantized
func.func @quantized(%x: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {
  // CHECK: %[[Y:.*]] = norm.rms_norm
  // CHECK: %[[Q:.*]]:2 = norm.quantize %[[Y]] {scheme = #norm.scheme<per_token>}
  // CHECK: return %[[Q]]#0, %[[Q]]#1
  %q, %s = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>}
    : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  return %q, %s : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
}
