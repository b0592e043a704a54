// RUN: conorm-opt %s --split-input-file --verify-diagnostics -o /dev/null

func.func @rms_norm(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+1 {{'norm.rms_norm' op ignores 'eps', expected an attribute of the operation ('epsilon', 'rounding', 'weight_bias', 'weight_rounding')}}
  %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32, eps = 1.0e-5 : f32} : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// -----

// The warning comes before the error that tells of the right one.
func.func @rms_norm_epsilom(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+2 {{'norm.rms_norm' op ignores 'epsilom' (did you mean 'epsilon'?)}}
  // expected-error@+1 {{requires attribute 'epsilon'}}
  %0 = norm.rms_norm %x {epsilom = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// -----

func.func @add_rms_norm(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-warning@+1 {{'norm.add_rms_norm' op ignores 'weight_bais' (did you mean 'weight_bias'?), expected an attribute of the operation ('epsilon', 'rounding', 'weight_bias', 'weight_rounding')}}
  %0, %s = norm.add_rms_norm %x, %x {epsilon = 1.0e-6 : f32, weight_bais = 1.0 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// -----

func.func @quantize(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // expected-warning@+1 {{'norm.quantize' op ignores 'group_size', expected an attribute of the operation ('scheme')}}
  %0, %s = norm.quantize %x {scheme = #norm.scheme<per_token>, group_size = 8} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %0 : tensor<4x8xf8E4M3FN>
}
