// RUN: conorm-opt %s | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --mlir-print-op-generic | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --emit-bytecode | conorm-opt | FileCheck %s

// CHECK: comm.group @tp{{$}}
comm.group @tp
// CHECK: comm.group @sized {size = 4 : i64}
comm.group @sized {size = 4 : i64}
// CHECK: comm.group @pairs {replica_groups = dense<{{\[\[}}0, 1], [2, 3]]> : tensor<2x2xi64>, size = 2 : i64}
comm.group @pairs {size = 2 : i64, replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}

// CHECK-LABEL: func @all_reduce
func.func @all_reduce(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp : tensor<4x8xbf16>
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @all_reduce_max
func.func @all_reduce_max(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: comm.all_reduce %{{.*}} on @tp reduction<max> : tensor<?xf32>
  %y = comm.all_reduce %x on @tp reduction<max> : tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func @all_reduce_min_and_prod
func.func @all_reduce_min_and_prod(%x: tensor<f16>) -> tensor<f16> {
  // CHECK: reduction<min>
  %y = comm.all_reduce %x on @tp reduction<min> : tensor<f16>
  // CHECK: reduction<prod>
  %z = comm.all_reduce %y on @tp reduction<prod> : tensor<f16>
  return %z : tensor<f16>
}

// CHECK-LABEL: func @all_reduce_strategy
func.func @all_reduce_strategy(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp strategy<two_shot> : tensor<4x8xbf16>
  %y = comm.all_reduce %x on @tp strategy<two_shot> : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @all_reduce_destination
func.func @all_reduce_destination(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %[[X:.*]] on @tp outs(%[[X]] : tensor<4x8xbf16>) : tensor<4x8xbf16>
  %y = comm.all_reduce %x on @tp outs(%x : tensor<4x8xbf16>) : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @all_reduce_memref
func.func @all_reduce_memref(%x: memref<4x8xbf16>) {
  // CHECK: comm.all_reduce %[[X:.*]] on @tp outs(%[[X]] : memref<4x8xbf16>) : memref<4x8xbf16>
  comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
  return
}

// CHECK-LABEL: func @reduce_scatter
func.func @reduce_scatter(%x: tensor<8x16xf32>) -> tensor<4x16xf32> {
  // CHECK: comm.reduce_scatter %{{.*}} on @pairs dim 0 : tensor<8x16xf32> -> tensor<4x16xf32>
  %y = comm.reduce_scatter %x on @pairs dim 0 : tensor<8x16xf32> -> tensor<4x16xf32>
  return %y : tensor<4x16xf32>
}

// CHECK-LABEL: func @reduce_scatter_memref
func.func @reduce_scatter_memref(%x: memref<8x16xf32>, %o: memref<4x16xf32>) {
  // CHECK: comm.reduce_scatter %{{.*}} on @pairs dim 0 reduction<max> outs(%{{.*}} : memref<4x16xf32>) : memref<8x16xf32>
  comm.reduce_scatter %x on @pairs dim 0 reduction<max> outs(%o : memref<4x16xf32>) : memref<8x16xf32>
  return
}

// CHECK-LABEL: func @all_gather
func.func @all_gather(%x: tensor<?x16xf32>) -> tensor<?x32xf32> {
  // CHECK: comm.all_gather %{{.*}} on @pairs dim 1 : tensor<?x16xf32> -> tensor<?x32xf32>
  %y = comm.all_gather %x on @pairs dim 1 : tensor<?x16xf32> -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @fused
func.func @fused(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp weight(%{{.*}} : tensor<8xbf16>) {epsilon = {{.*}} : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_residual
func.func @fused_residual(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: -> (reduced: tensor<4x8xbf16>, residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  %a, %s, %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, rounding = #norm.rounding<round_then_scale>}
    : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %a, %s, %y : tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_quantized
func.func @fused_quantized(%x: tensor<4x512xbf16>, %g: tensor<1xf32>) -> tensor<4x512xf8E4M3FN> {
  // CHECK: scale(%{{.*}} : tensor<1xf32>) {{.*}}quantization = #norm.scheme<per_tensor>{{.*}} -> (quantized: tensor<4x512xf8E4M3FN>)
  %q = comm.all_reduce_rms_norm %x on @tp scale(%g : tensor<1xf32>) {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
    : tensor<4x512xbf16> -> (quantized: tensor<4x512xf8E4M3FN>)
  return %q : tensor<4x512xf8E4M3FN>
}

// CHECK-LABEL: func @fused_scales
func.func @fused_scales(%x: tensor<4x512xbf16>) -> (tensor<4x512xf8E4M3FN>, tensor<4x4xf32>) {
  // CHECK: -> (quantized: tensor<4x512xf8E4M3FN>, scales: tensor<4x4xf32>)
  %q, %s = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_group, group_size = 128>}
    : tensor<4x512xbf16> -> (quantized: tensor<4x512xf8E4M3FN>, scales: tensor<4x4xf32>)
  return %q, %s : tensor<4x512xf8E4M3FN>, tensor<4x4xf32>
}

// CHECK-LABEL: func @fused_weight_rounding
func.func @fused_weight_rounding(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: post_norm_weight_bias = 2.000000e+00 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>,
     post_norm_epsilon = 1.0e-6 : f32, post_norm_weight_bias = 2.0 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_sandwich
func.func @fused_sandwich(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: post_norm_weight(%{{.*}} : tensor<8xbf16>) {{.*}}post_norm_epsilon = {{.*}}, post_norm_weight_bias = 1.000000e+00 : f32, weight_bias = 1.000000e+00 : f32}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, post_norm_epsilon = 1.0e-6 : f32, post_norm_weight_bias = 1.0 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_replicated
func.func @fused_replicated(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: residual(%{{.*}} : tensor<4x8xbf16>) {epsilon = {{.*}} : f32, replicated} : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, replicated}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_memref
func.func @fused_memref(%x: memref<4x8xbf16>, %r: memref<4x8xbf16>) {
  // CHECK: outs(residual_out = %[[R:.*]] : memref<4x8xbf16>, normed = %{{.*}} : memref<4x8xbf16>) {epsilon = {{.*}}} : memref<4x8xbf16>{{$}}
  comm.all_reduce_rms_norm %x on @tp residual(%r : memref<4x8xbf16>) outs(residual_out = %r : memref<4x8xbf16>, normed = %x : memref<4x8xbf16>) {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// CHECK-LABEL: func @argument_attributes
// CHECK-SAME: {comm.per_rank}
// CHECK-SAME: {comm.donated}
func.func @argument_attributes(%x: tensor<4xbf16> {comm.per_rank}, %r: tensor<4xbf16> {comm.donated}) {
  return
}
