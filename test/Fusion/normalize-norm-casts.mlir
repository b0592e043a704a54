// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s

// Stage 1 of the fusion, where casts and copies stand around norms.

#id = affine_map<(d0, d1) -> (d0, d1)>

comm.group @tp

//===----------------------------------------------------------------------===//
// Casts and copies that change nothing
//===----------------------------------------------------------------------===//

// The later all_reduce is the input, the earlier one the residual.
// CHECK-LABEL: func @exchanged_addends
func.func @exchanged_addends(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: %[[B:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[B]], %[[A]]
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %b = comm.all_reduce %a on @tp : tensor<4x8xbf16>
  %y, %s = norm.add_rms_norm %a, %b weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @copy_between
func.func @copy_between(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} residual({{.*}} -> (normed:
  // CHECK-NEXT: return
  %init = tensor.empty() : tensor<4x8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = linalg.copy ins(%0 : tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = linalg.copy ins(%2 : tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// Widened and narrowed again: the same value.
// CHECK-LABEL: func @round_trip_between
func.func @round_trip_between(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// Narrowed first, another value.
// CHECK-LABEL: func @no_round_trip_of_wide
func.func @no_round_trip_of_wide(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: comm.all_reduce %
  // CHECK: norm.rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = arith.truncf %0 : tensor<4x8xf32> to tensor<4x8xbf16>
  %2 = arith.extf %1 : tensor<4x8xbf16> to tensor<4x8xf32>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// The shape is known to another degree: readers see the type they had.
// CHECK-LABEL: func @shape_cast_between
func.func @shape_cast_between(%x: tensor<?x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} residual(%{{.*}} : tensor<4x8xbf16>) {{.*}} : tensor<?x8xbf16> -> (residual_out: tensor<?x8xbf16>, normed: tensor<?x8xbf16>)
  // CHECK-DAG: %[[SC:.*]] = tensor.cast %[[S]] : tensor<?x8xbf16> to tensor<4x8xbf16>
  // CHECK-DAG: %[[YC:.*]] = tensor.cast %[[Y]] : tensor<?x8xbf16> to tensor<4x8xbf16>
  // CHECK: return %[[YC]], %[[SC]]
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %1 = tensor.cast %0 : tensor<?x8xbf16> to tensor<4x8xbf16>
  %2 = arith.addf %1, %r : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// 1 + weight in bodies
//===----------------------------------------------------------------------===//

#id1 = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @generic_weight_plus_one
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @generic_weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  %init = tensor.empty() : tensor<8xf32>
  %w1 = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]}
    ins(%w : tensor<8xbf16>) outs(%init : tensor<8xf32>) {
  ^bb0(%v: bf16, %o: f32):
    %one = arith.constant 1.0 : f32
    %f = arith.extf %v : bf16 to f32
    %t = arith.addf %one, %f : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// A bf16 weight extended for f16 rows, inside the body: no tensor is the weight.
// CHECK-LABEL: func @no_weight_of_other_type_in_body
func.func @no_weight_of_other_type_in_body(%x: tensor<4x8xf16>, %w: tensor<8xbf16>) -> tensor<4x8xf16> {
  // CHECK: linalg.generic
  // CHECK-NOT: weight_bias
  // CHECK: return
  %init = tensor.empty() : tensor<8xf32>
  %w1 = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]}
    ins(%w : tensor<8xbf16>) outs(%init : tensor<8xf32>) {
  ^bb0(%v: bf16, %o: f32):
    %one = arith.constant 1.0 : f32
    %f = arith.extf %v : bf16 to f32
    %t = arith.addf %one, %f : f32
    linalg.yield %t : f32
  } -> tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

//===----------------------------------------------------------------------===//
// Norms in f32 between two casts
//===----------------------------------------------------------------------===//

// Gemma as it is written: everything in f32, and one cast at the end.
// CHECK-LABEL: func @norm_between_casts
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @norm_between_casts(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[X]] on @tp weight(%[[W]] : tensor<8xbf16>) residual(%[[R]] : tensor<4x8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32} : tensor<4x8xbf16> -> (residual_out: {{.*}}, normed:
  // CHECK-NEXT: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %wf = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %wf, %one : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = arith.extf %1 : tensor<4x8xbf16> to tensor<4x8xf32>
  %3 = norm.rms_norm %2 weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xbf16>
  return %4, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// In f32 nothing is rounded before the weight, whatever the attribute says.
// CHECK-LABEL: func @rounding_between_casts
func.func @rounding_between_casts(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} {epsilon = 9.99999997E-7 : f32, my.note = "kept"} : tensor<4x8xf16>
  // CHECK-NEXT: return
  %0 = arith.extf %x : tensor<4x8xf16> to tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32, rounding = #norm.rounding<round_then_scale>, my.note = "kept"} : tensor<4x8xf32>
  %2 = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xf16>
  return %2 : tensor<4x8xf16>
}

// OnlyNarrowed: another reader needs the f32 norm.
// CHECK-LABEL: func @no_narrow_other_reader
func.func @no_narrow_other_reader(%x: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xf32>) {
  // CHECK: norm.rms_norm {{.*}} : tensor<4x8xf32>
  // CHECK: arith.truncf
  %0 = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<4x8xf32>
}

// Each of several readers rounds it: one norm gives them all.
// CHECK-LABEL: func @narrowed_twice
func.func @narrowed_twice(%x: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y]], %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %3 = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xbf16>
  %4 = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xbf16>
  return %3, %4 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The casts are bodies of linalg operations, one of which reads the norm twice.
// CHECK-LABEL: func @narrowed_in_bodies
func.func @narrowed_in_bodies(%x: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: return %[[Y]], %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xbf16>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<4x8xf32>) outs(%e : tensor<4x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  %4 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%2, %2 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e : tensor<4x8xbf16>) {
  ^bb0(%a: f32, %b: f32, %c: bf16):
    %t = arith.truncf %b : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  return %3, %4 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The body does more than to narrow.
// CHECK-LABEL: func @no_narrow_in_body_that_scales
func.func @no_narrow_in_body_that_scales(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %
  // CHECK: norm.rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xbf16>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<4x8xf32>) outs(%e : tensor<4x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %m = arith.mulf %a, %a : f32
    %t = arith.truncf %m : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// The body narrows the columns of the norm.
// CHECK-LABEL: func @no_narrow_transposed
func.func @no_narrow_transposed(%x: tensor<8x8xbf16>) -> tensor<8x8xbf16> {
  // CHECK: comm.all_reduce %
  // CHECK: norm.rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<8x8xbf16>
  %1 = arith.extf %0 : tensor<8x8xbf16> to tensor<8x8xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<8x8xf32>
  %e = tensor.empty() : tensor<8x8xbf16>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, #id], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<8x8xf32>) outs(%e : tensor<8x8xbf16>) {
  ^bb0(%a: f32, %b: bf16):
    %t = arith.truncf %a : f32 to bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  return %3 : tensor<8x8xbf16>
}

// OnlyNarrowed: to another type than the input's.
// CHECK-LABEL: func @no_narrow_to_other_type
func.func @no_narrow_to_other_type(%x: tensor<4x8xbf16>) -> tensor<4x8xf16> {
  // CHECK: norm.rms_norm {{.*}} : tensor<4x8xf32>
  // CHECK: arith.truncf
  %0 = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.truncf %1 : tensor<4x8xf32> to tensor<4x8xf16>
  return %2 : tensor<4x8xf16>
}

// The sum is not rounded before the statistics are taken: no R2.
// CHECK-LABEL: func @no_narrow_unrounded_sum
func.func @no_narrow_unrounded_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.add_rms_norm {{.*}} : tensor<4x8xf32>, tensor<4x8xf32>
  // CHECK: arith.truncf
  %0 = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.extf %r : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = arith.addf %0, %1 : tensor<4x8xf32>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// One copy is both addends: each is looked through by itself.
// CHECK-LABEL: func @copy_added_to_itself
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
func.func @copy_added_to_itself(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce %[[X]]
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[A]]
  %init = tensor.empty() : tensor<4x8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = linalg.copy ins(%0 : tensor<4x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y, %s = norm.add_rms_norm %1, %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>, tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The residual was cast, and becomes the input; a maximum is not fused.
// CHECK-LABEL: func @exchanged_cast
func.func @exchanged_cast(%x: tensor<?x8xf32>, %r: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %{{.*}} {epsilon = {{.*}} : f32} : tensor<?x8xf32>, tensor<4x8xf32>
  %0 = comm.all_reduce %x on @tp reduction<max> : tensor<?x8xf32>
  %1 = tensor.cast %0 : tensor<?x8xf32> to tensor<4x8xf32>
  %y, %s = norm.add_rms_norm %r, %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>, tensor<4x8xf32>
  return %y, %s : tensor<4x8xf32>, tensor<4x8xf32>
}
