// RUN: conorm-opt %s --expand-small-floats --split-input-file --verify-diagnostics

func.func @truncated(%x: f32) -> bf16 {
  // expected-error@+1 {{'arith.truncf' op expected the rounding mode to_nearest_even for 'bf16', found toward_zero}}
  %0 = arith.truncf %x toward_zero : f32 to bf16
  return %0 : bf16
}

// -----

func.func @scaled(%x: f32, %s: f8E8M0FNU) -> f8E5M2 {
  // expected-error@+1 {{'arith.scaling_truncf' op expected the rounding mode to_nearest_even for 'f8E5M2', found upward}}
  %0 = arith.scaling_truncf %x, %s upward : f32, f8E8M0FNU to f8E5M2
  return %0 : f8E5M2
}
