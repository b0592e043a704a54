// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// One named negative for each guard of the fusion, with the remark that names
// it. CHECK-NOT at the end of each function: nothing was fused there.

comm.group @tp
func.func private @callee()

// CHECK-LABEL: func @no_fuse_max_reduction
func.func @no_fuse_max_reduction(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SumReduction, Reason="the reduction is max, not sum"}}
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_destination_of_all_reduce
func.func @no_fuse_destination_of_all_reduce(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoDestinationsYet, Reason="the all_reduce has a destination already"}}
  %0 = comm.all_reduce %x on @tp outs(%x : tensor<4x8xbf16>) : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_destination_of_norm
func.func @no_fuse_destination_of_norm(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoDestinationsYet, Reason="the norm has destinations already"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) outs(%x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// A gamma that is f32: garbage tokens elsewhere, a refusal here.
// CHECK-LABEL: func @no_fuse_dtype_mismatch
func.func @no_fuse_dtype_mismatch(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_dtype_mismatch_residual
func.func @no_fuse_dtype_mismatch_residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_sum_of_two_all_reduces
func.func @no_fuse_sum_of_two_all_reduces(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is another all_reduce that only this sum reads"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is another all_reduce that only this sum reads"}}
  %1 = comm.all_reduce %y on @tp : tensor<4x8xbf16>
  %2 = arith.addf %0, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_sum_with_itself
func.func @no_fuse_sum_with_itself(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is the reduced value itself"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %0 : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_weight_of_reduced
func.func @no_fuse_weight_of_reduced(%x: tensor<8xbf16>) -> tensor<8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=WeightNotReduced, Reason="the weight is the reduced value itself"}}
  %0 = comm.all_reduce %x on @tp : tensor<8xbf16>
  %1 = norm.rms_norm %0 weight(%0 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<8xbf16>
  return %1 : tensor<8xbf16>
}

// CHECK-LABEL: func @no_fuse_weight_of_sum
func.func @no_fuse_weight_of_sum(%x: tensor<8xbf16>, %r: tensor<8xbf16>) -> tensor<8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the norm's weight is the sum itself"}}
  %0 = comm.all_reduce %x on @tp : tensor<8xbf16>
  %1 = arith.addf %0, %r : tensor<8xbf16>
  %2 = norm.rms_norm %1 weight(%1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<8xbf16>
  return %2 : tensor<8xbf16>
}

// CHECK-LABEL: func @no_fuse_other_block
func.func @no_fuse_other_block(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=SameBlock, Reason="the norm stands in another block, inside or behind scf.if"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = scf.if %c -> tensor<4x8xbf16> {
    %2 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
    scf.yield %2 : tensor<4x8xbf16>
  } else {
    scf.yield %x : tensor<4x8xbf16>
  }
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_collective_between
func.func @no_fuse_collective_between(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<?x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoCollectiveBetween, Reason="comm.all_gather stands between them"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=CommAllReduce, Reason="comm.all_gather is no all_reduce"}}
  %1 = comm.all_gather %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<?x8xbf16>
  %2 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<?x8xbf16>
}

// A call may hold a collective.
// CHECK-LABEL: func @no_fuse_call_between
func.func @no_fuse_call_between(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoCollectiveBetween, Reason="func.call stands between them and may communicate"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  func.call @callee() : () -> ()
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_collective_in_region_between
func.func @no_fuse_collective_in_region_between(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoCollectiveBetween, Reason="scf.if stands between them and may communicate"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  scf.if %c {
    // expected-remark@+1 {{Constraint=ReadByNorm, Reason="nothing reads the reduced value"}}
    %unused = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  }
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_user_before_weight
func.func @no_fuse_user_before_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=UsersDominated, Reason="the reduced value is read before an operand of the norm is there"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %0 : tensor<4x8xbf16>
  %2 = arith.negf %w : tensor<8xbf16>
  %3 = norm.rms_norm %0 weight(%2 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The residual depends on the reduced value.
// CHECK-LABEL: func @no_fuse_residual_of_reduced
func.func @no_fuse_residual_of_reduced(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=UsersDominated}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %0 : tensor<4x8xbf16>
  %2 = arith.addf %0, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_other_reader
func.func @no_fuse_other_reader(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.negf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %0 : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_addition_in_other_block
func.func @no_fuse_addition_in_other_block(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the norm stands in another block than the addition, inside or behind scf.if"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = scf.if %c -> tensor<4x8xbf16> {
    %3 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
    scf.yield %3 : tensor<4x8xbf16>
  } else {
    scf.yield %1 : tensor<4x8xbf16>
  }
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_sum_read_before_weight
func.func @no_fuse_sum_read_before_weight(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the sum is read before the norm's weight is there"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = arith.negf %1 : tensor<4x8xbf16>
  %3 = arith.negf %w : tensor<8xbf16>
  %4 = norm.rms_norm %1 weight(%3 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %4, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// A graph region has no order in which a collective could keep its place.
// CHECK-LABEL: module @no_fuse_graph_region
builtin.module @no_fuse_graph_region {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: norm.rms_norm
  comm.group @tp
  %x = arith.constant dense<1.0> : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=SameBlock, Reason="they stand in a graph region"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = arith.negf %1 : tensor<4x8xbf16>
}

// With the Gemma patterns switched off the f32 sum is a weight like any other;
// fuse-all-reduce-norm-remarks.mlir shows that it is not fused then.

// CHECK-LABEL: func @no_fuse_on_memrefs
func.func @no_fuse_on_memrefs(%x: memref<4x8xbf16>, %out: memref<4x8xbf16>) {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=NoDestinationsYet, Reason="the all_reduce is on memrefs already"}}
  comm.all_reduce %x on @tp outs(%out : memref<4x8xbf16>) : memref<4x8xbf16>
  return
}

// What reads the norm of f32 does not round it as the narrow norm would.
// CHECK-LABEL: func @no_fuse_norm_read_behind_casts
func.func @no_fuse_norm_read_behind_casts(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.extf; norm.rms_norm behind arith.extf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %3 = arith.truncf %2 toward_zero : tensor<4x8xf32> to tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_sum_rounded_otherwise
func.func @no_fuse_sum_rounded_otherwise(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.extf; norm.rms_norm behind arith.truncf (with fast-math flags or another rounding), arith.addf, arith.extf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = arith.extf %r : tensor<4x8xbf16> to tensor<4x8xf32>
  %3 = arith.addf %1, %2 : tensor<4x8xf32>
  %4 = arith.truncf %3 toward_zero : tensor<4x8xf32> to tensor<4x8xbf16>
  %5 = norm.rms_norm %4 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %5 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_sum_that_nobody_reads
func.func @no_fuse_sum_that_nobody_reads(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: all_reduce_rms_norm
  // CHECK: return
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="no norm reads the reduced value, but arith.addf"}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  return %x : tensor<4x8xbf16>
}
