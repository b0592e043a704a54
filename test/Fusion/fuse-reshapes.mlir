// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --decompose-fused-norm | FileCheck %s --check-prefix=SPLIT
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --decompose-fused-norm --fuse-all-reduce-norm=report -o /dev/null 2>&1 | FileCheck %s --check-prefix=AGAIN

// Reshapes between an all_reduce, its addition, its norms and its quantization.

// SPLIT-NOT: all_reduce_rms_norm
// AGAIN: fuse-all-reduce-norm: 25 sites, 25 fused, 0 missed

comm.group @tp

// CHECK-LABEL: func @fuse_expand_shape
func.func @fuse_expand_shape(%x: tensor<4x8xbf16>, %r: tensor<2x2x8xbf16>, %w: tensor<8xbf16>) -> (tensor<2x2x8xbf16>, tensor<2x2x8xbf16>) {
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0
  // CHECK: %[[SUM:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp weight(%arg2 : tensor<8xbf16>) residual(%arg1 : tensor<2x2x8xbf16>)
  // CHECK: return %[[Y]], %[[SUM]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = arith.addf %e, %r : tensor<2x2x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  return %2, %1 : tensor<2x2x8xbf16>, tensor<2x2x8xbf16>
}

// The sizes come from the reduced value, and another reader gets it in its shape.
// CHECK-LABEL: func @fuse_expand_shape_of_dynamic_sizes
func.func @fuse_expand_shape_of_dynamic_sizes(%x: tensor<?x8xbf16>, %r: tensor<?x?x8xbf16>, %w: tensor<8xbf16>) -> (tensor<?x?x8xbf16>, tensor<?x8xbf16>) {
  // CHECK: %[[SIZE:.*]] = tensor.dim %arg0
  // CHECK: %[[HALF:.*]] = arith.divsi %[[SIZE]]
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0 {{.*}} output_shape [%[[HALF]],
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]]
  // CHECK: %[[BACK:.*]] = tensor.collapse_shape %[[REDUCED]]
  // CHECK: return %[[Y]], %[[BACK]]
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %d = tensor.dim %0, %c0 : tensor<?x8xbf16>
  %b = arith.divsi %d, %c2 : index
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%b, %c2, 8] : tensor<?x8xbf16> into tensor<?x?x8xbf16>
  %1 = arith.addf %r, %e : tensor<?x?x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x?x8xbf16>
  return %2, %0 : tensor<?x?x8xbf16>, tensor<?x8xbf16>
}

// CHECK-LABEL: func @fuse_collapse_shape_of_dynamic_sizes
func.func @fuse_collapse_shape_of_dynamic_sizes(%x: tensor<?x?x8xbf16>, %r: tensor<?x8xbf16>) -> (tensor<?x8xbf16>, tensor<?x?x8xbf16>) {
  // CHECK: %[[X:.*]] = tensor.collapse_shape %arg0
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] {{.*}} residual(%arg1
  // CHECK: %[[BACK:.*]] = tensor.expand_shape %[[REDUCED]] {{.*}} into tensor<?x?x8xbf16>
  // CHECK: return %[[Y]], %[[BACK]]
  %0 = comm.all_reduce %x on @tp : tensor<?x?x8xbf16>
  %e = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<?x?x8xbf16> into tensor<?x8xbf16>
  %2, %3 = norm.add_rms_norm %e, %r {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>, tensor<?x8xbf16>
  return %2, %0 : tensor<?x8xbf16>, tensor<?x?x8xbf16>
}

// CHECK-LABEL: func @fuse_reshape
func.func @fuse_reshape(%x: tensor<4x8xbf16>, %shape: tensor<3xindex>, %r: tensor<?x?x8xbf16>) -> (tensor<?x?x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[X:.*]] = tensor.reshape %arg0(%arg1)
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]]
  // CHECK: %[[BACK:.*]] = tensor.reshape %[[REDUCED]]({{.*}}) : {{.*}} -> tensor<4x8xbf16>
  // CHECK: return %[[Y]], %[[BACK]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.reshape %0(%shape) : (tensor<4x8xbf16>, tensor<3xindex>) -> tensor<?x?x8xbf16>
  %1 = arith.addf %e, %r : tensor<?x?x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<?x?x8xbf16>
  return %2, %0 : tensor<?x?x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_cast_between_reshapes
func.func @fuse_cast_between_reshapes(%x: tensor<4x8xbf16>) -> tensor<?x8xbf16> {
  // CHECK: tensor.expand_shape %arg0
  // CHECK: tensor.cast
  // CHECK: %[[X:.*]] = tensor.collapse_shape
  // CHECK: comm.all_reduce_rms_norm %[[X]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %t = tensor.cast %e : tensor<2x2x8xbf16> to tensor<?x?x8xbf16>
  %c = tensor.collapse_shape %t [[0, 1], [2]] : tensor<?x?x8xbf16> into tensor<?x8xbf16>
  %1 = norm.rms_norm %c {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>
  return %1 : tensor<?x8xbf16>
}

// Dimensions of one element beside the last one leave rows whole.
// CHECK-LABEL: func @fuse_unit_dimensions
func.func @fuse_unit_dimensions(%x: tensor<4x?xbf16>, %n: index) -> tensor<4x1x?xbf16> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0
  // CHECK: comm.all_reduce_rms_norm %[[X]]
  %0 = comm.all_reduce %x on @tp : tensor<4x?xbf16>
  %e = tensor.expand_shape %0 [[0], [1, 2]] output_shape [4, 1, %n] : tensor<4x?xbf16> into tensor<4x1x?xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<4x1x?xbf16>
  return %1 : tensor<4x1x?xbf16>
}

// CHECK-LABEL: func @fuse_slice_of_rows
func.func @fuse_slice_of_rows(%x: tensor<4x8xbf16>, %n: index, %r: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
  // CHECK: %[[X:.*]] = tensor.extract_slice %arg0[0, 0] [%arg1, 8] [1, 1]
  // CHECK: comm.all_reduce_rms_norm %[[X]] {{.*}} residual(%arg2
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = tensor.extract_slice %0[0, 0] [%n, 8] [1, 1] : tensor<4x8xbf16> to tensor<?x8xbf16>
  %1, %2 = norm.add_rms_norm %s, %r {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>, tensor<?x8xbf16>
  return %1 : tensor<?x8xbf16>
}

// The last token of each sequence.
// CHECK-LABEL: func @fuse_last_token_of_sum
func.func @fuse_last_token_of_sum(%x: tensor<?x8xbf16>, %r: tensor<?x?x8xbf16>, %n: index, %m: index) -> tensor<?x8xbf16> {
  // CHECK: %[[E:.*]] = tensor.expand_shape %arg0
  // CHECK: %[[X:.*]] = tensor.extract_slice %[[E]]
  // CHECK: %[[R:.*]] = tensor.extract_slice %arg1
  // CHECK: comm.all_reduce_rms_norm %[[X]] {{.*}} residual(%[[R]] : tensor<?x8xbf16>)
  %c1 = arith.constant 1 : index
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%n, %m, 8] : tensor<?x8xbf16> into tensor<?x?x8xbf16>
  %1 = arith.addf %e, %r : tensor<?x?x8xbf16>
  %size = tensor.dim %1, %c1 : tensor<?x?x8xbf16>
  %last = arith.subi %size, %c1 : index
  %s = tensor.extract_slice %1[0, %last, 0] [%n, 1, 8] [1, 1, 1] : tensor<?x?x8xbf16> to tensor<?x8xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>
  return %2 : tensor<?x8xbf16>
}

// All rows are read as well: they are normed, and those that are taken are taken
// of the norm.
// CHECK-LABEL: func @fuse_slice_of_rows_read_elsewhere
func.func @fuse_slice_of_rows_read_elsewhere(%x: tensor<4x8xbf16>) -> (tensor<2x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[Y]][1, 0] [2, 8] [1, 1]
  // CHECK: return %[[ROWS]], %[[REDUCED]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = tensor.extract_slice %0[1, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %1 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x8xbf16>
  return %1, %0 : tensor<2x8xbf16>, tensor<4x8xbf16>
}

// The same where each rank takes other rows.
// CHECK-LABEL: func @fuse_slice_of_other_rows_on_each_rank
func.func @fuse_slice_of_other_rows_on_each_rank(%x: tensor<4x8xbf16>, %first: index {comm.per_rank}) -> tensor<2x8xbf16> {
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: tensor.extract_slice %[[Y]][%arg1, 0] [2, 8] [1, 1]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = tensor.extract_slice %0[%first, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %1 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x8xbf16>
  return %1 : tensor<2x8xbf16>
}

// CHECK-LABEL: func @fuse_slice_of_sum_read_elsewhere
func.func @fuse_slice_of_sum_read_elsewhere(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<2x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[SUM:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[Y]][1, 0] [2, 8] [1, 1]
  // CHECK: return %[[ROWS]], %[[SUM]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %s = tensor.extract_slice %1[1, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x8xbf16>
  return %2, %1 : tensor<2x8xbf16>, tensor<4x8xbf16>
}

// The statistics read the columns that are taken: so does the all_reduce.
// CHECK-LABEL: func @fuse_slice_of_columns
func.func @fuse_slice_of_columns(%x: tensor<4x16xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[X:.*]] = tensor.extract_slice %arg0[0, 0] [4, 8] [1, 1]
  // CHECK: comm.all_reduce_rms_norm %[[X]]
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %s = tensor.extract_slice %0[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %1 = arith.addf %s, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_slice_of_columns_of_sum
func.func @fuse_slice_of_columns_of_sum(%x: tensor<4x16xbf16>, %r: tensor<4x16xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[X:.*]] = tensor.extract_slice %arg0[0, 0] [4, 8] [1, 1]
  // CHECK: %[[R:.*]] = tensor.extract_slice %arg1[0, 0] [4, 8] [1, 1]
  // CHECK: comm.all_reduce_rms_norm %[[X]] {{.*}} residual(%[[R]] : tensor<4x8xbf16>)
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = arith.addf %0, %r : tensor<4x16xbf16>
  %s = tensor.extract_slice %1[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %2 = norm.rms_norm %s weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_reshaped_sum
func.func @fuse_reshaped_sum(%x: tensor<2x2x8xbf16>, %r: tensor<2x2x8xbf16>) -> (tensor<4x8xbf16>, tensor<2x2x8xbf16>) {
  // CHECK: %[[SUM:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %arg0 {{.*}} residual(%arg1
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[Y]]
  // CHECK: return %[[ROWS]], %[[SUM]]
  %0 = comm.all_reduce %x on @tp : tensor<2x2x8xbf16>
  %1 = arith.addf %0, %r : tensor<2x2x8xbf16>
  %c = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %2 = norm.rms_norm %c {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<2x2x8xbf16>
}

// CHECK-LABEL: func @fuse_reshapes_in_sandwich
func.func @fuse_reshapes_in_sandwich(%x: tensor<4x8xbf16>, %r: tensor<1x4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: tensor.expand_shape %arg0
  // CHECK: tensor.collapse_shape
  // CHECK: %[[X:.*]] = tensor.expand_shape
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] {{.*}} post_norm_weight
  // CHECK: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %n = norm.rms_norm %e weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  %c = tensor.collapse_shape %n [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %e1 = tensor.expand_shape %c [[0, 1], [2]] output_shape [1, 4, 8] : tensor<4x8xbf16> into tensor<1x4x8xbf16>
  %1 = arith.addf %e1, %r : tensor<1x4x8xbf16>
  %c1 = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<1x4x8xbf16> into tensor<4x8xbf16>
  %2 = norm.rms_norm %c1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %0 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_reshapes_of_f32
func.func @fuse_reshapes_of_f32(%x: tensor<4x8xbf16>, %r: tensor<2x2x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] {{.*}} residual(%arg1
  // CHECK: tensor.collapse_shape %[[Y]]
  // CHECK-NOT: arith
  // CHECK: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %f = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %e = tensor.expand_shape %f [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xf32> into tensor<2x2x8xf32>
  %g = arith.extf %r : tensor<2x2x8xbf16> to tensor<2x2x8xf32>
  %1 = arith.addf %e, %g : tensor<2x2x8xf32>
  %c = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<2x2x8xf32> into tensor<4x8xf32>
  %t = arith.truncf %c : tensor<4x8xf32> to tensor<4x8xbf16>
  %2 = norm.rms_norm %t {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_reshaped_norm_in_f32
func.func @fuse_reshaped_norm_in_f32(%x: tensor<4x8xbf16>) -> tensor<2x2x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}xbf16>)
  // CHECK-NOT: arith
  // CHECK: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %f = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %b = arith.truncf %f : tensor<4x8xf32> to tensor<4x8xbf16>
  %e0 = tensor.expand_shape %b [[0, 1], [2]] output_shape [1, 4, 8] : tensor<4x8xbf16> into tensor<1x4x8xbf16>
  %g = arith.extf %e0 : tensor<1x4x8xbf16> to tensor<1x4x8xf32>
  %2 = norm.rms_norm %g {epsilon = 1.0e-6 : f32} : tensor<1x4x8xf32>
  %c = tensor.collapse_shape %2 [[0, 1], [2]] : tensor<1x4x8xf32> into tensor<4x8xf32>
  %e = tensor.expand_shape %c [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xf32> into tensor<2x2x8xf32>
  %t = arith.truncf %e : tensor<2x2x8xf32> to tensor<2x2x8xbf16>
  return %t : tensor<2x2x8xbf16>
}

// Packed numbers and scales have rows of another length.
// CHECK-LABEL: func @fuse_reshape_before_quantize
func.func @fuse_reshape_before_quantize(%x: tensor<4x?xbf16>, %g: tensor<1xf32>, %n: index) -> (tensor<2x2x?xi8>, tensor<2x2x?xf8E4M3FN>) {
  // CHECK: %[[Q:.*]], %[[S:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: tensor.dim %[[Q]]
  // CHECK: tensor.expand_shape %[[Q]]
  // CHECK: tensor.dim %[[S]]
  // CHECK: tensor.expand_shape %[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x?xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x?xbf16>
  %e = tensor.expand_shape %2 [[0, 1], [2]] output_shape [2, 2, %n] : tensor<4x?xbf16> into tensor<2x2x?xbf16>
  %q, %s = norm.quantize %e scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<2x2x?xbf16> -> tensor<2x2x?xi8>, tensor<2x2x?xf8E4M3FN>
  return %q, %s : tensor<2x2x?xi8>, tensor<2x2x?xf8E4M3FN>
}

// In this layout the scales are the same in every shape.
// CHECK-LABEL: func @fuse_reshape_before_swizzled_scales
func.func @fuse_reshape_before_swizzled_scales(%x: tensor<4x32xbf16>, %g: tensor<1xf32>, %shape: tensor<3xi32>) -> (tensor<?x2x16xi8>, tensor<?x1x32x4x4xf8E4M3FN>) {
  // CHECK: %[[Q:.*]], %[[S:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: %[[SHAPE:.*]] = tensor.insert %{{.*}} into %arg2
  // CHECK: tensor.reshape %[[Q]](%[[SHAPE]])
  // CHECK: tensor.cast %[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x32xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x32xbf16>
  %e = tensor.reshape %2(%shape) : (tensor<4x32xbf16>, tensor<3xi32>) -> tensor<?x2x32xbf16>
  %q, %s = norm.quantize %e scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>} : tensor<?x2x32xbf16> -> tensor<?x2x16xi8>, tensor<?x1x32x4x4xf8E4M3FN>
  return %q, %s : tensor<?x2x16xi8>, tensor<?x1x32x4x4xf8E4M3FN>
}

// One scale for all elements: any shape will do, that of heads too.
// CHECK-LABEL: func @fuse_heads_before_per_tensor
func.func @fuse_heads_before_per_tensor(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) -> tensor<4x2x4xf8E4M3FN> {
  // CHECK: %[[Q:.*]] = comm.all_reduce_rms_norm %arg0
  // CHECK: tensor.expand_shape %[[Q]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %e = tensor.expand_shape %2 [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xbf16> into tensor<4x2x4xbf16>
  %q = norm.quantize %e scale(%g : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x2x4xbf16> -> tensor<4x2x4xf8E4M3FN>
  return %q : tensor<4x2x4xf8E4M3FN>
}

// CHECK-LABEL: func @fuse_reshapes_in_arithmetic
func.func @fuse_reshapes_in_arithmetic(%x: tensor<4x8xf32>) -> tensor<1x4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm %arg0 {{.*}}quantization = #norm.scheme<per_tensor, mode = divide>
  // CHECK: tensor.expand_shape
  // CHECK: tensor.collapse_shape
  // CHECK: tensor.expand_shape
  // CHECK-NEXT: return
  %low = arith.constant dense<-448.0> : tensor<2x2x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %f = arith.constant dense<2.0> : tensor<2x2x8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %e = tensor.expand_shape %1 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xf32> into tensor<2x2x8xf32>
  %2 = arith.divf %e, %f : tensor<2x2x8xf32>
  %3 = arith.maximumf %2, %low : tensor<2x2x8xf32>
  %c = tensor.collapse_shape %3 [[0, 1], [2]] : tensor<2x2x8xf32> into tensor<4x8xf32>
  %4 = arith.minimumf %c, %high : tensor<4x8xf32>
  %e2 = tensor.expand_shape %4 [[0, 1], [2]] output_shape [1, 4, 8] : tensor<4x8xf32> into tensor<1x4x8xf32>
  %5 = arith.truncf %e2 : tensor<1x4x8xf32> to tensor<1x4x8xf8E4M3FN>
  return %5 : tensor<1x4x8xf8E4M3FN>
}

// As a residual the reduced value is read by a norm of something else.
// CHECK-LABEL: func @fuse_reduced_value_as_residual
func.func @fuse_reduced_value_as_residual(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]]
  // CHECK-DAG: %[[BACK:.*]] = tensor.collapse_shape %[[REDUCED]]
  // CHECK-DAG: %[[NEXT:.*]] = tensor.collapse_shape %[[Y]]
  // CHECK: comm.all_reduce_rms_norm %[[NEXT]] {{.*}} residual(%[[BACK]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  %c = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %2 = comm.all_reduce %c on @tp : tensor<4x8xbf16>
  %3 = arith.addf %2, %0 : tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// The norm that reads the value in its own shape has a weight of another type, so
// that it is not the one that is fused.
// CHECK-LABEL: func @fuse_norm_behind_nearer_norm_that_is_not_fused
func.func @fuse_norm_behind_nearer_norm_that_is_not_fused(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> (tensor<4x8xbf16>, tensor<2x2x8xbf16>) {
  // CHECK: %[[X:.*]] = tensor.expand_shape %arg0
  // CHECK: %[[REDUCED:.*]], %{{.*}} = comm.all_reduce_rms_norm %[[X]]
  // CHECK: %[[BACK:.*]] = tensor.collapse_shape %[[REDUCED]]
  // CHECK: norm.rms_norm %[[BACK]] weight(%arg1
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  %2 = norm.rms_norm %0 weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<2x2x8xbf16>
}

// The residual is made behind the all_reduce, so that the fused operation takes the
// norm's place.
// CHECK-LABEL: func @fuse_reshape_with_later_residual
func.func @fuse_reshape_with_later_residual(%x: tensor<2x2x8xbf16>, %r: tensor<2x2x8xbf16>) -> (tensor<4x8xbf16>, tensor<2x2x8xbf16>) {
  // CHECK: %[[R:.*]] = tensor.collapse_shape %arg1
  // CHECK: %[[REDUCED:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} residual(%[[R]]
  // CHECK: %[[BACK:.*]] = tensor.expand_shape %[[REDUCED]]
  // CHECK: return %[[Y]], %[[BACK]]
  %0 = comm.all_reduce %x on @tp : tensor<2x2x8xbf16>
  %c = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %s = tensor.collapse_shape %r [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %1, %2 = norm.add_rms_norm %c, %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %1, %0 : tensor<4x8xbf16>, tensor<2x2x8xbf16>
}
