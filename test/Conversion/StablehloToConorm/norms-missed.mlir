// RUN: conorm-opt %s --convert-stablehlo-to-conorm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o %t.mlir
// RUN: FileCheck %s < %t.mlir

// As norms-missed-mean.mlir, from the epsilon on.

// CHECK-LABEL: func @epsilon_is_a_maximum
// CHECK-NOT: norm.
func.func @epsilon_is_a_maximum(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  // expected-remark@+1 {{Constraint=AddsEpsilon, Reason="expected the addition of epsilon to the mean, found stablehlo.maximum"}}
  %v13 = "stablehlo.maximum"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @epsilon_is_behind_the_root
// CHECK-NOT: norm.
func.func @epsilon_is_behind_the_root(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v12 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v13 = "stablehlo.broadcast_in_dim"(%v12) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=AddsEpsilon, Reason="expected the addition of epsilon before the root, found one behind it"}}
  %v14 = "stablehlo.add"(%v11, %v13) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @epsilon_is_added_to_the_sum
// CHECK-NOT: norm.
func.func @epsilon_is_added_to_the_sum(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v8 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=AddsEpsilon, Reason="expected the addition of epsilon to the mean, found one to the sum"}}
  %v10 = "stablehlo.add"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.divide"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @epsilon_differs_by_row
// CHECK-NOT: norm.
func.func @epsilon_differs_by_row(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v11 = "stablehlo.broadcast_in_dim"(%row) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=AddsEpsilon, Reason="expected the addition of a constant to the mean, found the addition of another value"}}
  %v12 = "stablehlo.add"(%v10, %v11) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.rsqrt"(%v12) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.broadcast_in_dim"(%v13) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v15 = "stablehlo.multiply"(%v3, %v14) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.convert"(%v15) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v17 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.multiply"(%v16, %v17) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v18, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @epsilon_is_negative
// CHECK-NOT: norm.
func.func @epsilon_is_negative(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v11 = "stablehlo.constant"() <{value = dense<-1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=AddsEpsilon, Reason="expected an epsilon that is not negative, found -9.99999974E-6"}}
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @root_is_a_power_of_minus_0_25
// CHECK-NOT: norm.
func.func @root_is_a_power_of_minus_0_25(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v14 = "stablehlo.constant"() <{value = dense<-0.25> : tensor<f32>}> : () -> tensor<f32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=ReciprocalRoot, Reason="expected the power -0.5, found the power -0.25"}}
  %v16 = "stablehlo.power"(%v13, %v15) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v17 = "stablehlo.broadcast_in_dim"(%v16) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.multiply"(%v3, %v17) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v21 = "stablehlo.multiply"(%v19, %v20) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v21, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @root_is_along_other_rows
// CHECK-NOT: norm.
func.func @root_is_along_other_rows(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v15 = "stablehlo.reshape"(%v14) : (tensor<8x1xf32>) -> tensor<8xf32>
  %v16 = "stablehlo.broadcast_in_dim"(%v15) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<8x8xf32>
  // expected-remark@+1 {{Constraint=ScalesEachRow, Reason="expected each row multiplied by its own root, found the roots along other dimensions"}}
  %v17 = "stablehlo.multiply"(%v3, %v16) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.convert"(%v17) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.multiply"(%v18, %v19) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v20, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @rows_are_others
// CHECK-NOT: norm.
func.func @rows_are_others(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v16 = "stablehlo.convert"(%other) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  // expected-remark@+1 {{Constraint=ScalesRows, Reason="expected a multiplication by the rows that are squared, found one by stablehlo.convert"}}
  %v17 = "stablehlo.multiply"(%v16, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.convert"(%v17) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.multiply"(%v18, %v19) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v20, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @rows_are_gated
// CHECK-NOT: norm.
func.func @rows_are_gated(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v16 = "stablehlo.convert"(%other) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v17 = "stablehlo.multiply"(%v3, %v16) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  // expected-remark@+1 {{Constraint=ScalesRows, Reason="expected a multiplication by the rows that are squared, found one by stablehlo.multiply"}}
  %v18 = "stablehlo.multiply"(%v17, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v21 = "stablehlo.multiply"(%v19, %v20) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v21, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @product_is_in_bf16
// CHECK-NOT: norm.
func.func @product_is_in_bf16(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  // expected-remark@+1 {{Constraint=ScalesRows, Reason="expected a multiplication in f32 by the rows that are squared, found stablehlo.convert"}}
  %v16 = "stablehlo.convert"(%v15) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v17 = "stablehlo.multiply"(%v2, %v16) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @statistic_is_in_bf16
// CHECK-NOT: norm.
func.func @statistic_is_in_bf16(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "chlo.square"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v4 = "stablehlo.constant"() <{value = dense<0.0> : tensor<bf16>}> : () -> tensor<bf16>
  %v5 = "stablehlo.reduce"(%v3, %v4) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>, tensor<bf16>) -> tensor<8xbf16>
  %v6 = "stablehlo.broadcast_in_dim"(%v5) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xbf16>) -> tensor<8x1xbf16>
  // expected-remark@+1 {{Constraint=StatisticInF32, Reason="expected f32 from the squares to the root, found a conversion from bf16"}}
  %v7 = "stablehlo.convert"(%v6) : (tensor<8x1xbf16>) -> tensor<8x1xf32>
  %v8 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v9 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v10 = "stablehlo.broadcast_in_dim"(%v9) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.divide"(%v7, %v10) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v13 = "stablehlo.broadcast_in_dim"(%v12) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.add"(%v11, %v13) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.rsqrt"(%v14) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v16 = "stablehlo.broadcast_in_dim"(%v15) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.multiply"(%v8, %v16) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.convert"(%v17) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.multiply"(%v18, %v19) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v20, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @sum_is_rounded
// CHECK-NOT: norm.
func.func @sum_is_rounded(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v8 = "stablehlo.convert"(%v7) : (tensor<8x1xf32>) -> tensor<8x1xbf16>
  // expected-remark@+1 {{Constraint=StatisticInF32, Reason="expected f32 from the squares to the root, found a conversion from bf16"}}
  %v9 = "stablehlo.convert"(%v8) : (tensor<8x1xbf16>) -> tensor<8x1xf32>
  %v10 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v11 = "stablehlo.broadcast_in_dim"(%v10) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.divide"(%v9, %v11) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v14 = "stablehlo.broadcast_in_dim"(%v13) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.add"(%v12, %v14) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v16 = "stablehlo.rsqrt"(%v15) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v17 = "stablehlo.broadcast_in_dim"(%v16) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.multiply"(%v3, %v17) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v19 = "stablehlo.convert"(%v18) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v21 = "stablehlo.multiply"(%v19, %v20) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v21, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @weight_is_along_rows
// CHECK: norm.rms_norm %{{.*}} : tensor<2x8x8xf32>
func.func @weight_is_along_rows(%x: tensor<2x8x8xbf16>, %residual: tensor<2x8x8xbf16>, %other: tensor<2x8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<2x8x1xf32>) -> (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>) {
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
  %v21 = "stablehlo.broadcast_in_dim"(%v20) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xf32>) -> tensor<2x8x8xf32>
  // expected-remark@+1 {{Constraint=WeightOfColumns, Reason="expected a weight of rank 1 along the columns, found stablehlo.add"}}
  %v22 = "stablehlo.multiply"(%v16, %v21) : (tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %v23 = "stablehlo.convert"(%v22) : (tensor<2x8x8xf32>) -> tensor<2x8x8xbf16>
  return %v23, %v2 : tensor<2x8x8xbf16>, tensor<2x8x8xbf16>
}
