// RUN: conorm-opt %s --resolve-ranked-shaped-type-result-dims --cse --canonicalize | FileCheck %s

comm.group @tp
comm.group @pairs {size = 2 : i64}

// CHECK-LABEL: func @all_reduce
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
func.func @all_reduce(%x: tensor<?x8xf32>) -> index {
  // CHECK: tensor.dim %[[X]]
  %c0 = arith.constant 0 : index
  %y = comm.all_reduce %x on @tp : tensor<?x8xf32>
  %d = tensor.dim %y, %c0 : tensor<?x8xf32>
  return %d : index
}

// CHECK-LABEL: func @reduce_scatter
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
func.func @reduce_scatter(%x: tensor<?x8xf32>) -> index {
  // CHECK: %[[D:.*]] = tensor.dim %[[X]]
  // CHECK: affine.apply #{{.*}}()[%[[D]]]
  %c0 = arith.constant 0 : index
  %y = comm.reduce_scatter %x on @pairs dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  %d = tensor.dim %y, %c0 : tensor<?x8xf32>
  return %d : index
}

// CHECK-LABEL: func @all_gather
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
func.func @all_gather(%x: tensor<?x8xf32>) -> (index, index) {
  // CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
  // CHECK-DAG: tensor.dim %[[X]]
  // CHECK: return %{{.*}}, %[[C16]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = comm.all_gather %x on @pairs dim 1 : tensor<?x8xf32> -> tensor<?x16xf32>
  %d0 = tensor.dim %y, %c0 : tensor<?x16xf32>
  %d1 = tensor.dim %y, %c1 : tensor<?x16xf32>
  return %d0, %d1 : index, index
}

// The group's size is not known: neither is the gathered dimension.
// CHECK-LABEL: func @no_reify_unknown_group
func.func @no_reify_unknown_group(%x: tensor<?x8xf32>) -> index {
  // CHECK: %[[Y:.*]] = comm.all_gather
  // CHECK: tensor.dim %[[Y]]
  %c0 = arith.constant 0 : index
  %y = comm.all_gather %x on @tp dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  %d = tensor.dim %y, %c0 : tensor<?x8xf32>
  return %d : index
}

// CHECK-LABEL: func @fused
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>
func.func @fused(%x: tensor<?x64xf32>) -> (index, index, index) {
  // CHECK: %[[D:.*]] = tensor.dim %[[X]]
  // CHECK: return %[[D]], %[[D]], %[[D]]
  %c0 = arith.constant 0 : index
  %y, %q, %s = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<mxfp8>}
    : tensor<?x64xf32> -> (normed: tensor<?x64xf32>, quantized: tensor<?x64xf8E4M3FN>, scales: tensor<?x2xf8E8M0FNU>)
  %d0 = tensor.dim %y, %c0 : tensor<?x64xf32>
  %d1 = tensor.dim %q, %c0 : tensor<?x64xf8E4M3FN>
  %d2 = tensor.dim %s, %c0 : tensor<?x2xf8E8M0FNU>
  return %d0, %d1, %d2 : index, index, index
}

// Packed codes, and scales of padded layouts.
// CHECK-LABEL: func @fused_layouts
// CHECK-SAME: %[[X:.*]]: tensor<?x?xf32>
func.func @fused_layouts(%x: tensor<?x?xf32>, %g: tensor<1xf32>) -> (index, index, index, index) {
  // CHECK-DAG: %[[T:.*]] = tensor.dim %[[X]], %c0
  // CHECK-DAG: %[[H:.*]] = tensor.dim %[[X]], %c1
  // CHECK-DAG: %[[BYTES:.*]] = affine.apply #[[$HALF:.*]]()[%[[H]]]
  // CHECK-DAG: %[[TILES:.*]] = affine.apply #{{.*}}()[%[[T]]]
  // CHECK-DAG: %[[BLOCKS:.*]] = affine.apply #{{.*}}()[%[[H]]]
  // CHECK: return %[[T]], %[[BYTES]], %[[TILES]], %[[BLOCKS]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %q, %s = comm.all_reduce_rms_norm %x on @tp scale(%g : tensor<1xf32>)
    {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<nvfp4, layout = swizzled_128x4>}
    : tensor<?x?xf32> -> (quantized: tensor<?x?xi8>, scales: tensor<?x?x32x4x4xf8E4M3FN>)
  %d0 = tensor.dim %q, %c0 : tensor<?x?xi8>
  %d1 = tensor.dim %q, %c1 : tensor<?x?xi8>
  %d2 = tensor.dim %s, %c0 : tensor<?x?x32x4x4xf8E4M3FN>
  %d3 = tensor.dim %s, %c1 : tensor<?x?x32x4x4xf8E4M3FN>
  return %d0, %d1, %d2, %d3 : index, index, index, index
}

// CHECK-LABEL: func @norms
// CHECK-SAME: %[[X:.*]]: tensor<?x64xf32>
func.func @norms(%x: tensor<?x64xf32>) -> (index, index, index) {
  // CHECK: %[[D:.*]] = tensor.dim %[[X]]
  // CHECK: return %[[D]], %[[D]], %[[D]]
  %c0 = arith.constant 0 : index
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<?x64xf32>
  %z, %s = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32} : tensor<?x64xf32>, tensor<?x64xf32>
  %q, %t = norm.quantize %x {scheme = #norm.scheme<per_token>} : tensor<?x64xf32> -> tensor<?x64xf8E4M3FN>, tensor<?x1xf32>
  %d0 = tensor.dim %y, %c0 : tensor<?x64xf32>
  %d1 = tensor.dim %s, %c0 : tensor<?x64xf32>
  %d2 = tensor.dim %t, %c0 : tensor<?x1xf32>
  return %d0, %d1, %d2 : index, index, index
}
