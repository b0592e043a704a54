// RUN: conorm-opt %s --canonicalize | FileCheck %s

// A rounding of the weight sum goes where it rounds nothing.

// CHECK-LABEL: func @f32_rows
func.func @f32_rows(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: norm.rms_norm {{.*}} {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xf32>
  %y = norm.rms_norm %x weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @no_bias
func.func @no_bias(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm {{.*}} {epsilon = {{[^,]*}} : f32} : tensor<4x8xbf16>
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_no_bias
func.func @add_no_bias(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK: norm.add_rms_norm {{.*}} {epsilon = {{[^,]*}} : f32} : tensor<4x8xf16>
  %y, %s = norm.add_rms_norm %x, %x weight(%w : tensor<8xf16>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xf16>, tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @memrefs
func.func @memrefs(%x: memref<4x8xf32>, %w: memref<8xf32>) {
  // CHECK: norm.rms_norm {{.*}} {epsilon = {{[^,]*}} : f32} : memref<4x8xf32>
  norm.rms_norm %x weight(%w : memref<8xf32>) outs(%x : memref<4x8xf32>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : memref<4x8xf32>
  return
}

// The sum of 1 and a bf16 number is none of bf16.
// CHECK-LABEL: func @keep_bias
func.func @keep_bias(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: weight_rounding = #norm.weight_rounding<element_type>
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// An f32 weight is rounded without a bias, too.
// CHECK-LABEL: func @keep_f32_weight
func.func @keep_f32_weight(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: weight_rounding = #norm.weight_rounding<element_type>
  %y = norm.rms_norm %x weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
