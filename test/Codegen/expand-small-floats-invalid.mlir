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

// -----

func.func @to_power_of_two(%x: f32) -> f8E8M0FNU {
  // expected-error@+1 {{'arith.truncf' op expected the rounding mode to_nearest_even for 'f8E8M0FNU', found upward}}
  %0 = arith.truncf %x upward : f32 to f8E8M0FNU
  return %0 : f8E8M0FNU
}

// -----

func.func @one_scale(%x: vector<4xf32>, %s: f32) -> vector<4xf8E5M2> {
  // expected-error@+1 {{'arith.scaling_truncf' op expected a scale for each element of 'vector<4xf32>', found 'f32'}}
  %0 = arith.scaling_truncf %x, %s : vector<4xf32>, f32 to vector<4xf8E5M2>
  return %0 : vector<4xf8E5M2>
}

// -----

func.func @scale_of_f8(%x: f32, %s: f8E5M2) -> f8E4M3FN {
  // expected-error@+1 {{'arith.scaling_truncf' op expected scales of f8E8M0FNU or of 16 bits or more, found 'f8E5M2'}}
  %0 = arith.scaling_truncf %x, %s : f32, f8E5M2 to f8E4M3FN
  return %0 : f8E4M3FN
}

// -----

func.func @to_f4(%x: f32, %s: f8E8M0FNU) -> f4E2M1FN {
  // expected-error@+1 {{'arith.scaling_truncf' op expected bf16, f16, f32, f64, f8E4M3FN, f8E5M2 or f8E8M0FNU, found 'f4E2M1FN'}}
  %0 = arith.scaling_truncf %x, %s : f32, f8E8M0FNU to f4E2M1FN
  return %0 : f4E2M1FN
}

// -----

func.func @arithmetic_on_scales(%x: f8E8M0FNU) -> f8E8M0FNU {
  // expected-error@+1 {{'arith.mulf' op expected f8E8M0FNU to be converted before arithmetic}}
  %0 = arith.mulf %x, %x : f8E8M0FNU
  return %0 : f8E8M0FNU
}
