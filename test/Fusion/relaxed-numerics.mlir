// RUN: conorm-opt %s --fuse-all-reduce-norm=numerics=relaxed | FileCheck %s
// RUN: conorm-opt %s --conorm-fuse=numerics=relaxed | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm=numerics=relaxed --remarks-filter-passed=fuse-all-reduce-norm -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: conorm-opt %s --fuse-all-reduce-norm=numerics=exact | FileCheck %s --check-prefix=EXACT
// RUN: conorm-opt %s --fuse-all-reduce-norm="numerics=relaxed weight-bias=false" | FileCheck %s --check-prefix=EXACT
// RUN: not conorm-opt %s --fuse-all-reduce-norm=numerics=loose 2>&1 | FileCheck %s --check-prefix=INVALID

// INVALID: numerics option: Cannot find option named 'loose'

comm.group @tp

// CHECK-LABEL: func @rounded_weight_plus_one
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
// EXACT-LABEL: func @rounded_weight_plus_one
func.func @rounded_weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[X]] on @tp weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // EXACT: %[[SUM:.*]] = arith.addf
  // EXACT-NOT: weight_bias
  // EXACT: weight(%[[SUM]]
  // EXACT-NOT: weight_bias
  // REMARK: [[@LINE+5]]:8: remark: [Passed] Relaxed | Category:fuse-all-reduce-norm | Function=rounded_weight_plus_one |
  // REMARK-SAME: Rewrite=RoundedWeightBias, Rounded=bf16
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %one : tensor<8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rounded_one_plus_weight_residual
// EXACT-LABEL: func @rounded_one_plus_weight_residual
func.func @rounded_one_plus_weight_residual(%x: tensor<4x8xf16>, %r: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} residual({{.*}} weight_bias = 1.000000e+00 : f32}
  // EXACT-NOT: weight_bias
  // EXACT: return
  // REMARK: remark: [Passed] Relaxed {{.*}} Function=rounded_one_plus_weight_residual |
  // REMARK-SAME: Rewrite=RoundedWeightBias, Rounded=f16
  %one = arith.constant dense<1.0> : tensor<8xf16>
  %w1 = arith.addf %one, %w : tensor<8xf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf16>
  %1, %s = norm.add_rms_norm %0, %r weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>, tensor<4x8xf16>
  return %1 : tensor<4x8xf16>
}

// What is exact is no relaxed rewrite, and not remarked as one.
// CHECK-LABEL: func @exact_weight_plus_one
func.func @exact_weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} weight_bias = 1.000000e+00 : f32}
  // REMARK-NOT: Passed] Relaxed {{.*}}exact_weight
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}
