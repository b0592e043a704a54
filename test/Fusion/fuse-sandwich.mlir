// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// all_reduce, norm, addition of the residual, norm: Gemma 2 and 3. The first
// norm's weight, epsilon, bias and rounding become post_norm_*.

comm.group @tp

// CHECK-LABEL: func @sandwich
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>, %[[P:.*]]: tensor<8xbf16>
func.func @sandwich(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp weight(%[[W]] : tensor<8xbf16>) residual(%[[R]] : tensor<4x8xbf16>) post_norm_weight(%[[P]] : tensor<8xbf16>)
  // CHECK-SAME: {epsilon = 2.500000e-01 : f32, post_norm_epsilon = 5.000000e-01 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y]], %[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%p : tensor<8xbf16>) {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %r, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 weight(%w : tensor<8xbf16>) {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  return %3, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Gemma's 1 + weight in both norms, with the addends exchanged.
// CHECK-LABEL: func @gemma
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>, %[[P:.*]]: tensor<8xbf16>
func.func @gemma(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NOT: norm.rms_norm
  // CHECK: comm.all_reduce_rms_norm %[[X]] on @tp weight(%[[W]] : tensor<8xbf16>) residual(%[[R]] : tensor<4x8xbf16>) post_norm_weight(%[[P]] : tensor<8xbf16>)
  // CHECK-SAME: post_norm_weight_bias = 1.000000e+00 : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  // CHECK-NOT: norm.rms_norm
  // CHECK: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %pf = arith.extf %p : tensor<8xbf16> to tensor<8xf32>
  %p1 = arith.addf %pf, %one : tensor<8xf32>
  %wf = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %one, %wf : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%p1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// The rounding of each norm is its own; so is the absence of a weight.
// CHECK-LABEL: func @attributes
func.func @attributes(%x: tensor<?x8xf16>, %r: tensor<?x8xf16>, %w: tensor<8xf16>) -> tensor<?x8xf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp strategy<two_shot> weight(%{{.*}} : tensor<8xf16>) residual(%{{.*}} : tensor<?x8xf16>) {epsilon = 2.500000e-01 : f32, my.note = "kept", post_norm_epsilon = 5.000000e-01 : f32, post_norm_rounding = #norm.rounding<round_then_scale>}
  %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<?x8xf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<?x8xf16>
  %2 = arith.addf %1, %r : tensor<?x8xf16>
  %3 = norm.rms_norm %2 weight(%w : tensor<8xf16>) {epsilon = 0.25 : f32, my.note = "kept"} : tensor<?x8xf16>
  return %3 : tensor<?x8xf16>
}

// CHECK-LABEL: func @reduced_has_other_users
func.func @reduced_has_other_users(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} post_norm_epsilon = {{.*}} -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y]], %[[A]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2, %0 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// A quantization extends a sandwich as it does a plain norm.
// CHECK-LABEL: func @quantized
func.func @quantized(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} post_norm_epsilon = {{.*}}, quantization = #norm.scheme<per_token>} {{.*}} -> (residual_out: tensor<4x8xbf16>, quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  // CHECK-NEXT: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %r, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  %q, %s = norm.quantize %3 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s, %2 : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xbf16>
}

// Layers: the sum of a sandwich is the residual of the next.
// CHECK-LABEL: func @chain
func.func @chain(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[S0:.*]], %[[Y0:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: %[[Y1:.*]] = comm.all_reduce_rms_norm %[[Y0]] on @tp residual(%[[S0]] : tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y1]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %r, %1 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  %4 = comm.all_reduce %3 on @tp : tensor<4x8xbf16>
  %5 = norm.rms_norm %4 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %6 = arith.addf %2, %5 : tensor<4x8xbf16>
  %7 = norm.rms_norm %6 {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  return %7 : tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// The first norm alone, where the second cannot come along
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @no_sandwich_post_norm_read_twice
func.func @no_sandwich_post_norm_read_twice(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = 5.000000e-01 : f32} {{.*}} -> (normed: tensor<4x8xbf16>)
  // CHECK-NEXT: norm.add_rms_norm %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=PostNormReadOnce, Reason="the first norm has another reader than the sum, and is no result of a sandwich"}}
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_dtype_mismatch_of_second
func.func @no_sandwich_dtype_mismatch_of_second(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = 5.000000e-01 : f32}
  // CHECK-NEXT: norm.add_rms_norm %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"}}
  %2, %s = norm.add_rms_norm %1, %r weight(%w : tensor<8xf32>) {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// Neither norm fits, and neither is fused.
// CHECK-LABEL: func @no_sandwich_dtype_mismatch_of_first
func.func @no_sandwich_dtype_mismatch_of_first(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %p: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce %
  // CHECK-NEXT: norm.rms_norm
  // CHECK-NEXT: norm.add_rms_norm
  // expected-remark@+1 {{Constraint=ElementTypesMatch}}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%p : tensor<8xf32>) {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"}}
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_residual_is_reduced
func.func @no_sandwich_residual_is_reduced(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = 5.000000e-01 : f32} {{.*}} -> (reduced: {{.*}}, normed:
  // CHECK-NEXT: norm.add_rms_norm %[[Y]], %[[A]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ResidualNotReduced, Reason="the residual is the reduced value itself"}}
  %2, %s = norm.add_rms_norm %1, %0 {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_collective_between
func.func @no_sandwich_collective_between(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<?x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = 5.000000e-01 : f32}
  // CHECK-NEXT: comm.all_gather
  // CHECK-NEXT: norm.add_rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=CommAllReduce, Reason="comm.all_gather is no all_reduce"}}
  %g = comm.all_gather %x on @tp dim 0 : tensor<4x8xbf16> -> tensor<?x8xbf16>
  // expected-remark@+1 {{Constraint=NoCollectiveBetween, Reason="comm.all_gather stands between them"}}
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2, %g : tensor<4x8xbf16>, tensor<?x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_second_in_other_block
func.func @no_sandwich_second_in_other_block(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = 5.000000e-01 : f32}
  // CHECK: scf.if
  // CHECK-NEXT: norm.add_rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %y = scf.if %c -> tensor<4x8xbf16> {
    // expected-remark@+1 {{Constraint=SameBlock, Reason="the norm stands in another block, inside or behind scf.if"}}
    %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
    scf.yield %2 : tensor<4x8xbf16>
  } else {
    scf.yield %r : tensor<4x8xbf16>
  }
  return %y : tensor<4x8xbf16>
}

// The residual depends on the reduced value.
// CHECK-LABEL: func @no_sandwich_residual_of_reduced
func.func @no_sandwich_residual_of_reduced(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: %[[R:.*]] = arith.negf %[[A]]
  // CHECK-NEXT: norm.add_rms_norm %[[Y]], %[[R]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %r = arith.negf %0 : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=UsersDominated}}
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// Sums that stage 1 does not take into the second norm
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @no_sandwich_fast_math
func.func @no_sandwich_fast_math(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: %[[S:.*]] = arith.addf %[[Y]], %{{.*}} fastmath<contract>
  // CHECK-NEXT: norm.rms_norm %[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %1, %r fastmath<contract> : tensor<4x8xbf16>
  // expected-remark@+1 {{Sandwich | Category:fuse-all-reduce-norm | Function=no_sandwich_fast_math | Constraint=StrictArithmetic, Reason="arith.addf has fast-math flags or another rounding"}}
  %3 = norm.rms_norm %2 {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_unrounded_sum
func.func @no_sandwich_unrounded_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK: norm.add_rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.extf %1 : tensor<4x8xbf16> to tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm, Reason="the second norm does not read the sum of the first and a residual, rounded once to their type"}}
  %3 = arith.addf %r, %2 : tensor<4x8xf32>
  %4 = norm.rms_norm %3 {epsilon = 0.25 : f32} : tensor<4x8xf32>
  return %4 : tensor<4x8xf32>
}

// CHECK-LABEL: func @no_sandwich_norm_in_branch
func.func @no_sandwich_norm_in_branch(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: arith.addf
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: norm.rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = scf.if %c -> tensor<4x8xbf16> {
    // expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the norm stands in another block than the addition, inside or behind scf.if"}}
    %4 = norm.rms_norm %2 {epsilon = 0.25 : f32} : tensor<4x8xbf16>
    scf.yield %4 : tensor<4x8xbf16>
  } else {
    scf.yield %2 : tensor<4x8xbf16>
  }
  return %3 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_sum_read_before_weight
func.func @no_sandwich_sum_read_before_weight(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: arith.addf
  // CHECK-NOT: norm.add_rms_norm
  // CHECK: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = arith.negf %2 : tensor<4x8xbf16>
  %4 = arith.negf %w : tensor<8xbf16>
  // expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the sum is read before the norm's weight is there"}}
  %5 = norm.rms_norm %2 weight(%4 : tensor<8xbf16>) {epsilon = 0.25 : f32} : tensor<4x8xbf16>
  return %3, %5 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_sandwich_on_memrefs
func.func @no_sandwich_on_memrefs(%x: memref<4x8xbf16>, %r: memref<4x8xbf16>, %o: memref<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce %
  // CHECK-NEXT: norm.rms_norm
  // CHECK-NEXT: norm.add_rms_norm
  // expected-remark@+1 {{Constraint=NoDestinationsYet}}
  comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
  norm.rms_norm %x outs(%o : memref<4x8xbf16>) {epsilon = 0.5 : f32} : memref<4x8xbf16>
  norm.add_rms_norm %o, %r outs(%x, %r : memref<4x8xbf16>, memref<4x8xbf16>) {epsilon = 0.25 : f32} : memref<4x8xbf16>, memref<4x8xbf16>
  return
}
