// RUN: conorm-opt %s --fuse-all-reduce-norm=report -o /dev/null 2>&1 | FileCheck %s --strict-whitespace
// RUN: %stock_opt %s -o /dev/null 2>&1 --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(fuse-all-reduce-norm)' | FileCheck %s --check-prefix=QUIET --allow-empty
// RUN: echo | conorm-opt --fuse-all-reduce-norm=report -o /dev/null 2>&1 | FileCheck %s --check-prefix=EMPTY

//      CHECK:fuse-all-reduce-norm: 6 sites, 4 fused, 2 missed
// CHECK-NEXT:  fused:
// CHECK-NEXT:       1  plain
// CHECK-NEXT:       1  post_norm + residual
// CHECK-NEXT:       2  residual + weight_bias + per_token
// CHECK-NEXT:  missed:
// CHECK-NEXT:       2  SumReduction
// CHECK-NEXT:  sandwiches missed:
// CHECK-NEXT:       1  PostNormReadOnce
// CHECK-NEXT:  quantizations missed:
// CHECK-NEXT:       1  QuantizedOnce
// CHECK-NEXT:       1  Saturates
// CHECK-NOT:{{.}}

// QUIET-NOT: {{.}}

//      EMPTY:fuse-all-reduce-norm: 0 sites, 0 fused, 0 missed
// EMPTY-NOT:{{.}}

comm.group @tp

func.func @plain(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  // PostNormReadOnce.
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

func.func @sandwich(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2, %s = norm.add_rms_norm %1, %r {epsilon = 0.25 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  // Saturates.
  %3 = arith.truncf %2 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %3 : tensor<4x8xf8E4M3FN>
}

func.func @quantized_twice(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1, %s = norm.add_rms_norm %0, %r weight(%w : tensor<8xbf16>) {epsilon = 0.5 : f32, weight_bias = 1.0 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  %q, %c = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  %2 = comm.all_reduce %s on @tp : tensor<4x8xbf16>
  %3, %s1 = norm.add_rms_norm %2, %r weight(%w : tensor<8xbf16>) {epsilon = 0.5 : f32, weight_bias = 1.0 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  %q1, %c1 = norm.quantize %3 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  // QuantizedOnce.
  %q2, %c2 = norm.quantize %3 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q, %q1, %q2 : tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>
}

func.func @maxima(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  %2 = comm.all_reduce %1 on @tp reduction<max> : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}
