// RUN: conorm-opt %s --lower-conorm-to-stablehlo | FileCheck %s

// CHECK-NOT: comm.group
comm.group @tp {size = 2 : i64}
comm.group @pairs {replica_groups = dense<[[0, 2], [1, 3]]> : tensor<2x2xi64>}
"sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = 1 : i64} : () -> ()

// CHECK-LABEL: func @fused
func.func @fused(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: "stablehlo.custom_call"(%arg0, %arg2, %arg1)
  // CHECK-SAME: api_version = 4 : i32
  // CHECK-SAME: epsilon = 9.99999997E-7 : f32, group = "pairs", group_size = 2 : i64
  // CHECK-SAME: operandSegmentSizes = array<i32: 1, 1, 1, 0
  // CHECK-SAME: replica_groups = array<i64: 0, 2, 1, 3>
  // CHECK-SAME: rounding = "round_then_scale"
  // CHECK-SAME: call_target_name = "comm.all_reduce_rms_norm", has_side_effect = true
  // CHECK-SAME: (tensor<4x8xbf16>, tensor<8xbf16>, tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>)
  %s, %y = comm.all_reduce_rms_norm %x on @pairs weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, rounding = #norm.rounding<round_then_scale>}
    : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %s, %y : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @all_reduce
func.func @all_reduce(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: "stablehlo.all_reduce"(%arg0) ({
  // CHECK: "stablehlo.maximum"
  // CHECK: "stablehlo.return"
  // CHECK: channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>
  // CHECK-SAME: replica_groups = dense<{{\[\[}}0, 1]]> : tensor<1x2xi64>, use_global_device_ids
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @norm
func.func @norm(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: call_target_name = "norm.rms_norm", has_side_effect = false
  %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  // CHECK: "stablehlo.constant"() {value = dense<5.000000e-01> : tensor<1xf32>}
  %scale = arith.constant dense<0.5> : tensor<1xf32>
  // CHECK: scheme = "per_tensor"
  %1 = norm.quantize %0 scale(%scale : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return %1 : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @scale
func.func @scale(%x: tensor<f32>) -> tensor<1xf32> {
  // CHECK: "stablehlo.reshape"(%arg0) : (tensor<f32>) -> tensor<1xf32>
  %0 = tensor.extract %x[] : tensor<f32>
  %1 = tensor.from_elements %0 : tensor<1xf32>
  return %1 : tensor<1xf32>
}
