// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// Forms that look like a site and are none, each with its remark. What the
// verifiers refuse cannot be said at all: groups that are empty, overlap or have
// rows of different length; a weight that is not 1-D; rows that the group size
// of a quantization does not divide (test/Dialect/{Comm,Norm}/invalid.mlir).

#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1) -> (d0)>
#columns = affine_map<(d0, d1) -> (d1)>

comm.group @tp
comm.group @ep

// The statistic of a row that is sharded over the ranks, not the activation.
// CHECK-LABEL: func @no_fuse_all_reduce_of_statistic
func.func @no_fuse_all_reduce_of_statistic(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %init = tensor.empty() : tensor<4x8xf32>
  %squares = linalg.generic {indexing_maps = [#id, #rows], iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%v: f32, %s: f32):
    %0 = arith.mulf %v, %v : f32
    %1 = arith.addf %s, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic"}}
  %sum = comm.all_reduce %squares on @tp : tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
    ins(%x, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%v: f32, %s: f32, %o: f32):
    %0 = math.rsqrt %s : f32
    %1 = arith.mulf %v, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @no_fuse_mean_reduction
func.func @no_fuse_mean_reduction(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %ranks = arith.constant dense<4.0> : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.divf; norm.rms_norm behind arith.divf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.divf %0, %ranks : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_max_region
func.func @no_fuse_max_region(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SumReduction, Reason="the reduction is max, not sum"}}
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_min_region
func.func @no_fuse_min_region(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SumReduction, Reason="the reduction is min, not sum"}}
  %0 = comm.all_reduce %x on @tp reduction<min> : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_product_region
func.func @no_fuse_product_region(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SumReduction, Reason="the reduction is prod, not sum"}}
  %0 = comm.all_reduce %x on @tp reduction<prod> : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// One behind the other on two groups: only the second reaches the norm.
// CHECK-LABEL: func @no_fuse_across_groups
func.func @no_fuse_across_groups(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[A:.*]] = comm.all_reduce %{{.*}} on @ep
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[A]] on @tp
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but comm.all_reduce_rms_norm"}}
  %0 = comm.all_reduce %x on @ep : tensor<4x8xbf16>
  %1 = comm.all_reduce %0 on @tp : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Partial results of two groups, expert and tensor parallel, that meet in a sum.
// CHECK-LABEL: func @no_fuse_sum_over_two_groups
func.func @no_fuse_sum_over_two_groups(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ResidualNotReduced}}
  %0 = comm.all_reduce %x on @ep : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is another all_reduce that only this sum reads"}}
  %1 = comm.all_reduce %y on @tp : tensor<4x8xbf16>
  %2 = arith.addf %0, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// The mean is subtracted first.
// CHECK-LABEL: func @no_fuse_layer_norm
func.func @no_fuse_layer_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %init = tensor.empty() : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic; norm.rms_norm behind linalg.generic"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %sum = linalg.generic {indexing_maps = [#id, #rows], iterator_types = ["parallel", "reduction"]}
    ins(%0 : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%v: f32, %s: f32):
    %1 = arith.addf %s, %v : f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  %centred = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %sum : tensor<4x8xf32>, tensor<4xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%v: f32, %s: f32, %o: f32):
    %columns = arith.constant 8.0 : f32
    %1 = arith.divf %s, %columns : f32
    %2 = arith.subf %v, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  %y = norm.rms_norm %centred {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The sum of squares is not divided by the length of a row.
// CHECK-LABEL: func @no_fuse_l2_norm
func.func @no_fuse_l2_norm(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %init = tensor.empty() : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %squares = linalg.generic {indexing_maps = [#id, #rows], iterator_types = ["parallel", "reduction"]}
    ins(%0 : tensor<4x8xf32>) outs(%zero : tensor<4xf32>) {
  ^bb0(%v: f32, %s: f32):
    %1 = arith.mulf %v, %v : f32
    %2 = arith.addf %s, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4xf32>
  %y = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %squares : tensor<4x8xf32>, tensor<4xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%v: f32, %s: f32, %o: f32):
    %1 = math.rsqrt %s : f32
    %2 = arith.mulf %v, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The value is multiplied by a gate before it is normed.
// CHECK-LABEL: func @no_fuse_gated_norm
func.func @no_fuse_gated_norm(%x: tensor<4x8xbf16>, %gate: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.mulf; norm.rms_norm behind arith.mulf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.mulf %0, %gate : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Each row is normed in two groups.
// CHECK-LABEL: func @no_fuse_group_norm
func.func @no_fuse_group_norm(%x: tensor<4x8xbf16>) -> tensor<4x2x4xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=RowsKept, Reason="tensor.expand_shape that splits the last dimension stands between them; norm.rms_norm at {{.*}} behind tensor.expand_shape"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = tensor.expand_shape %0 [[0], [1, 2]] output_shape [4, 2, 4] : tensor<4x8xbf16> into tensor<4x2x4xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x2x4xbf16>
  return %2 : tensor<4x2x4xbf16>
}

// The other columns are read as well.
// CHECK-LABEL: func @no_fuse_variance_over_slice
func.func @no_fuse_variance_over_slice(%x: tensor<4x8xbf16>) -> (tensor<4x4xbf16>, tensor<4x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=ReadSlicedAlone, Reason="something else reads what tensor.extract_slice takes a part of; norm.rms_norm at {{.*}} behind tensor.extract_slice"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = tensor.extract_slice %0[0, 0] [4, 4] [1, 1] : tensor<4x8xbf16> to tensor<4x4xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x4xbf16>
  return %2, %0 : tensor<4x4xbf16>, tensor<4x8xbf16>
}

// Queries and keys are normed for each head.
// CHECK-LABEL: func @no_fuse_per_head_norm
func.func @no_fuse_per_head_norm(%x: tensor<4x8xbf16>, %w: tensor<2xbf16>) -> tensor<16x2xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %shape = arith.constant dense<[16, 2]> : tensor<2xi64>
  // expected-remark-re@+1 {{Constraint=RowsKept, Reason="tensor.reshape that changes the last dimension stands between them; norm.rms_norm at {{.*}} behind tensor.reshape"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %heads = tensor.reshape %0(%shape) : (tensor<4x8xbf16>, tensor<2xi64>) -> tensor<16x2xbf16>
  %q = norm.rms_norm %heads weight(%w : tensor<2xbf16>) {epsilon = 1.0e-6 : f32} : tensor<16x2xbf16>
  return %q : tensor<16x2xbf16>
}

// CHECK-LABEL: func @no_fuse_epsilon_outside_root
func.func @no_fuse_epsilon_outside_root(%x: tensor<4x8xf32>, %mean: tensor<4xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %init = tensor.empty() : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %mean : tensor<4x8xf32>, tensor<4xf32>) outs(%init : tensor<4x8xf32>) {
  ^bb0(%v: f32, %m: f32, %o: f32):
    %epsilon = arith.constant 1.0e-6 : f32
    %1 = math.sqrt %m : f32
    %2 = arith.addf %1, %epsilon : f32
    %3 = arith.divf %v, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @no_fuse_epsilon_in_bf16
func.func @no_fuse_epsilon_in_bf16(%x: tensor<4x8xbf16>, %mean: tensor<4xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %init = tensor.empty() : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = linalg.generic {indexing_maps = [#id, #rows, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %mean : tensor<4x8xbf16>, tensor<4xbf16>) outs(%init : tensor<4x8xbf16>) {
  ^bb0(%v: bf16, %m: bf16, %o: bf16):
    %epsilon = arith.constant 1.0e-6 : bf16
    %1 = arith.addf %m, %epsilon : bf16
    %2 = math.rsqrt %1 : bf16
    %3 = arith.mulf %v, %2 : bf16
    linalg.yield %3 : bf16
  } -> tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// (reduced + bias) + residual rounds twice; reduced + (bias + residual), which
// would fuse, is another number.
// CHECK-LABEL: func @no_fuse_bias_before_residual
func.func @no_fuse_bias_before_residual(%x: tensor<4x8xbf16>, %bias: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.addf; norm.add_rms_norm behind arith.addf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %bias : tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// The same with a bias that is one row.
// CHECK-LABEL: func @no_fuse_row_bias
func.func @no_fuse_row_bias(%x: tensor<4x8xbf16>, %bias: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  %init = tensor.empty() : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but linalg.generic; norm.rms_norm behind linalg.generic"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = linalg.generic {indexing_maps = [#id, #columns, #id], iterator_types = ["parallel", "parallel"]}
    ins(%0, %bias : tensor<4x8xbf16>, tensor<8xbf16>) outs(%init : tensor<4x8xbf16>) {
  ^bb0(%v: bf16, %b: bf16, %o: bf16):
    %2 = arith.addf %v, %b : bf16
    linalg.yield %2 : bf16
  } -> tensor<4x8xbf16>
  %3 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_two_all_reduces
func.func @no_fuse_two_all_reduces(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ResidualNotReduced}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ResidualNotReduced}}
  %1 = comm.all_reduce %y on @tp : tensor<4x8xbf16>
  %2 = arith.addf %0, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// Each rank has its rows of the residual alone.
// CHECK-LABEL: func @no_fuse_sharded_residual
func.func @no_fuse_sharded_residual(%x: tensor<4x8xbf16>, %r: tensor<2x8xbf16> {comm.per_rank}) -> tensor<2x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark-re@+1 {{Constraint=SameOnEveryRank, Reason="the residual is an argument with comm.per_rank; norm.add_rms_norm at {{.*}} behind tensor.extract_slice"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = tensor.extract_slice %0[0, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %2 = arith.addf %1, %r : tensor<2x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<2x8xbf16>
  return %3 : tensor<2x8xbf16>
}

// CHECK-LABEL: func @no_fuse_residual_of_rank
func.func @no_fuse_residual_of_rank(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SameOnEveryRank, Reason="the residual is an argument with comm.per_rank"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Rounded once to bf16 behind the sum of the ranks in f32, not by the sum.
// CHECK-LABEL: func @no_fuse_f32_all_reduce_cast_later
func.func @no_fuse_f32_all_reduce_cast_later(%x: tensor<4x8xf32>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.truncf; norm.rms_norm behind arith.truncf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = arith.truncf %0 : tensor<4x8xf32> to tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_weight_of_rank
func.func @no_fuse_weight_of_rank(%x: tensor<4x8xbf16>, %w: tensor<8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SameOnEveryRank, Reason="the weight is an argument with comm.per_rank"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_f32_gamma
func.func @no_fuse_f32_gamma(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// The norm fuses; multiplying by a scale is no scheme of ours.
// CHECK-LABEL: func @no_raise_scale_against_reciprocal
func.func @no_raise_scale_against_reciprocal(%x: tensor<4x8xf32>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xf32>)
  // CHECK: arith.mulf
  // CHECK: arith.truncf
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %factor = tensor.splat %s : tensor<4x8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.mulf %1, %factor : tensor<4x8xf32>
  %3 = arith.maximumf %2, %low : tensor<4x8xf32>
  %4 = arith.minimumf %3, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="it multiplies by a value that is not known to be a reciprocal"}}
  %5 = arith.truncf %4 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %5 : tensor<4x8xf8E4M3FN>
}

// One rank adds nothing to its own value. Not a negative of the fusion, since the
// canonicalizer leaves nothing to match.
// RUN: conorm-opt %s --canonicalize --raise-quantize --fuse-all-reduce-norm | FileCheck %s --check-prefix=ALONE
// ALONE-LABEL: func @no_fuse_group_of_one
// ALONE-NEXT: norm.rms_norm
// ALONE-NEXT: return
comm.group @alone {size = 1 : i64}
func.func @no_fuse_group_of_one(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @alone : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}
