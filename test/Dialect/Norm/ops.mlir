// RUN: conorm-opt %s | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --mlir-print-op-generic | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --emit-bytecode | conorm-opt | FileCheck %s

// CHECK-LABEL: func @rms_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @rms_norm(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}} : f32} : tensor<4x8xbf16>
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rms_norm_without_weight
func.func @rms_norm_without_weight(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK: norm.rms_norm %{{.*}} {epsilon = {{.*}} : f32} : tensor<4x8xf16>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @rms_norm_f32_weight
func.func @rms_norm_f32_weight(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {{.*}} : tensor<4x8xbf16>
  %y = norm.rms_norm %x weight(%w : tensor<8xf32>) {epsilon = 0.0 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rms_norm_weight_bias
func.func @rms_norm_weight_bias(%x: tensor<?x8xf32>, %w: tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK: weight_bias = 1.000000e+00 : f32
  %y = norm.rms_norm %x weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func @rms_norm_rounding
func.func @rms_norm_rounding(%x: tensor<?x?xbf16>, %w: tensor<?xbf16>) -> tensor<?x?xbf16> {
  // CHECK: rounding = #norm.rounding<round_then_scale>
  %y = norm.rms_norm %x weight(%w : tensor<?xbf16>) {epsilon = 1.0e-6 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

// The default rounding is not printed.
// CHECK-LABEL: func @rms_norm_default_rounding
func.func @rms_norm_default_rounding(%x: tensor<8xbf16>) -> tensor<8xbf16> {
  // CHECK-NOT: rounding
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32, rounding = #norm.rounding<scale_then_round>} : tensor<8xbf16>
  return %y : tensor<8xbf16>
}

// CHECK-LABEL: func @rms_norm_weight_rounding
func.func @rms_norm_weight_rounding(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  %y = norm.rms_norm %x weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rms_norm_default_weight_rounding
func.func @rms_norm_default_weight_rounding(%x: tensor<8xbf16>) -> tensor<8xbf16> {
  // CHECK: {epsilon = {{[^,]*}} : f32}
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<none>} : tensor<8xbf16>
  return %y : tensor<8xbf16>
}

// CHECK-LABEL: func @rms_norm_destination
func.func @rms_norm_destination(%x: tensor<4x8xbf16>, %o: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm %{{.*}} outs(%{{.*}} : tensor<4x8xbf16>)
  %y = norm.rms_norm %x outs(%o : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rms_norm_memref
func.func @rms_norm_memref(%x: memref<4x8xbf16>, %w: memref<8xbf16>) {
  // CHECK: norm.rms_norm %[[X:.*]] weight(%{{.*}} : memref<8xbf16>) outs(%[[X]] : memref<4x8xbf16>)
  norm.rms_norm %x weight(%w : memref<8xbf16>) outs(%x : memref<4x8xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// CHECK-LABEL: func @rms_norm_rank_3
func.func @rms_norm_rank_3(%x: tensor<2x3x8xf16>, %w: tensor<8xf16>) -> tensor<2x3x8xf16> {
  // CHECK: norm.rms_norm {{.*}} : tensor<2x3x8xf16>
  %y = norm.rms_norm %x weight(%w : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<2x3x8xf16>
  return %y : tensor<2x3x8xf16>
}

// CHECK-LABEL: func @add_rms_norm
func.func @add_rms_norm(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[N:.*]]:2 = norm.add_rms_norm %{{.*}}, %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {{.*}} : tensor<4x8xbf16>, tensor<4x8xbf16>
  %y, %s = norm.add_rms_norm %x, %r weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  // CHECK: return %[[N]]#0, %[[N]]#1
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_rms_norm_memref
func.func @add_rms_norm_memref(%x: memref<4x8xbf16>, %r: memref<4x8xbf16>) {
  // CHECK: norm.add_rms_norm %[[X:.*]], %[[R:.*]] outs(%[[X]], %[[R]] : memref<4x8xbf16>, memref<4x8xbf16>)
  norm.add_rms_norm %x, %r outs(%x, %r : memref<4x8xbf16>, memref<4x8xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>, memref<4x8xbf16>
  return
}

// CHECK-LABEL: func @quantize_per_tensor
func.func @quantize_per_tensor(%y: tensor<4x512xbf16>, %s: tensor<1xf32>) -> tensor<4x512xf8E4M3FN> {
  // CHECK: norm.quantize %{{.*}} scale(%{{.*}} : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>}
  %q = norm.quantize %y scale(%s : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>
  return %q : tensor<4x512xf8E4M3FN>
}

// CHECK-LABEL: func @quantize_per_tensor_divide
func.func @quantize_per_tensor_divide(%y: tensor<4x512xbf16>, %s: tensor<f32>) -> tensor<4x512xf8E5M2> {
  // CHECK: #norm.scheme<per_tensor, mode = divide>
  %q = norm.quantize %y scale(%s : tensor<f32>) {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x512xbf16> -> tensor<4x512xf8E5M2>
  return %q : tensor<4x512xf8E5M2>
}

// CHECK-LABEL: func @quantize_per_token
func.func @quantize_per_token(%y: tensor<?x512xf16>) -> (tensor<?x512xf8E4M3FN>, tensor<?x1xf32>) {
  // CHECK: #norm.scheme<per_token>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_token>} : tensor<?x512xf16> -> tensor<?x512xf8E4M3FN>, tensor<?x1xf32>
  return %q, %s : tensor<?x512xf8E4M3FN>, tensor<?x1xf32>
}

// CHECK-LABEL: func @quantize_per_group
func.func @quantize_per_group(%y: tensor<4x512xf32>) -> (tensor<4x512xf8E4M3FN>, tensor<4x4xf32>) {
  // CHECK: #norm.scheme<per_group, group_size = 128>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_group, group_size = 128>} : tensor<4x512xf32> -> tensor<4x512xf8E4M3FN>, tensor<4x4xf32>
  return %q, %s : tensor<4x512xf8E4M3FN>, tensor<4x4xf32>
}

// CHECK-LABEL: func @quantize_per_group_packed
func.func @quantize_per_group_packed(%y: tensor<5x512xbf16>) -> (tensor<5x512xf8E4M3FN>, tensor<1x8xi32>) {
  // CHECK: #norm.scheme<per_group, group_size = 128, layout = packed_column_major>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_group, group_size = 128, layout = packed_column_major>} : tensor<5x512xbf16> -> tensor<5x512xf8E4M3FN>, tensor<1x8xi32>
  return %q, %s : tensor<5x512xf8E4M3FN>, tensor<1x8xi32>
}

// CHECK-LABEL: func @quantize_nvfp4
func.func @quantize_nvfp4(%y: tensor<4x512xbf16>, %g: tensor<1xf32>) -> (tensor<4x256xi8>, tensor<4x32xf8E4M3FN>) {
  // CHECK: #norm.scheme<nvfp4>
  %q, %s = norm.quantize %y scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<4x512xbf16> -> tensor<4x256xi8>, tensor<4x32xf8E4M3FN>
  return %q, %s : tensor<4x256xi8>, tensor<4x32xf8E4M3FN>
}

// CHECK-LABEL: func @quantize_nvfp4_swizzled
func.func @quantize_nvfp4_swizzled(%y: tensor<130x512xbf16>, %g: tensor<1xf32>) -> (tensor<130x256xi8>, tensor<2x8x32x4x4xf8E4M3FN>) {
  // CHECK: #norm.scheme<nvfp4, layout = swizzled_128x4>
  %q, %s = norm.quantize %y scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>} : tensor<130x512xbf16> -> tensor<130x256xi8>, tensor<2x8x32x4x4xf8E4M3FN>
  return %q, %s : tensor<130x256xi8>, tensor<2x8x32x4x4xf8E4M3FN>
}

// CHECK-LABEL: func @quantize_mxfp8
func.func @quantize_mxfp8(%y: tensor<4x512xbf16>) -> (tensor<4x512xf8E4M3FN>, tensor<4x16xf8E8M0FNU>) {
  // CHECK: #norm.scheme<mxfp8>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<mxfp8>} : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x16xf8E8M0FNU>
  return %q, %s : tensor<4x512xf8E4M3FN>, tensor<4x16xf8E8M0FNU>
}
