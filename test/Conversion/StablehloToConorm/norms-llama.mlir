// RUN: conorm-opt %s --convert-stablehlo-to-conorm | FileCheck %s

// The forms of an RMS norm, one step of Llama's in another spelling each.

// CHECK-LABEL: func @llama
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_square_is_a_product
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_square_is_a_product(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xf32>
  %v4 = "stablehlo.multiply"(%v3, %v3) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
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
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_square_is_a_power
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_square_is_a_power(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<2x8x8xbf16>) -> tensor<2x8x8xf32>
  %v4 = "stablehlo.constant"() <{value = dense<2.0> : tensor<f32>}> : () -> tensor<f32>
  %v5 = "stablehlo.broadcast_in_dim"(%v4) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x8xf32>
  %v6 = "stablehlo.power"(%v3, %v5) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v7 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v8 = "stablehlo.reduce"(%v6, %v7) <{dimensions = array<i64: 2>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<2x8x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<2x8xf32>) -> tensor<2x8x1xf32>
  %v10 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v11 = "stablehlo.broadcast_in_dim"(%v10) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v12 = "stablehlo.divide"(%v9, %v11) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v13 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v14 = "stablehlo.broadcast_in_dim"(%v13) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v15 = "stablehlo.add"(%v12, %v14) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v16 = "stablehlo.rsqrt"(%v15) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v17 = "stablehlo.broadcast_in_dim"(%v16) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v18 = "stablehlo.multiply"(%v3, %v17) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v20 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v21 = "stablehlo.multiply"(%v19, %v20) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v21, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_mean_multiplies
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_mean_multiplies(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v8 = "stablehlo.constant"() <{value = dense<0.125> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v10 = "stablehlo.multiply"(%v7, %v9) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_epsilon_is_on_the_left
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_epsilon_is_on_the_left(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v13 = "stablehlo.add"(%v12, %v10) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_root_is_a_power
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_root_is_a_power(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v14 = "stablehlo.constant"() <{value = dense<-0.5> : tensor<f32>}> : () -> tensor<f32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v16 = "stablehlo.power"(%v13, %v15) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v17 = "stablehlo.broadcast_in_dim"(%v16) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v18 = "stablehlo.multiply"(%v3, %v17) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v20 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v21 = "stablehlo.multiply"(%v19, %v20) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v21, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_root_is_divided
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_root_is_divided(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v14 = "stablehlo.constant"() <{value = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x8x1xf32>
  %v16 = "stablehlo.sqrt"(%v13) : (tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v17 = "stablehlo.divide"(%v15, %v16) : (tensor<2x8x1xf32>, tensor<2x8x1xf32>) -> tensor<2x8x1xf32>
  %v18 = "stablehlo.broadcast_in_dim"(%v17) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<2x8x1xf32>) -> tensor<2x8x8xf32>
  %v19 = "stablehlo.multiply"(%v3, %v18) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v20 = "stablehlo.convert"(%v19) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v21 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v22 = "stablehlo.multiply"(%v20, %v21) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v22, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_product_has_the_root_first
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_product_has_the_root_first(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v16 = "stablehlo.multiply"(%v15, %v3) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_weight_is_spread_twice
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_weight_is_spread_twice(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<1x1x8xbf16>
  %v19 = "stablehlo.broadcast_in_dim"(%v18) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x8xbf16>) -> tensor<2x8x8xbf16>
  %v20 = "stablehlo.multiply"(%v17, %v19) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v20, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}

// CHECK-LABEL: func @llama_weight_is_on_the_left
// CHECK: norm.rms_norm %[[SUM:.*]] weight(%arg3 : tensor<8xbf16>) {epsilon = 9.99999974E-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<2x8x8xbf16>
// CHECK-NOT: stablehlo.{{rsqrt|sqrt|power|reduce|square}}
// CHECK: return
func.func @llama_weight_is_on_the_left(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v17 = "stablehlo.convert"(%v16) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 2>}> : (tensor<8xbf16>) -> tensor<2x8x8xbf16>
  %v19 = "stablehlo.multiply"(%v18, %v17) : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) -> tensor<2x8x8xbf16>
  return %v19, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}
