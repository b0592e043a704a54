// RUN: %conorm_opt %s --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s

// CHECK-LABEL: func.func @rms_norm(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xf16>, %[[W:.*]]: memref<8xf32>)
func.func @rms_norm(%x: tensor<4x8xf16>, %w: tensor<8xf32>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : memref<8xf32>) outs(%[[X]] : memref<4x8xf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32} : memref<4x8xf16>
  // CHECK-NEXT: return %[[X]]
  %0 = norm.rms_norm %x weight(%w : tensor<8xf32>) outs(%x : tensor<4x8xf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<4x8xf16>
  return %0 : tensor<4x8xf16>
}

// The weight is read for every row: a destination over it becomes a new buffer.
// CHECK-LABEL: func.func @not_over_weight(
// CHECK-SAME:    %[[X:.*]]: memref<8xf32>, %[[W:.*]]: memref<8xf32>)
func.func @not_over_weight(%x: tensor<8xf32>, %w: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[NEW:.*]] = memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: norm.rms_norm %[[X]] weight(%[[W]] : memref<8xf32>) outs(%[[NEW]] : memref<8xf32>)
  %0 = norm.rms_norm %x weight(%w : tensor<8xf32>) outs(%w : tensor<8xf32>)
    {epsilon = 1.0e-6 : f32} : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: func.func @add_rms_norm(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xf32>, %[[R:.*]]: memref<4x8xf32>)
func.func @add_rms_norm(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK-NEXT: norm.add_rms_norm %[[X]], %[[R]] outs(%[[X]], %[[R]] : memref<4x8xf32>, memref<4x8xf32>)
  // CHECK-NEXT: return %[[X]], %[[R]]
  %0, %1 = norm.add_rms_norm %x, %r outs(%x, %r : tensor<4x8xf32>, tensor<4x8xf32>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>, tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @quantize(
// CHECK-SAME:    %[[X:.*]]: memref<4x256xbf16>, %[[Q:.*]]: memref<4x256xf8E4M3FN>, %[[S:.*]]: memref<4x2xf32>)
func.func @quantize(%x: tensor<4x256xbf16>, %q: tensor<4x256xf8E4M3FN>, %s: tensor<4x2xf32>)
    -> (tensor<4x256xf8E4M3FN>, tensor<4x2xf32>) {
  // CHECK-NEXT: norm.quantize %[[X]] outs(%[[Q]], %[[S]] : memref<4x256xf8E4M3FN>, memref<4x2xf32>)
  %0, %1 = norm.quantize %x outs(%q, %s : tensor<4x256xf8E4M3FN>, tensor<4x2xf32>)
    {scheme = #norm.scheme<per_group, group_size = 128>}
    : tensor<4x256xbf16> -> tensor<4x256xf8E4M3FN>, tensor<4x2xf32>
  return %0, %1 : tensor<4x256xf8E4M3FN>, tensor<4x2xf32>
}
