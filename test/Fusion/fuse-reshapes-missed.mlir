// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// One named negative for each guard on moving reshapes, with the remark that names
// it, and the norm behind.

comm.group @tp
func.func private @first_row() -> index

// Queries and keys are normed for each head.
// CHECK-LABEL: func @no_fuse_heads
func.func @no_fuse_heads(%x: tensor<4x8xbf16>, %w: tensor<4xbf16>) -> tensor<4x2x4xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=RowsKept, Reason="tensor.expand_shape that splits the last dimension stands between them; norm.rms_norm at {{.*}}fuse-reshapes-missed.mlir:18:8 behind tensor.expand_shape"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = tensor.expand_shape %0 [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xbf16> into tensor<4x2x4xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<4xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x2x4xbf16>
  return %2 : tensor<4x2x4xbf16>
}

// CHECK-LABEL: func @no_fuse_heads_of_dynamic_size
func.func @no_fuse_heads_of_dynamic_size(%x: tensor<4x?xbf16>, %n: index) -> tensor<4x?x4xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=RowsKept, Reason="tensor.expand_shape that splits the last dimension}}
  %0 = comm.all_reduce %x on @tp : tensor<4x?xbf16>
  %1 = tensor.expand_shape %0 [[0], [1, 2]] output_shape [4, %n, 4] : tensor<4x?xbf16> into tensor<4x?x4xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x?x4xbf16>
  return %2 : tensor<4x?x4xbf16>
}

// CHECK-LABEL: func @no_fuse_heads_of_sum
func.func @no_fuse_heads_of_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x2x4xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=RowsKept, Reason="tensor.expand_shape that splits the last dimension stands between them; norm.rms_norm at {{.*}} behind tensor.expand_shape"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = tensor.expand_shape %1 [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xbf16> into tensor<4x2x4xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x2x4xbf16>
  return %3 : tensor<4x2x4xbf16>
}

// CHECK-LABEL: func @no_fuse_merged_heads
func.func @no_fuse_merged_heads(%x: tensor<4x2x4xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=RowsKept, Reason="tensor.collapse_shape that merges the last dimension}}
  %0 = comm.all_reduce %x on @tp : tensor<4x2x4xbf16>
  %1 = tensor.collapse_shape %0 [[0], [1, 2]] : tensor<4x2x4xbf16> into tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Columns of the first norm, whose statistics read all of them.
// CHECK-LABEL: func @no_fuse_columns_of_first_norm
func.func @no_fuse_columns_of_first_norm(%x: tensor<4x16xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm %arg0 {{.*}} -> (normed: tensor<4x16xbf16>)
  // CHECK: norm.add_rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x16xbf16>
  %2 = tensor.extract_slice %1[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %3 = arith.addf %2, %r : tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_columns_of_sum_with_first_norm
func.func @no_fuse_columns_of_sum_with_first_norm(%x: tensor<4x16xbf16>, %r: tensor<4x16xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm %arg0 {{.*}} -> (normed: tensor<4x16xbf16>)
  // CHECK: arith.addf
  // CHECK: tensor.extract_slice
  // CHECK: norm.rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x16xbf16>
  %2 = arith.addf %1, %r : tensor<4x16xbf16>
  %3 = tensor.extract_slice %2[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_columns_read_elsewhere
func.func @no_fuse_columns_read_elsewhere(%x: tensor<4x16xbf16>) -> (tensor<4x8xbf16>, tensor<4x16xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=ReadSlicedAlone, Reason="something else reads what tensor.extract_slice takes a part of; norm.rms_norm at {{.*}} behind tensor.extract_slice"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = tensor.extract_slice %0[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %0 : tensor<4x8xbf16>, tensor<4x16xbf16>
}

// CHECK-LABEL: func @no_fuse_columns_of_sum_read_elsewhere
func.func @no_fuse_columns_of_sum_read_elsewhere(%x: tensor<4x16xbf16>, %r: tensor<4x16xbf16>) -> (tensor<4x8xbf16>, tensor<4x16xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadSlicedAlone}}
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = arith.addf %0, %r : tensor<4x16xbf16>
  %2 = tensor.extract_slice %1[0, 0] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3, %1 : tensor<4x8xbf16>, tensor<4x16xbf16>
}

// CHECK-LABEL: func @no_fuse_other_rows_on_each_rank
func.func @no_fuse_other_rows_on_each_rank(%x: tensor<4x8xbf16>, %first: index {comm.per_rank}, %r: tensor<2x8xbf16>) -> tensor<2x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=SliceSameOnEveryRank, Reason="the ranks are not known to take the same part in tensor.extract_slice; norm.add_rms_norm at {{.*}} behind tensor.extract_slice"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = tensor.extract_slice %0[%first, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %1 = arith.addf %s, %r : tensor<2x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<2x8xbf16>
  return %2 : tensor<2x8xbf16>
}

// CHECK-LABEL: func @no_fuse_columns_by_a_call
func.func @no_fuse_columns_by_a_call(%x: tensor<4x16xbf16>, %r: tensor<4x16xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK-NOT: tensor.extract_slice
  // CHECK: arith.addf
  // CHECK-NOT: arith.addf
  // CHECK: tensor.extract_slice
  // CHECK-NEXT: norm.rms_norm
  %first = func.call @first_row() : () -> index
  // expected-remark@+1 {{Constraint=SliceSameOnEveryRank}}
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %1 = arith.addf %0, %r : tensor<4x16xbf16>
  %s = tensor.extract_slice %1[0, %first] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// The sizes of an argument may differ where its elements do.
// CHECK-LABEL: func @no_fuse_columns_by_size_of_rank
func.func @no_fuse_columns_by_size_of_rank(%x: tensor<4x16xbf16>, %y: tensor<?xf32> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %c0 = arith.constant 0 : index
  %first = tensor.dim %y, %c0 : tensor<?xf32>
  // expected-remark@+1 {{Constraint=SliceSameOnEveryRank}}
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %s = tensor.extract_slice %0[0, %first] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Whoever calls it may pass another number on each rank.
// CHECK-LABEL: func @no_fuse_columns_of_argument
func.func @no_fuse_columns_of_argument(%x: tensor<4x16xbf16>, %first: index) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SliceSameOnEveryRank}}
  %0 = comm.all_reduce %x on @tp : tensor<4x16xbf16>
  %s = tensor.extract_slice %0[0, %first] [4, 8] [1, 1] : tensor<4x16xbf16> to tensor<4x8xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}
func.func @caller(%x: tensor<4x16xbf16>, %first: index {comm.per_rank}) -> tensor<4x8xbf16> {
  %0 = func.call @no_fuse_columns_of_argument(%x, %first) : (tensor<4x16xbf16>, index) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// The norm that reads the value in its own shape has it.
// CHECK-LABEL: func @no_fuse_norm_behind_nearer_norm
func.func @no_fuse_norm_behind_nearer_norm(%x: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<2x2x8xbf16>) {
  // CHECK: %[[REDUCED:.*]], %{{.*}} = comm.all_reduce_rms_norm %arg0 {{.*}} -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK: %[[E:.*]] = tensor.expand_shape %[[REDUCED]]
  // CHECK: norm.rms_norm %[[E]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<2x2x8xbf16>
}

// The guards of the fusion hold for what stands behind reshapes.
// CHECK-LABEL: func @no_fuse_reshape_of_max
func.func @no_fuse_reshape_of_max(%x: tensor<4x8xbf16>) -> tensor<2x2x8xbf16> {
  // CHECK: %[[MAX:.*]] = comm.all_reduce %arg0
  // CHECK: tensor.expand_shape %[[MAX]]
  // expected-remark-re@+1 {{Constraint=SumReduction, Reason="the reduction is max, not sum; norm.rms_norm at {{.*}} behind tensor.expand_shape"}}
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  return %1 : tensor<2x2x8xbf16>
}

// CHECK-LABEL: func @no_fuse_reshape_with_itself
func.func @no_fuse_reshape_with_itself(%x: tensor<4x8xbf16>) -> tensor<2x2x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is the reduced value itself}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %s = arith.addf %e, %e : tensor<2x2x8xbf16>
  %1 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  return %1 : tensor<2x2x8xbf16>
}

// CHECK-LABEL: func @no_fuse_reshaped_residual_of_rank
func.func @no_fuse_reshaped_residual_of_rank(%x: tensor<4x8xbf16>, %r: tensor<2x2x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SameOnEveryRank, Reason="the residual is an argument with comm.per_rank"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %c = tensor.collapse_shape %r [[0, 1], [2]] : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %s = arith.addf %0, %c : tensor<4x8xbf16>
  %1 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_reshape_across_a_collective
func.func @no_fuse_reshape_across_a_collective(%x: tensor<4x8xbf16>) -> (tensor<2x2x8xbf16>, tensor<?x8xbf16>) {
  // CHECK: comm.all_reduce %arg0
  // CHECK: comm.all_gather
  // expected-remark@+1 {{Constraint=NoCollectiveBetween}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=CommAllReduce, Reason="comm.all_gather is no all_reduce"}}
  %g = comm.all_gather %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<?x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
  return %1, %g : tensor<2x2x8xbf16>, tensor<?x8xbf16>
}

// The size is made after another reader of the value.
// CHECK-LABEL: func @no_fuse_size_behind_another_reader
func.func @no_fuse_size_behind_another_reader(%x: tensor<?x8xbf16>) -> (tensor<?x1x8xbf16>, tensor<?x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %c0 = arith.constant 0 : index
  // expected-remark@+1 {{Constraint=UsersDominated}}
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %1 = arith.negf %0 : tensor<?x8xbf16>
  %sizes = tensor.empty() : tensor<1xindex>
  %n = tensor.extract %sizes[%c0] : tensor<1xindex>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%n, 1, 8] : tensor<?x8xbf16> into tensor<?x1x8xbf16>
  %2 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<?x1x8xbf16>
  return %2, %1 : tensor<?x1x8xbf16>, tensor<?x8xbf16>
}

// CHECK-LABEL: func @no_fuse_heads_before_per_token
func.func @no_fuse_heads_before_per_token(%x: tensor<4x8xbf16>) -> (tensor<4x2x4xf8E4M3FN>, tensor<4x2x1xf32>) {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK: tensor.expand_shape
  // CHECK: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %e = tensor.expand_shape %2 [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xbf16> into tensor<4x2x4xbf16>
  // expected-remark@+1 {{Constraint=RowsKept, Reason="tensor.expand_shape that splits the last dimension}}
  %q, %s = norm.quantize %e {scheme = #norm.scheme<per_token>} : tensor<4x2x4xbf16> -> tensor<4x2x4xf8E4M3FN>, tensor<4x2x1xf32>
  return %q, %s : tensor<4x2x4xf8E4M3FN>, tensor<4x2x1xf32>
}

// CHECK-LABEL: func @no_fuse_rows_before_swizzled_scales
func.func @no_fuse_rows_before_swizzled_scales(%x: tensor<4x32xbf16>) -> (tensor<2x32xf8E4M3FN>, tensor<1x1x32x4x4xf8E8M0FNU>) {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK: tensor.extract_slice
  // CHECK: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x32xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x32xbf16>
  %e = tensor.extract_slice %2[1, 0] [2, 32] [1, 1] : tensor<4x32xbf16> to tensor<2x32xbf16>
  // expected-remark@+1 {{Constraint=RowsKept, Reason="tensor.extract_slice takes some rows of scales in the layout swizzled_128x4}}
  %q, %s = norm.quantize %e {scheme = #norm.scheme<mxfp8, layout = swizzled_128x4>} : tensor<2x32xbf16> -> tensor<2x32xf8E4M3FN>, tensor<1x1x32x4x4xf8E8M0FNU>
  return %q, %s : tensor<2x32xf8E4M3FN>, tensor<1x1x32x4x4xf8E8M0FNU>
}

// CHECK-LABEL: func @no_fuse_reshaped_sum_in_other_block
func.func @no_fuse_reshaped_sum_in_other_block(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %c: i1) -> tensor<2x2x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: scf.if
  // CHECK: %[[E:.*]] = tensor.expand_shape
  // CHECK: norm.rms_norm %[[E]]
  // expected-remark-re@+1 {{Constraint=SameBlock, Reason="the norm stands in another block, inside or behind scf.if; norm.rms_norm at {{.*}} behind tensor.expand_shape"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = scf.if %c -> tensor<2x2x8xbf16> {
    %e = tensor.expand_shape %1 [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xbf16> into tensor<2x2x8xbf16>
    %3 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<2x2x8xbf16>
    scf.yield %3 : tensor<2x2x8xbf16>
  } else {
    %empty = tensor.empty() : tensor<2x2x8xbf16>
    scf.yield %empty : tensor<2x2x8xbf16>
  }
  return %2 : tensor<2x2x8xbf16>
}
