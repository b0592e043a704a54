// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// Arithmetic that quantizes a norm as no scheme does: one named negative for
// each guard of raising, and more where a guard has several ways to fail.


// An overflow becomes NaN here and 448 in the scheme.
// CHECK-LABEL: func @no_raise_unclamped(
func.func @no_raise_unclamped(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  // expected-remark@+1 {{RaiseQuantize | Category:fuse-all-reduce-norm | Function=no_raise_unclamped | Constraint=Saturates, Reason="nothing clamps it, so that it does not saturate"}}
  %q = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_clamped_on_one_side(
func.func @no_raise_clamped_on_one_side(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.minimumf %1, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="only one side is clamped"}}
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// Another f8's bounds.
// CHECK-LABEL: func @no_raise_other_bounds(
func.func @no_raise_other_bounds(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-240.0> : tensor<4x8xf32>
  %high = arith.constant dense<240.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="arith.maximumf is not to the largest f8E4M3FN, 448"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_bounds_of_e5m2(
func.func @no_raise_bounds_of_e5m2(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E5M2> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="arith.maximumf is not to the largest f8E5M2, 57344"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E5M2>
  return %q : tensor<4x8xf8E5M2>
}

// CHECK-LABEL: func @no_raise_clamped_before_scale(
func.func @no_raise_clamped_before_scale(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = arith.maximumf %0, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.divf %3, %scale : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="arith.maximumf is not to the largest f8E4M3FN, 448"}}
  %q = arith.truncf %4 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_rectified(
func.func @no_raise_rectified(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %zero = arith.constant dense<0.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.maximumf %3, %zero : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="arith.maximumf is not to the largest f8E4M3FN, 448"}}
  %q = arith.truncf %4 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scaling_truncf_unclamped(
func.func @no_raise_scaling_truncf_unclamped(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<4.0> : tensor<4x8xf8E8M0FNU>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="nothing clamps it, so that it does not saturate"}}
  %q = arith.scaling_truncf %y, %scale : tensor<4x8xf32>, tensor<4x8xf8E8M0FNU> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scaling_truncf_clamped_unscaled(
func.func @no_raise_scaling_truncf_clamped_unscaled(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<4.0> : tensor<4x8xf8E8M0FNU>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.maximumf %y, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates, Reason="arith.maximumf is not to the largest f8E4M3FN, 448"}}
  %q = arith.scaling_truncf %3, %scale : tensor<4x8xf32>, tensor<4x8xf8E8M0FNU> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_nan_lost_in_maxnumf(
func.func @no_raise_nan_lost_in_maxnumf(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maxnumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=KeepsNaN, Reason="arith.maxnumf turns NaN into a bound"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_nan_lost_in_minnumf(
func.func @no_raise_nan_lost_in_minnumf(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minnumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=KeepsNaN, Reason="arith.minnumf turns NaN into a bound"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// The quotient is rounded to bf16 before it is rounded to f8.
// CHECK-LABEL: func @no_raise_scaled_in_bf16(
func.func @no_raise_scaled_in_bf16(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xbf16>
  %low = arith.constant dense<-448.0> : tensor<4x8xbf16>
  %high = arith.constant dense<448.0> : tensor<4x8xbf16>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %1 = arith.divf %y, %scale : tensor<4x8xbf16>
  %2 = arith.maximumf %1, %low : tensor<4x8xbf16>
  %3 = arith.minimumf %2, %high : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=RoundsOnce, Reason="it is scaled in bf16, not in f32"}}
  %q = arith.truncf %3 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A power of two, but the product may be denormal in f16 and not in f8E5M2.
// CHECK-LABEL: func @no_raise_denormal_in_f16(
func.func @no_raise_denormal_in_f16(%x: tensor<4x8xf16>) -> tensor<4x8xf8E5M2> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.125> : tensor<4x8xf16>
  %low = arith.constant dense<-57344.0> : tensor<4x8xf16>
  %high = arith.constant dense<57344.0> : tensor<4x8xf16>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  %1 = arith.mulf %y, %scale : tensor<4x8xf16>
  %2 = arith.maximumf %1, %low : tensor<4x8xf16>
  %3 = arith.minimumf %2, %high : tensor<4x8xf16>
  // expected-remark@+1 {{Constraint=RoundsOnce, Reason="it is scaled in f16, not in f32"}}
  %q = arith.truncf %3 : tensor<4x8xf16> to tensor<4x8xf8E5M2>
  return %q : tensor<4x8xf8E5M2>
}

// CHECK-LABEL: func @no_raise_rounded_to_bf16_first(
func.func @no_raise_rounded_to_bf16_first(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=RoundsOnce, Reason="arith.truncf rounds to bf16 before the quantization rounds"}}
  %q = arith.truncf %4 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scaled_in_f64(
func.func @no_raise_scaled_in_f64(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<3.0> : tensor<4x8xf64>
  %low = arith.constant dense<-448.0> : tensor<4x8xf64>
  %high = arith.constant dense<448.0> : tensor<4x8xf64>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf64>
  %1 = arith.divf %0, %scale : tensor<4x8xf64>
  %2 = arith.maximumf %1, %low : tensor<4x8xf64>
  %3 = arith.minimumf %2, %high : tensor<4x8xf64>
  // expected-remark@+1 {{Constraint=RoundsOnce, Reason="it is scaled in f64, not in f32"}}
  %q = arith.truncf %3 : tensor<4x8xf64> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// No f32 has 2 - 2^-23 as its rounded reciprocal.
// CHECK-LABEL: func @no_raise_factor_is_no_reciprocal(
func.func @no_raise_factor_is_no_reciprocal(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %factor = arith.constant dense<0x3FFFFFFF> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.mulf %y, %factor : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="it multiplies by a constant that is the reciprocal of no f32"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scale_against_reciprocal(
func.func @no_raise_scale_against_reciprocal(%x: tensor<4x8xf32>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %factor = tensor.splat %s : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.mulf %y, %factor : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="it multiplies by a value that is not known to be a reciprocal"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_divided_by_reciprocal(
func.func @no_raise_divided_by_reciprocal(%x: tensor<4x8xf32>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %one = arith.constant 1.0 : f32
  %inverse = arith.divf %one, %s : f32
  %factor = tensor.splat %inverse : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %factor : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="it divides by a reciprocal"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scale_for_each_element(
func.func @no_raise_scale_for_each_element(%x: tensor<4x8xf32>, %s: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %s : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="the scale is not one value"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scale_is_zero(
func.func @no_raise_scale_is_zero(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %zero = arith.constant dense<0.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %zero : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="the scale is no finite f32 other than zero"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_scaled_twice(
func.func @no_raise_scaled_twice(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %0 = arith.mulf %y, %scale : tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=OneScaling, Reason="it is scaled 2 times"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_fast_math(
func.func @no_raise_fast_math(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale fastmath<arcp> : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=StrictArithmetic, Reason="arith.divf has fast-math flags or another rounding"}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_other_rounding(
func.func @no_raise_other_rounding(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=StrictArithmetic, Reason="arith.truncf has fast-math flags or another rounding"}}
  %q = arith.truncf %3 toward_zero : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// The scale is rounded to a power of two, which 0.3 is not.
// CHECK-LABEL: func @no_raise_scaling_truncf_of_f32(
func.func @no_raise_scaling_truncf_of_f32(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.maximumf %y, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="arith.scaling_truncf rounds the scale, f32, to a power of two"}}
  %q = arith.scaling_truncf %3, %scale : tensor<4x8xf32>, tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// An extension by width alone: f8E5M2 has fewer digits than f6E2M3FN.
// CHECK-LABEL: func @no_raise_inexact_extension(
func.func @no_raise_inexact_extension(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %c = arith.constant dense<1.125> : tensor<4x8xf6E2M3FN>
  %d = arith.extf %c : tensor<4x8xf6E2M3FN> to tensor<4x8xf8E5M2>
  %scale = arith.extf %d : tensor<4x8xf8E5M2> to tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme}}
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A comparison and a selection are no clamp that is known: what they give for NaN
// depends on their predicate and order.
// CHECK-LABEL: func @no_raise_selected(
func.func @no_raise_selected(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.maximumf %y, %low : tensor<4x8xf32>
  %above = arith.cmpf ogt, %1, %high : tensor<4x8xf32>
  %2 = arith.select %above, %high, %1 : tensor<4x8xi1>, tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=KnownSteps, Reason="arith.select is no scaling, clamp or conversion"}}
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_raise_many_steps(
func.func @no_raise_many_steps(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %two = arith.constant dense<2.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.mulf %y, %two : tensor<4x8xf32>
  %2 = arith.mulf %1, %two : tensor<4x8xf32>
  %3 = arith.mulf %2, %two : tensor<4x8xf32>
  %4 = arith.mulf %3, %two : tensor<4x8xf32>
  %5 = arith.mulf %4, %two : tensor<4x8xf32>
  %6 = arith.mulf %5, %two : tensor<4x8xf32>
  %7 = arith.mulf %6, %two : tensor<4x8xf32>
  %8 = arith.mulf %7, %two : tensor<4x8xf32>
  %9 = arith.mulf %8, %two : tensor<4x8xf32>
  %10 = arith.mulf %9, %two : tensor<4x8xf32>
  %11 = arith.mulf %10, %two : tensor<4x8xf32>
  %12 = arith.mulf %11, %two : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=KnownSteps, Reason="more than 12 operations stand between the norm and the truncation"}}
  %q = arith.truncf %12 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A gate, on either side of the product.
// CHECK-LABEL: func @no_raise_gated(
func.func @no_raise_gated(%x: tensor<4x8xf32>, %g: tensor<4x8xf32>) -> (tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>) {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %0 = arith.mulf %y, %g : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="the scale is not one value"}}
  %1 = arith.truncf %0 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  %2 = arith.mulf %g, %y : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleOfScheme, Reason="the scale is not one value"}}
  %3 = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %1, %3 : tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>
}

// JAX outlines its clamp. What a function does is not looked at.
func.func private @clip(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %0 = arith.maximumf %x, %low : tensor<4x8xf32>
  %1 = arith.minimumf %0, %high : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// CHECK-LABEL: func @no_raise_outlined_clamp(
func.func @no_raise_outlined_clamp(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = call @clip(%y) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=KnownSteps, Reason="func.call is no scaling, clamp or conversion"}}
  %q = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// Not a norm's: no remark, since nothing was to be fused.
// CHECK-LABEL: func @no_raise_of_argument
func.func @no_raise_of_argument(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %q = arith.truncf %x : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// Computed from a norm, but no elementwise function of it: no remark either.
// CHECK-LABEL: func @no_raise_of_product
func.func @no_raise_of_product(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %o: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %0 = linalg.matmul ins(%y, %w : tensor<4x8xf32>, tensor<8x8xf32>) outs(%o : tensor<4x8xf32>) -> tensor<4x8xf32>
  %q = arith.truncf %0 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// One remark: a copy of f8 is no quantization.
// CHECK-LABEL: func @no_raise_of_copy
func.func @no_raise_of_copy(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NOT: norm.quantize
  // CHECK: return
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=Saturates}}
  %q = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  %e = tensor.empty() : tensor<4x8xf8E4M3FN>
  %c = linalg.copy ins(%q : tensor<4x8xf8E4M3FN>) outs(%e : tensor<4x8xf8E4M3FN>) -> tensor<4x8xf8E4M3FN>
  return %c : tensor<4x8xf8E4M3FN>
}
