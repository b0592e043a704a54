// RUN: conorm-opt %s --convert-stablehlo-to-conorm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o %t.mlir
// RUN: FileCheck %s < %t.mlir

// What looks like a norm and is another one, up to the mean: the first step that
// differs gets a remark. Each function is a mutant of mutants.py in which one
// detail is flipped.

// CHECK-LABEL: func @square_is_a_cube
// CHECK-NOT: norm.
func.func @square_is_a_cube(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "stablehlo.constant"() <{value = dense<3.0> : tensor<f32>}> : () -> tensor<f32>
  %v5 = "stablehlo.broadcast_in_dim"(%v4) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x8xf32>
  // expected-remark@+1 {{Constraint=SquaresRows, Reason="expected the square of the rows, found stablehlo.power"}}
  %v6 = "stablehlo.power"(%v3, %v5) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v7 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v8 = "stablehlo.reduce"(%v6, %v7) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
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

// CHECK-LABEL: func @rows_are_centered
// CHECK-NOT: norm.
func.func @rows_are_centered(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v5 = "stablehlo.reduce"(%v3, %v4) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v6 = "stablehlo.broadcast_in_dim"(%v5) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v7 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v8 = "stablehlo.reduce"(%v3, %v7) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v11 = "stablehlo.broadcast_in_dim"(%v10) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.divide"(%v6, %v11) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.broadcast_in_dim"(%v12) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  // expected-remark@+1 {{Constraint=SquaresRows, Reason="expected squares of the rows themselves, found rows less their mean"}}
  %v14 = "stablehlo.subtract"(%v3, %v13) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v15 = "chlo.square"(%v14) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  %v17 = "stablehlo.reduce"(%v15, %v16) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v18 = "stablehlo.broadcast_in_dim"(%v17) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v19 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v20 = "stablehlo.broadcast_in_dim"(%v19) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v21 = "stablehlo.divide"(%v18, %v20) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v22 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v23 = "stablehlo.broadcast_in_dim"(%v22) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v24 = "stablehlo.add"(%v21, %v23) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v25 = "stablehlo.rsqrt"(%v24) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v26 = "stablehlo.broadcast_in_dim"(%v25) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v27 = "stablehlo.multiply"(%v14, %v26) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v28 = "stablehlo.convert"(%v27) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v29 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v30 = "stablehlo.multiply"(%v28, %v29) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v30, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @sum_is_a_maximum
// CHECK-NOT: norm.
func.func @sum_is_a_maximum(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  // expected-remark@+1 {{Constraint=SumsColumns, Reason="expected a sum of one rank's squares, found stablehlo.reduce by another operation than addition"}}
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.maximum"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
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
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @sum_begins_with_1
// CHECK-NOT: norm.
func.func @sum_begins_with_1(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<1.0> : tensor<f32>}> : () -> tensor<f32>
  // expected-remark@+1 {{Constraint=SumsColumns, Reason="expected a sum that begins with 0, found one that begins with another value"}}
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
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @sum_is_over_rows
// CHECK-NOT: norm.
func.func @sum_is_over_rows(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  // expected-remark@+1 {{Constraint=SumsColumns, Reason="expected a sum over the last dimension, 1, found one over 0"}}
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 0>}> ({
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
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @sum_is_of_all_ranks
// CHECK-NOT: norm.
func.func @sum_is_of_all_ranks(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  // expected-remark@+1 {{Constraint=SumsColumns, Reason="expected a sum of one rank's squares, found comm.all_reduce"}}
  %v7 = "stablehlo.all_reduce"(%v6) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8xf32>) -> tensor<8xf32>
  %v8 = "stablehlo.broadcast_in_dim"(%v7) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v9 = "stablehlo.constant"() <{value = dense<8.0> : tensor<f32>}> : () -> tensor<f32>
  %v10 = "stablehlo.broadcast_in_dim"(%v9) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.divide"(%v8, %v10) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v13 = "stablehlo.broadcast_in_dim"(%v12) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.add"(%v11, %v13) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.rsqrt"(%v14) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v16 = "stablehlo.broadcast_in_dim"(%v15) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.multiply"(%v3, %v16) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v18 = "stablehlo.convert"(%v17) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v20 = "stablehlo.multiply"(%v18, %v19) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v20, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @mean_divides_by_7
// CHECK-NOT: norm.
func.func @mean_divides_by_7(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v8 = "stablehlo.constant"() <{value = dense<7.0> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=DividesByColumns, Reason="expected division by 8, found division by 7"}}
  %v10 = "stablehlo.divide"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @mean_does_not_divide
// CHECK-NOT: norm.
func.func @mean_does_not_divide(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
  %v1 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids}> ({
  ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
    %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
    "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v2 = "stablehlo.add"(%v1, %residual) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  %v3 = "stablehlo.convert"(%v2) : (tensor<8x8xbf16>) -> tensor<8x8xf32>
  %v4 = "chlo.square"(%v3) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %v5 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> : () -> tensor<f32>
  // expected-remark@+1 {{Constraint=DividesByColumns, Reason="expected the sum divided by the number of columns, found stablehlo.reduce"}}
  %v6 = "stablehlo.reduce"(%v4, %v5) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
  %v7 = "stablehlo.broadcast_in_dim"(%v6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<8xf32>) -> tensor<8x1xf32>
  %v8 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v10 = "stablehlo.add"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.rsqrt"(%v10) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v13 = "stablehlo.multiply"(%v3, %v12) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v14 = "stablehlo.convert"(%v13) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v15 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v16 = "stablehlo.multiply"(%v14, %v15) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v16, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}

// CHECK-LABEL: func @mean_multiplies_by_1_7
// CHECK-NOT: norm.
func.func @mean_multiplies_by_1_7(%x: tensor<8x8xbf16>, %residual: tensor<8x8xbf16>, %other: tensor<8x8xbf16>, %weight: tensor<8xbf16>, %post: tensor<8xbf16>, %wide: tensor<8xf32>, %scale: tensor<f32>, %row: tensor<8x1xf32>) -> (tensor<8x8xbf16>, tensor<8x8xbf16>) {
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
  %v8 = "stablehlo.constant"() <{value = dense<0.142857149> : tensor<f32>}> : () -> tensor<f32>
  %v9 = "stablehlo.broadcast_in_dim"(%v8) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  // expected-remark@+1 {{Constraint=DividesByColumns, Reason="expected multiplication by 0.125, found multiplication by 0.142857149"}}
  %v10 = "stablehlo.multiply"(%v7, %v9) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v11 = "stablehlo.constant"() <{value = dense<1.0e-05> : tensor<f32>}> : () -> tensor<f32>
  %v12 = "stablehlo.broadcast_in_dim"(%v11) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<8x1xf32>
  %v13 = "stablehlo.add"(%v10, %v12) : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %v14 = "stablehlo.rsqrt"(%v13) : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %v15 = "stablehlo.broadcast_in_dim"(%v14) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<8x1xf32>) -> tensor<8x8xf32>
  %v16 = "stablehlo.multiply"(%v3, %v15) : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %v17 = "stablehlo.convert"(%v16) : (tensor<8x8xf32>) -> tensor<8x8xbf16>
  %v18 = "stablehlo.broadcast_in_dim"(%weight) <{broadcast_dimensions = array<i64: 1>}> : (tensor<8xbf16>) -> tensor<8x8xbf16>
  %v19 = "stablehlo.multiply"(%v17, %v18) : (tensor<8x8xbf16>, tensor<8x8xbf16>) -> tensor<8x8xbf16>
  return %v19, %v2 : tensor<8x8xbf16>, tensor<8x8xbf16>
}
