// RUN: conorm-opt %s --convert-stablehlo-to-conorm | FileCheck %s

// The forms of an RMS norm: weights and epsilons.

// CHECK-LABEL: func @gemma
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, weight_bias = 1.000000e+00 : f32} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @gemma(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 2>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<2x8x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v17 = "stablehlo.convert"(%weight) : (tensor<8xbf16>) -> tensor<8xf32>
  %v18 = "stablehlo.constant"() <{value = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  %v19 = "stablehlo.broadcast_in_dim"(%v18) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8xf32>
  %v20 = "stablehlo.add"(%v19, %v17) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %v21 = "stablehlo.broadcast_in_dim"(%v20) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xf32>) -> tensor<2x8x8xf32>
  %v22 = "stablehlo.multiply"(%v16, %v21) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v23 = "stablehlo.convert"(%v22) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  return %v23, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @gemma_bias_is_on_the_right
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, weight_bias = 1.000000e+00 : f32} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @gemma_bias_is_on_the_right(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 2>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<2x8x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v17 = "stablehlo.convert"(%weight) : (tensor<8xbf16>) -> tensor<8xf32>
  %v18 = "stablehlo.constant"() <{value = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  %v19 = "stablehlo.broadcast_in_dim"(%v18) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8xf32>
  %v20 = "stablehlo.add"(%v17, %v19) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %v21 = "stablehlo.broadcast_in_dim"(%v20) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xf32>) -> tensor<2x8x8xf32>
  %v22 = "stablehlo.multiply"(%v16, %v21) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v23 = "stablehlo.convert"(%v22) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  return %v23, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @epsilon_is_absent
// CHECK: {epsilon = 0.000000e+00 : f32, rounding = #norm.rounding<round_then_scale>}
func.func @epsilon_is_absent(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.rsqrt"(%v10) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v13 = "stablehlo.multiply"(%v3, %v12) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v14 = "stablehlo.convert"(%v13) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v15 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v16 = "stablehlo.multiply"(%v14, %v15) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v16, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @weight_is_before_the_rounding
// CHECK: weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32} :
func.func @weight_is_before_the_rounding(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%weight) : (tensor<8xbf16>) -> tensor<8xf32>
  %v18 = "stablehlo.broadcast_in_dim"(%v17) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<8x8xf32>
  %v19 = "stablehlo.multiply"(%v16, %v18) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v20 = "stablehlo.convert"(%v19) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  return %v20, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @weight_is_absent
// CHECK: norm.rms_norm %{{[^ ]*}} {epsilon = 9.99999974E-6 : f32} :
func.func @weight_is_absent(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  return %v17, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @weight_is_f32
// CHECK: weight(%arg5 : tensor<8xf32>) {epsilon
func.func @weight_is_f32(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.broadcast_in_dim"(%wide) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.multiply"(%v16, %v17) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @weight_is_a_matrix
// CHECK: norm.rms_norm %{{[^ ]*}} {epsilon = 9.99999974E-6 : f32} :
func.func @weight_is_a_matrix(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.multiply"(%v17, %other) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v18, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}
