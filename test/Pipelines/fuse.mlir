// RUN: %conorm_opt %s --conorm-fuse | FileCheck %s --check-prefixes=CHECK,BIAS
// RUN: %conorm_opt %s --conorm-fuse=weight-bias=false | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: %conorm_opt %s --pass-pipeline="builtin.module(func.func(conorm-fuse))" | FileCheck %s --check-prefixes=CHECK,BIAS

comm.group @tp

// Fusion comes before the canonicalizer, which would fold `1 + weight` of a
// constant weight, and after it nothing dead is left.
// CHECK-LABEL: func.func @constant_weight(
// BIAS-NEXT:   arith.constant dense<5.000000e-01> : tensor<8xbf16>
// BIAS-NEXT:   comm.all_reduce_rms_norm {{.*}}weight_bias = 1.000000e+00
// BIAS-NEXT:   return
// PLAIN-NEXT:  arith.constant dense<1.500000e+00> : tensor<8xf32>
// PLAIN-NEXT:  comm.all_reduce
// PLAIN-NEXT:  norm.rms_norm
// PLAIN-NEXT:  return
func.func @constant_weight(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w = arith.constant dense<0.5> : tensor<8xbf16>
  %wide = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %gamma = arith.addf %wide, %one : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%gamma : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// What the fused operation need not make is not made.
// CHECK-LABEL: func.func @unused_sum(
// CHECK:       comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
func.func @unused_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y, %sum = norm.add_rms_norm %0, %r {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
