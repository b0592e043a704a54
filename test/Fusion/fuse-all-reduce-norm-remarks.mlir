// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter=fuse-all-reduce-norm -o /dev/null 2>&1 | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm=weight-bias=false --remarks-filter=fuse-all-reduce-norm 2>&1 | FileCheck %s --check-prefix=OFF
// RUN: conorm-opt %s --fuse-all-reduce-norm -o /dev/null 2>&1 | FileCheck %s --check-prefix=QUIET --allow-empty

// QUIET-NOT: remark

comm.group @tp

// CHECK: [[@LINE+5]]:8: remark: [Passed] AllReduceRMSNorm | Category:fuse-all-reduce-norm | Function=gemma |
// CHECK-SAME: Residual=no, Results=normed, WeightBias=1.0
// OFF: remark: [Missed] AllReduceRMSNorm | Category:fuse-all-reduce-norm | Function=gemma | Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"
func.func @gemma(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK: remark: [Passed] AllReduceRMSNorm | Category:fuse-all-reduce-norm | Function=gemma_residual |
// CHECK-SAME: Residual=yes, Results="residual_out normed", WeightBias=1.0
// OFF: remark: [Missed] AllReduceRMSNorm | Category:fuse-all-reduce-norm | Function=gemma_residual | Constraint=ElementTypesMatch, Reason="the input is bf16 and the weight is f32"
func.func @gemma_residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %one, %f : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %r, %0 : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK: remark: [Analysis] Summary | Category:fuse-all-reduce-norm | AllReduces=2, Collectives=2, Fused=2, Missed=0
// OFF: remark: [Analysis] Summary | Category:fuse-all-reduce-norm | AllReduces=2, Collectives=2, Fused=0, Missed=2
// OFF-NOT: comm.all_reduce_rms_norm
