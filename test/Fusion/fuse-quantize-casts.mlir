// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// Between a fused norm and its quantization stand casts, copies and widenings that
// change no bit. test/Pipelines/quantize-casts.test runs the functions of this file.

comm.group @tp

// Stage 1 takes the cast from before the norm to behind it.
// CHECK-LABEL: func @shape_known_later(
// CHECK-NEXT:    %{{.*}}, %{{.*}} = comm.all_reduce_rms_norm %{{.*}} on @tp {{.*}} -> (quantized: tensor<?x64xf8E4M3FN>, scales: tensor<?x1xf32>)
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    return
func.func @shape_known_later(%x: tensor<?x64xbf16>) -> (tensor<8x64xf8E4M3FN>, tensor<8x1xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x64xbf16>
  %1 = tensor.cast %0 : tensor<?x64xbf16> to tensor<8x64xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>} : tensor<8x64xbf16> -> tensor<8x64xf8E4M3FN>, tensor<8x1xf32>
  return %q, %s : tensor<8x64xf8E4M3FN>, tensor<8x1xf32>
}

// CHECK-LABEL: func @shape_forgotten(
// CHECK-NEXT:    %{{.*}}, %{{.*}} = comm.all_reduce_rms_norm %{{.*}} on @tp {{.*}} -> (quantized: tensor<8x64xf8E4M3FN>, scales: tensor<8x2xf32>)
// CHECK-NEXT:    tensor.cast %{{.*}} : tensor<8x2xf32> to tensor<?x?xf32>
// CHECK-NEXT:    tensor.cast %{{.*}} : tensor<8x64xf8E4M3FN> to tensor<?x?xf8E4M3FN>
// CHECK-NEXT:    return
func.func @shape_forgotten(%x: tensor<8x64xbf16>) -> (tensor<?x?xf8E4M3FN>, tensor<?x?xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %2 = tensor.cast %1 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_group, group_size = 32>} : tensor<?x?xbf16> -> tensor<?x?xf8E4M3FN>, tensor<?x?xf32>
  return %q, %s : tensor<?x?xf8E4M3FN>, tensor<?x?xf32>
}

// CHECK-LABEL: func @copied(
// CHECK-NOT:     linalg.copy
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<8x32xi8>, scales: tensor<8x4xf8E4M3FN>)
// CHECK-NEXT:    return
func.func @copied(%x: tensor<8x64xf16>, %g: tensor<1xf32>) -> (tensor<8x32xi8>, tensor<8x4xf8E4M3FN>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xf16>
  %e = tensor.empty() : tensor<8x64xf16>
  %2 = linalg.copy ins(%1 : tensor<8x64xf16>) outs(%e : tensor<8x64xf16>) -> tensor<8x64xf16>
  %q, %s = norm.quantize %2 scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<8x64xf16> -> tensor<8x32xi8>, tensor<8x4xf8E4M3FN>
  return %q, %s : tensor<8x32xi8>, tensor<8x4xf8E4M3FN>
}

// The norm is kept for its other reader.
// CHECK-LABEL: func @widened(
// CHECK-NEXT:    comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x64xbf16>, quantized: tensor<8x64xf8E4M3FN>, scales: tensor<8x2xf8E8M0FNU>)
// CHECK-NEXT:    return
func.func @widened(%x: tensor<8x64xbf16>, %w: tensor<64xbf16>) -> (tensor<8x64xf8E4M3FN>, tensor<8x2xf8E8M0FNU>, tensor<8x64xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %2 = arith.extf %1 : tensor<8x64xbf16> to tensor<8x64xf32>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<mxfp8>} : tensor<8x64xf32> -> tensor<8x64xf8E4M3FN>, tensor<8x2xf8E8M0FNU>
  return %q, %s, %1 : tensor<8x64xf8E4M3FN>, tensor<8x2xf8E8M0FNU>, tensor<8x64xbf16>
}

// A cast and a widening, in this order and in a body.
// CHECK-LABEL: func @cast_and_widened(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<?x64xf8E5M2>)
func.func @cast_and_widened(%x: tensor<?x64xf16>, %r: tensor<?x64xf16>, %scale: tensor<1xf32>) -> tensor<8x64xf8E5M2> {
  %0 = comm.all_reduce %x on @tp : tensor<?x64xf16>
  %y, %sum = norm.add_rms_norm %0, %r {epsilon = 1.0e-6 : f32} : tensor<?x64xf16>, tensor<?x64xf16>
  %1 = tensor.cast %y : tensor<?x64xf16> to tensor<8x64xf16>
  %e = tensor.empty() : tensor<8x64xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%1 : tensor<8x64xf16>) outs(%e : tensor<8x64xf32>) {
  ^bb0(%in: f16, %out: f32):
    %wide = arith.extf %in : f16 to f32
    linalg.yield %wide : f32
  } -> tensor<8x64xf32>
  %q = norm.quantize %2 scale(%scale : tensor<1xf32>) {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<8x64xf32> -> tensor<8x64xf8E5M2>
  return %q : tensor<8x64xf8E5M2>
}

// Another value: rounded to fewer bits between. No remark, since the quantization
// does not read the norm.
// CHECK-LABEL: func @no_uncast_narrowed(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x64xf32>)
// CHECK-NEXT:    arith.truncf
// CHECK-NEXT:    norm.quantize
func.func @no_uncast_narrowed(%x: tensor<8x64xf32>) -> (tensor<8x64xf8E4M3FN>, tensor<8x1xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xf32>
  %2 = arith.truncf %1 : tensor<8x64xf32> to tensor<8x64xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>} : tensor<8x64xbf16> -> tensor<8x64xf8E4M3FN>, tensor<8x1xf32>
  return %q, %s : tensor<8x64xf8E4M3FN>, tensor<8x1xf32>
}

//===----------------------------------------------------------------------===//
// Ranks, layouts and several readers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @swizzled_rank_3(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<2x?x64xf8E4M3FN>, scales: tensor<?x1x32x4x4xf8E8M0FNU>)
func.func @swizzled_rank_3(%x: tensor<2x?x64xbf16>) -> (tensor<?x?x?xf8E4M3FN>, tensor<?x?x32x4x4xf8E8M0FNU>) {
  %0 = comm.all_reduce %x on @tp : tensor<2x?x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<2x?x64xbf16>
  %2 = tensor.cast %1 : tensor<2x?x64xbf16> to tensor<?x?x?xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<mxfp8, layout = swizzled_128x4>} : tensor<?x?x?xbf16> -> tensor<?x?x?xf8E4M3FN>, tensor<?x?x32x4x4xf8E8M0FNU>
  return %q, %s : tensor<?x?x?xf8E4M3FN>, tensor<?x?x32x4x4xf8E8M0FNU>
}

// CHECK-LABEL: func @packed_rank_1(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<64xf8E4M3FN>, scales: tensor<1x4xi32>)
func.func @packed_rank_1(%x: tensor<64xf16>) -> (tensor<?xf8E4M3FN>, tensor<1x4xi32>) {
  %0 = comm.all_reduce %x on @tp : tensor<64xf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<64xf16>
  %2 = tensor.cast %1 : tensor<64xf16> to tensor<?xf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_group, group_size = 32, layout = packed_column_major>} : tensor<?xf16> -> tensor<?xf8E4M3FN>, tensor<1x4xi32>
  return %q, %s : tensor<?xf8E4M3FN>, tensor<1x4xi32>
}

// The second one reads the norm as well, but a fused operation quantizes once.
// CHECK-LABEL: func @no_extend_twice_behind_casts(
// CHECK:         %[[Y:.*]], %{{.*}}, %{{.*}} = comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x64xbf16>, quantized: tensor<8x64xf8E4M3FN>, scales: tensor<8x1xf32>)
// CHECK:         norm.quantize %[[Y]]
func.func @no_extend_twice_behind_casts(%x: tensor<8x64xbf16>) -> (tensor<8x64xf8E4M3FN>, tensor<?x64xf8E4M3FN>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %2 = arith.extf %1 : tensor<8x64xbf16> to tensor<8x64xf32>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>} : tensor<8x64xf32> -> tensor<8x64xf8E4M3FN>, tensor<8x1xf32>
  %3 = tensor.cast %1 : tensor<8x64xbf16> to tensor<?x64xbf16>
  // expected-remark@+1 {{Constraint=QuantizedOnce}}
  %p, %t = norm.quantize %3 {scheme = #norm.scheme<mxfp8>} : tensor<?x64xbf16> -> tensor<?x64xf8E4M3FN>, tensor<?x2xf8E8M0FNU>
  return %q, %p : tensor<8x64xf8E4M3FN>, tensor<?x64xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_destination_behind_cast
func.func @no_extend_destination_behind_cast(%x: tensor<4x8xbf16>, %o: tensor<4x8xf8E4M3FN>, %t: tensor<4x1xf32>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {
  // CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
  // CHECK: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = arith.extf %1 : tensor<4x8xbf16> to tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=QuantizeWithoutDestinations}}
  %q, %s = norm.quantize %2 outs(%o, %t : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {scheme = #norm.scheme<per_token>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
}
