// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm=weight-bias=false | FileCheck %s --check-prefix=OFF

// A `1 + weight` that is added in bf16 or f16, the element type of the norm, is
// another number than one that is added in f32. Both take the raw weight and
// weight_bias = 1.0, and `weight_rounding` tells them apart.

comm.group @tp

// CHECK-LABEL: func @weight_plus_one
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
// OFF-LABEL: func @weight_plus_one
func.func @weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  // CHECK-NEXT: return
  // OFF: %[[SUM:.*]] = arith.addf
  // OFF-NEXT: norm.rms_norm %{{.*}} weight(%[[SUM]] : tensor<8xbf16>) {epsilon = {{.*}} : f32} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %one : tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @one_plus_weight
func.func @one_plus_weight(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf16>) {{.*}} weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xf16>
  %w1 = arith.addf %one, %w : tensor<8xf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @add_norm_weight_plus_one
func.func @add_norm_weight_plus_one(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.add_rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf16>) {{.*}} weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xf16>
  %w1 = arith.addf %w, %one : tensor<8xf16>
  %y, %s = norm.add_rms_norm %x, %x weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>, tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @add_norm_one_plus_weight
func.func @add_norm_one_plus_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.add_rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {{.*}} weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %one, %w : tensor<8xbf16>
  %y, %s = norm.add_rms_norm %x, %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @linalg_one_by_splat
func.func @linalg_one_by_splat(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %c = arith.constant 1.0 : bf16
  %one = tensor.splat %c : tensor<8xbf16>
  %init = tensor.empty() : tensor<8xbf16>
  %w1 = linalg.add ins(%one, %w : tensor<8xbf16>, tensor<8xbf16>) outs(%init : tensor<8xbf16>) -> tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @one_by_fill
func.func @one_by_fill(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %c = arith.constant 1.0 : f16
  %init = tensor.empty() : tensor<8xf16>
  %one = linalg.fill ins(%c : f16) outs(%init : tensor<8xf16>) -> tensor<8xf16>
  %w1 = arith.addf %w, %one : tensor<8xf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @one_by_broadcast
func.func @one_by_broadcast(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %c = arith.constant dense<1.0> : tensor<f16>
  %init = tensor.empty() : tensor<8xf16>
  %one = linalg.broadcast ins(%c : tensor<f16>) outs(%init : tensor<8xf16>) dimensions = [0]
  %w1 = arith.addf %w, %one : tensor<8xf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

#id = affine_map<(d0) -> (d0)>

// As JAX and PyTorch write it: the body adds a constant.
// CHECK-LABEL: func @one_in_body
func.func @one_in_body(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %init = tensor.empty() : tensor<8xbf16>
  %w1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%w : tensor<8xbf16>) outs(%init : tensor<8xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %c = arith.constant 1.0 : bf16
    %0 = arith.addf %in, %c : bf16
    linalg.yield %0 : bf16
  } -> tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// Added in f32 and rounded is as added in bf16: f32 has the precision for it.
// CHECK-LABEL: func @rounded_f32_sum
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @rounded_f32_sum(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {{.*}} weight_rounding = #norm.weight_rounding<element_type>, x.add, x.round} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %sum = arith.addf %f, %one {x.add} : tensor<8xf32>
  %w1 = arith.truncf %sum {x.round} : tensor<8xf32> to tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// The same in one body.
// CHECK-LABEL: func @rounded_f32_sum_in_body
func.func @rounded_f32_sum_in_body(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %init = tensor.empty() : tensor<8xf16>
  %w1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%w : tensor<8xf16>) outs(%init : tensor<8xf16>) {
  ^bb0(%in: f16, %out: f16):
    %c = arith.constant 1.0 : f32
    %0 = arith.extf %in : f16 to f32
    %1 = arith.addf %c, %0 : f32
    %2 = arith.truncf %1 : f32 to f16
    linalg.yield %2 : f16
  } -> tensor<8xf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// A rounded sum that the norm reads in f32.
// CHECK-LABEL: func @widened_sum
func.func @widened_sum(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %one : tensor<8xbf16>
  %f = arith.extf %w1 : tensor<8xbf16> to tensor<8xf32>
  %y = norm.rms_norm %x weight(%f : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// A norm that rounds what it is given: the f32 sum is rounded all the same.
// CHECK-LABEL: func @rounding_norm_of_f32_sum
func.func @rounding_norm_of_f32_sum(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {{.*}} weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused
func.func @fused(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp weight(%{{.*}} : tensor<8xbf16>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %one : tensor<8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fused_residual
func.func @fused_residual(%x: tensor<4x8xf16>, %r: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} residual({{.*}} weight_rounding = #norm.weight_rounding<element_type>}
  %one = arith.constant dense<1.0> : tensor<8xf16>
  %w1 = arith.addf %one, %w : tensor<8xf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf16>
  %s = arith.addf %0, %r : tensor<4x8xf16>
  %1 = norm.rms_norm %s weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %1 : tensor<4x8xf16>
}

// The two norms of a sandwich round each in its way.
// CHECK-LABEL: func @fused_sandwich
func.func @fused_sandwich(%x: tensor<4x8xf16>, %r: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} {epsilon = {{.*}} : f32, post_norm_epsilon = {{.*}} : f32, post_norm_weight_bias = 1.000000e+00 : f32, post_norm_weight_rounding = #norm.weight_rounding<element_type>, weight_bias = 1.000000e+00 : f32}
  %one = arith.constant dense<1.0> : tensor<8xf16>
  %w1 = arith.addf %w, %one : tensor<8xf16>
  %one_f32 = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xf16> to tensor<8xf32>
  %w2 = arith.addf %f, %one_f32 : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  %2, %s = norm.add_rms_norm %1, %r weight(%w2 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>, tensor<4x8xf16>
  return %2 : tensor<4x8xf16>
}

//===----------------------------------------------------------------------===//
// Named negatives
//===----------------------------------------------------------------------===//

// A sum in f32 is not rounded, and not taken for one that is.
// CHECK-LABEL: func @no_rounding_of_f32_sum
func.func @no_rounding_of_f32_sum(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// With f32 rows both are one program, and `none` is its name.
// CHECK-LABEL: func @no_rounding_over_f32
func.func @no_rounding_over_f32(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xf32>
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// An f32 norm of widened rows does not round, and becomes one over bf16 that
// does not either.
// CHECK-LABEL: func @no_rounding_of_narrowed_norm
func.func @no_rounding_of_narrowed_norm(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xbf16>
  %f = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %f weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>} : tensor<4x8xf32>
  %0 = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// The dtype guard: an f32 weight has no bf16 form, so that its f32 sum does not
// fuse over bf16 rows, without and with a residual.
// CHECK-LABEL: func @no_fuse_f32_weight
func.func @no_fuse_f32_weight(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %
  // CHECK: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_fuse_f32_weight_residual
func.func @no_fuse_f32_weight_residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %
  // CHECK: norm.add_rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}} : f32, weight_bias = 1.000000e+00 : f32}
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1, %s = norm.add_rms_norm %0, %r weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// An f32 weight that is rounded only behind the sum: the raw weight would keep
// the norm from being fused.
// CHECK-LABEL: func @no_bias_rounded_f32_weight
func.func @no_bias_rounded_f32_weight(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: %[[W1:.*]] = arith.truncf
  // CHECK: comm.all_reduce_rms_norm %{{.*}} on @tp weight(%[[W1]] : tensor<8xbf16>) {epsilon = {{.*}} : f32} : tensor<4x8xbf16>
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %sum = arith.addf %w, %one : tensor<8xf32>
  %w1 = arith.truncf %sum : tensor<8xf32> to tensor<8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// Another constant than 1, added in the element type.
// CHECK-LABEL: func @no_bias_other_constant
func.func @no_bias_other_constant(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: arith.addf
  // CHECK-NOT: weight_bias
  // CHECK: return
  %two = arith.constant dense<2.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %two : tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// A sum that may be computed another way.
// CHECK-LABEL: func @no_bias_with_fast_math
func.func @no_bias_with_fast_math(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: arith.addf
  // CHECK-NOT: weight_bias
  // CHECK: return
  %one = arith.constant dense<1.0> : tensor<8xbf16>
  %w1 = arith.addf %w, %one fastmath<contract> : tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// Rounded in another way than to nearest even.
// CHECK-LABEL: func @no_bias_with_other_rounding
func.func @no_bias_with_other_rounding(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: arith.truncf
  // CHECK-NOT: weight_bias
  // CHECK: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %sum = arith.addf %f, %one : tensor<8xf32>
  %w1 = arith.truncf %sum toward_zero : tensor<8xf32> to tensor<8xbf16>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
