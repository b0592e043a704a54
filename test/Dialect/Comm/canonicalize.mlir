// RUN: conorm-opt %s --canonicalize --split-input-file | FileCheck %s

comm.group @one {size = 1 : i64}
comm.group @ones {replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>}
comm.group @any

// CHECK-LABEL: func @all_reduce_of_one_rank
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>
func.func @all_reduce_of_one_rank(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: return %[[X]]
  %y = comm.all_reduce %x on @one : tensor<4x8xbf16>
  %z = comm.all_reduce %y on @ones reduction<prod> : tensor<4x8xbf16>
  return %z : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fold_unknown_size
func.func @no_fold_unknown_size(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce
  %y = comm.all_reduce %x on @any : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @scatter_and_gather_of_one_rank
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>
func.func @scatter_and_gather_of_one_rank(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: return %[[X]]
  %y = comm.reduce_scatter %x on @one dim 0 : tensor<4x8xbf16> -> tensor<4x8xbf16>
  %z = comm.all_gather %y on @one dim 1 : tensor<4x8xbf16> -> tensor<4x8xbf16>
  return %z : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fold_gather_to_another_type
func.func @no_fold_gather_to_another_type(%x: tensor<4x8xbf16>) -> tensor<4x?xbf16> {
  // CHECK: comm.all_gather
  %z = comm.all_gather %x on @one dim 1 : tensor<4x8xbf16> -> tensor<4x?xbf16>
  return %z : tensor<4x?xbf16>
}

// CHECK-LABEL: func @fused_of_one_rank
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @fused_of_one_rank(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[X]], %[[R]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // CHECK-NEXT: return %[[N]]#1, %[[N]]#0
  %s, %y = comm.all_reduce_rms_norm %x on @one weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %s, %y : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_sandwich_of_one_rank
func.func @fused_sandwich_of_one_rank(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[P:.*]] = norm.rms_norm %{{.*}} weight(%{{.*}}) {epsilon = 5.000000e-01 : f32, rounding = #norm.rounding<round_then_scale>, weight_bias = 1.000000e+00 : f32}
  // CHECK: norm.add_rms_norm %[[P]], %{{.*}} weight(%{{.*}}) {epsilon = 2.500000e-01 : f32}
  %y = comm.all_reduce_rms_norm %x on @one weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 0.25 : f32, post_norm_epsilon = 0.5 : f32, post_norm_weight_bias = 1.0 : f32, post_norm_rounding = #norm.rounding<round_then_scale>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_quantized_of_one_rank
func.func @fused_quantized_of_one_rank(%x: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {
  // CHECK: %[[Y:.*]] = norm.rms_norm
  // CHECK: norm.quantize %[[Y]] {scheme = #norm.scheme<per_token>}
  %q, %s = comm.all_reduce_rms_norm %x on @one {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>}
    : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  return %q, %s : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
}

// CHECK-LABEL: func @unused_results_go
func.func @unused_results_go(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
  %a, %s, %y = comm.all_reduce_rms_norm %x on @any residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// Roundings that round nothing go, each by itself.
// CHECK-LABEL: func @weight_rounding_of_f32_goes
func.func @weight_rounding_of_f32_goes(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} {epsilon = {{[^,]*}}, post_norm_epsilon = {{[^,]*}}, weight_bias = 1.000000e+00 : f32}
  %y = comm.all_reduce_rms_norm %x on @any weight(%w : tensor<8xf32>) residual(%x : tensor<4x8xf32>) post_norm_weight(%w : tensor<8xf32>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>, post_norm_epsilon = 1.0e-6 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>}
    : tensor<4x8xf32> -> (normed: tensor<4x8xf32>)
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @weight_rounding_of_bf16_stays
func.func @weight_rounding_of_bf16_stays(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} {epsilon = {{[^,]*}}, post_norm_epsilon = {{[^,]*}}, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %y = comm.all_reduce_rms_norm %x on @any weight(%w : tensor<8xbf16>) residual(%x : tensor<4x8xbf16>) post_norm_weight(%w : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>, post_norm_epsilon = 1.0e-6 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @replicated_stays
func.func @replicated_stays(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}{epsilon = {{[^,]*}}, replicated} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %s, %y = comm.all_reduce_rms_norm %x on @any residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, replicated}
    : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @unused_quantization_goes
func.func @unused_quantization_goes(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) -> tensor<4x8xbf16> {
  // CHECK-NOT: quantization
  // CHECK: comm.all_reduce_rms_norm %{{.*}} on @any {epsilon = {{.*}}} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %y, %q = comm.all_reduce_rms_norm %x on @any scale(%g : tensor<1xf32>) {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>, quantized: tensor<4x8xf8E4M3FN>)
  return %y : tensor<4x8xbf16>
}

// Scales without their codes are still one part.
// CHECK-LABEL: func @used_scales_keep_quantized
func.func @used_scales_keep_quantized(%x: tensor<4x8xbf16>) -> tensor<4x1xf32> {
  // CHECK: -> (quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  %y, %q, %s = comm.all_reduce_rms_norm %x on @any {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_token>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>, quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  return %s : tensor<4x1xf32>
}

// The collective stays, with one result: its peers are waiting.
// CHECK-LABEL: func @no_drop_unused_collective
func.func @no_drop_unused_collective(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) {
  // CHECK: comm.all_reduce_rms_norm {{.*}} -> (residual_out: tensor<4x8xbf16>)
  %s, %y = comm.all_reduce_rms_norm %x on @any residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return
}
