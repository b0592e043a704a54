// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm=weight-bias=false | FileCheck %s --check-prefix=OFF

// Stage 1 of the fusion, on norms that no all_reduce feeds.

// CHECK-LABEL: func @weight_plus_one
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
// OFF-LABEL: func @weight_plus_one
func.func @weight_plus_one(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF: %[[SUM:.*]] = arith.addf
  // OFF: norm.rms_norm %{{.*}} weight(%[[SUM]] : tensor<8xf32>)
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @one_plus_weight
// OFF-LABEL: func @one_plus_weight
func.func @one_plus_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF-NOT: weight_bias
  // OFF: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %w1 = arith.addf %one, %f : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_norm_weight_plus_one
// OFF-LABEL: func @add_norm_weight_plus_one
func.func @add_norm_weight_plus_one(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.add_rms_norm %{{.*}}, %{{.*}} weight(%{{.*}} : tensor<8xf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF-NOT: weight_bias
  // OFF: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xf16> to tensor<8xf32>
  %w1 = arith.addf %f, %one : tensor<8xf32>
  %y, %s = norm.add_rms_norm %x, %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>, tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @add_norm_one_plus_weight
// OFF-LABEL: func @add_norm_one_plus_weight
func.func @add_norm_one_plus_weight(%x: tensor<4x8xf16>, %w: tensor<8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.add_rms_norm %{{.*}}, %{{.*}} weight(%{{.*}} : tensor<8xf16>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF-NOT: weight_bias
  // OFF: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %f = arith.extf %w : tensor<8xf16> to tensor<8xf32>
  %w1 = arith.addf %one, %f : tensor<8xf32>
  %y, %s = norm.add_rms_norm %x, %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>, tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// All in f32: no extension to look through.
// CHECK-LABEL: func @f32_weight_plus_one
// OFF-LABEL: func @f32_weight_plus_one
func.func @f32_weight_plus_one(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF: arith.addf
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @linalg_weight_plus_one
// OFF-LABEL: func @linalg_weight_plus_one
func.func @linalg_weight_plus_one(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF: linalg.add
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %init = tensor.empty() : tensor<8xf32>
  %w1 = linalg.add ins(%w, %one : tensor<8xf32>, tensor<8xf32>) outs(%init : tensor<8xf32>) -> tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @linalg_one_plus_weight
// OFF-LABEL: func @linalg_one_plus_weight
func.func @linalg_one_plus_weight(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = {{.*}}, weight_bias = 1.000000e+00 : f32}
  // OFF: linalg.add
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %init = tensor.empty() : tensor<8xf32>
  %w1 = linalg.add ins(%one, %w : tensor<8xf32>, tensor<8xf32>) outs(%init : tensor<8xf32>) -> tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_by_splat
func.func @one_by_splat(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: weight_bias = 1.000000e+00
  %c = arith.constant 1.0 : f32
  %one = tensor.splat %c : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Two producers of the sum that goes, one of which produces for the other.
// CHECK-LABEL: func @one_by_fill_of_shared_init
func.func @one_by_fill_of_shared_init(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: norm.rms_norm %{{.*}} weight(%{{.*}} : tensor<8xf32>) {epsilon = 9.99999997E-7 : f32, weight_bias = 1.000000e+00 : f32}
  // CHECK-NEXT: return
  %c = arith.constant 1.0 : f32
  %init = tensor.empty() : tensor<8xf32>
  %one = linalg.fill ins(%c : f32) outs(%init : tensor<8xf32>) -> tensor<8xf32>
  %g = linalg.add ins(%one, %w : tensor<8xf32>, tensor<8xf32>) outs(%init : tensor<8xf32>) -> tensor<8xf32>
  %y = norm.rms_norm %x weight(%g : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_by_fill
func.func @one_by_fill(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: weight_bias = 1.000000e+00
  %c = arith.constant 1.0 : f32
  %init = tensor.empty() : tensor<8xf32>
  %one = linalg.fill ins(%c : f32) outs(%init : tensor<8xf32>) -> tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_by_broadcast
func.func @one_by_broadcast(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: weight_bias = 1.000000e+00
  %c = arith.constant dense<1.0> : tensor<f32>
  %init = tensor.empty() : tensor<8xf32>
  %one = linalg.broadcast ins(%c : tensor<f32>) outs(%init : tensor<8xf32>) dimensions = [0]
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func @one_by_elements
func.func @one_by_elements(%x: tensor<4x2xf32>, %w: tensor<2xf32>) -> tensor<4x2xf32> {
  // CHECK: weight_bias = 1.000000e+00
  %c = arith.constant 1.0 : f32
  %one = tensor.from_elements %c, %c : tensor<2xf32>
  %w1 = arith.addf %w, %one : tensor<2xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<2xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// A sum that others read as well stays for them.
// CHECK-LABEL: func @sum_has_other_users
func.func @sum_has_other_users(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<8xf32>) {
  // CHECK: %[[W1:.*]] = arith.addf
  // CHECK: norm.rms_norm {{.*}} weight_bias = 1.000000e+00
  // CHECK: return %{{.*}}, %[[W1]]
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y, %w1 : tensor<4x8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @extended_weight
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @extended_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.rms_norm %[[X]] weight(%[[W]] : tensor<8xbf16>) {epsilon = {{.*}} : f32}
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %y = norm.rms_norm %x weight(%f : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_norm_extended_weight
func.func @add_norm_extended_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.add_rms_norm %{{.*}} weight(%{{.*}} : tensor<8xbf16>)
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %y, %s = norm.add_rms_norm %x, %x weight(%f : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @add
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<4x8xbf16>
func.func @add(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[A]], %[[B]]
  // CHECK-NEXT: return %[[N]]#0, %[[N]]#1
  %s = arith.addf %a, %b : tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @linalg_add
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<4x8xbf16>
func.func @linalg_add(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[N:.*]]:2 = norm.add_rms_norm %[[A]], %[[B]]
  // CHECK-NEXT: return %[[N]]#0, %[[N]]#1
  %init = tensor.empty() : tensor<4x8xbf16>
  %s = linalg.add ins(%a, %b : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

comm.group @tp

// The reduced value becomes the input, whichever side it stands on. The all_reduce
// itself stays here, since its norm's weight is f32.
// CHECK-LABEL: func @add_of_reduced
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @add_of_reduced(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[R]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = arith.addf %0, %r : tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_to_reduced
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @add_to_reduced(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[R]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = arith.addf %r, %0 : tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @linalg_add_of_reduced
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @linalg_add_of_reduced(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[R]]
  %init = tensor.empty() : tensor<4x8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = linalg.add ins(%0, %r : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @linalg_add_to_reduced
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @linalg_add_to_reduced(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: %[[A:.*]] = comm.all_reduce
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[R]]
  %init = tensor.empty() : tensor<4x8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = linalg.add ins(%r, %0 : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// The sum is read before the norm, whose weight is there already.
// CHECK-LABEL: func @add_read_between
func.func @add_read_between(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm
  // CHECK-NEXT: arith.negf %[[N]]#1
  %s = arith.addf %a, %b : tensor<4x8xbf16>
  %n = arith.negf %s : tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %n : tensor<4x8xbf16>, tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// Named negatives, one for each constraint of stage 1
//===----------------------------------------------------------------------===//

// NoDestinations: the last operand is a destination, not a weight.
// CHECK-LABEL: func @no_bias_destination
func.func @no_bias_destination(%x: tensor<8xf32>, %d: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: arith.addf
  // CHECK: norm.rms_norm %{{.*}} outs(%{{.*}} : tensor<8xf32>)
  // CHECK-NOT: weight_bias
  // CHECK: return
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %sum = arith.addf %d, %one : tensor<8xf32>
  %y = norm.rms_norm %x outs(%sum : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<8xf32>
  return %y : tensor<8xf32>
}

// NoWeightBias: a bias of its own already.
// CHECK-LABEL: func @no_bias_twice
func.func @no_bias_twice(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[W1:.*]] = arith.addf
  // CHECK: norm.rms_norm %{{.*}} weight(%[[W1]] {{.*}} weight_bias = 5.000000e-01
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %w1 = arith.addf %w, %one : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32, weight_bias = 0.5 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// SplatOne: another constant.
// CHECK-LABEL: func @no_bias_other_constant
func.func @no_bias_other_constant(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: arith.addf
  // CHECK-NOT: weight_bias
  // CHECK: return
  %two = arith.constant dense<2.0> : tensor<8xf32>
  %w1 = arith.addf %w, %two : tensor<8xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// SplatOne: not every element is one.
// CHECK-LABEL: func @no_bias_mixed_constant
func.func @no_bias_mixed_constant(%x: tensor<4x2xf32>, %w: tensor<2xf32>) -> tensor<4x2xf32> {
  // CHECK: arith.addf
  // CHECK-NOT: weight_bias
  // CHECK: return
  %mixed = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w1 = arith.addf %w, %mixed : tensor<2xf32>
  %y = norm.rms_norm %x weight(%w1 : tensor<2xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// WeightOfInputType: a bf16 weight of an f16 norm is representable only in f32.
// CHECK-LABEL: func @no_unwrap_other_type
func.func @no_unwrap_other_type(%x: tensor<4x8xf16>, %w: tensor<8xbf16>) -> tensor<4x8xf16> {
  // CHECK: %[[F:.*]] = arith.extf
  // CHECK: norm.rms_norm %{{.*}} weight(%[[F]] : tensor<8xf32>)
  %f = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %y = norm.rms_norm %x weight(%f : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// The destination is dynamic where the inputs are not: readers see its type.
// CHECK-LABEL: func @add_of_other_shape
func.func @add_of_other_shape(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>, %init: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %{{.*}}, %{{.*}} : tensor<4x8xbf16>, tensor<4x8xbf16>
  // CHECK-NEXT: %[[C:.*]] = tensor.cast %[[N]]#0 : tensor<4x8xbf16> to tensor<?x8xbf16>
  // CHECK-NEXT: return %[[C]]
  %s = linalg.add ins(%a, %b : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%init : tensor<?x8xbf16>) -> tensor<?x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>
  return %y : tensor<?x8xbf16>
}

// AdditionPlaceable: the norm is in another block.
// CHECK-LABEL: func @no_add_other_block
func.func @no_add_other_block(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK: arith.addf
  // CHECK: scf.if
  // CHECK: norm.rms_norm
  %s = arith.addf %a, %b : tensor<4x8xbf16>
  %r = scf.if %c -> tensor<4x8xbf16> {
    %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
    scf.yield %y : tensor<4x8xbf16>
  } else {
    scf.yield %s : tensor<4x8xbf16>
  }
  return %r : tensor<4x8xbf16>
}

// AdditionPlaceable: the sum is read before the norm's weight is there.
// CHECK-LABEL: func @no_add_read_before_weight
func.func @no_add_read_before_weight(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: arith.addf
  // CHECK: norm.rms_norm
  %s = arith.addf %a, %b : tensor<4x8xbf16>
  %n = arith.negf %s : tensor<4x8xbf16>
  %v = arith.negf %w : tensor<8xbf16>
  %y = norm.rms_norm %s weight(%v : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %n : tensor<4x8xbf16>, tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// Sums in other forms
//===----------------------------------------------------------------------===//

#id = affine_map<(d0, d1) -> (d0, d1)>
#swap = affine_map<(d0, d1) -> (d1, d0)>
#row = affine_map<(d0, d1) -> (d1)>

// CHECK-LABEL: func @generic_add
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<4x8xbf16>
func.func @generic_add(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[N:.*]]:2 = norm.add_rms_norm %[[B]], %[[A]]
  // CHECK-NEXT: return %[[N]]#0, %[[N]]#1
  %init = tensor.empty() : tensor<4x8xbf16>
  %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a, %b : tensor<4x8xbf16>, tensor<4x8xbf16>) outs(%init : tensor<4x8xbf16>) {
  ^bb0(%p: bf16, %q: bf16, %o: bf16):
    %t = arith.addf %q, %p : bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The destination is an addend.
// CHECK-LABEL: func @accumulating_add
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<4x8xbf16>
func.func @accumulating_add(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[B]]
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a : tensor<4x8xbf16>) outs(%b : tensor<4x8xbf16>) {
  ^bb0(%p: bf16, %o: bf16):
    %t = arith.addf %p, %o : bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// The sum in f32, rounded once: f32 is wide enough that nothing is rounded twice.
// CHECK-LABEL: func @widened_add
// CHECK-SAME: %[[A:.*]]: tensor<4x8xbf16>, %[[B:.*]]: tensor<4x8xbf16>
func.func @widened_add(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[A]], %[[B]]
  // CHECK-NEXT: return %[[N]]#0, %[[N]]#1
  %af = arith.extf %a : tensor<4x8xbf16> to tensor<4x8xf32>
  %bf = arith.extf %b : tensor<4x8xbf16> to tensor<4x8xf32>
  %sf = arith.addf %af, %bf : tensor<4x8xf32>
  %s = arith.truncf %sf : tensor<4x8xf32> to tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y, %s : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @widened_add_in_generic
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf16>, %[[B:.*]]: tensor<4x8xf16>
func.func @widened_add_in_generic(%a: tensor<4x8xf16>, %b: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: norm.add_rms_norm %[[A]], %[[B]]
  // CHECK-NEXT: return
  %init = tensor.empty() : tensor<4x8xf16>
  %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a, %b : tensor<4x8xf16>, tensor<4x8xf16>) outs(%init : tensor<4x8xf16>) {
  ^bb0(%p: f16, %q: f16, %o: f16):
    %pf = arith.extf %p : f16 to f32
    %qf = arith.extf %q : f16 to f32
    %t = arith.addf %pf, %qf : f32
    %u = arith.truncf %t : f32 to f16
    linalg.yield %u : f16
  } -> tensor<4x8xf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// A sum that is rounded to f16 and added in f32 is no sum of one type.
// CHECK-LABEL: func @no_add_of_other_type
func.func @no_add_of_other_type(%a: tensor<4x8xbf16>, %b: tensor<4x8xf32>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm
  %af = arith.extf %a : tensor<4x8xbf16> to tensor<4x8xf32>
  %sf = arith.addf %af, %b : tensor<4x8xf32>
  %s = arith.truncf %sf : tensor<4x8xf32> to tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// Two bits more than twice as many are needed; tf32 has not got them.
// CHECK-LABEL: func @no_add_rounded_twice
func.func @no_add_rounded_twice(%a: tensor<4x8xf16>, %b: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK: norm.rms_norm
  %af = arith.extf %a : tensor<4x8xf16> to tensor<4x8xtf32>
  %bf = arith.extf %b : tensor<4x8xf16> to tensor<4x8xtf32>
  %sf = arith.addf %af, %bf : tensor<4x8xtf32>
  %s = arith.truncf %sf : tensor<4x8xtf32> to tensor<4x8xf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// CHECK-LABEL: func @no_add_with_other_rounding
func.func @no_add_with_other_rounding(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm
  %af = arith.extf %a : tensor<4x8xbf16> to tensor<4x8xf32>
  %bf = arith.extf %b : tensor<4x8xbf16> to tensor<4x8xf32>
  %sf = arith.addf %af, %bf : tensor<4x8xf32>
  %s = arith.truncf %sf toward_zero : tensor<4x8xf32> to tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_add_with_fast_math
func.func @no_add_with_fast_math(%a: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm
  %s = arith.addf %a, %b fastmath<nnan> : tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_add_transposed
func.func @no_add_transposed(%a: tensor<8x8xbf16>, %b: tensor<8x8xbf16>) -> tensor<8x8xbf16> {
  // CHECK: norm.rms_norm
  %init = tensor.empty() : tensor<8x8xbf16>
  %s = linalg.generic {indexing_maps = [#id, #swap, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a, %b : tensor<8x8xbf16>, tensor<8x8xbf16>) outs(%init : tensor<8x8xbf16>) {
  ^bb0(%p: bf16, %q: bf16, %o: bf16):
    %t = arith.addf %p, %q : bf16
    linalg.yield %t : bf16
  } -> tensor<8x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<8x8xbf16>
  return %y : tensor<8x8xbf16>
}

// CHECK-LABEL: func @no_add_of_bias
func.func @no_add_of_bias(%a: tensor<4x8xbf16>, %b: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: norm.rms_norm
  %init = tensor.empty() : tensor<4x8xbf16>
  %s = linalg.generic {indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a, %b : tensor<4x8xbf16>, tensor<8xbf16>) outs(%init : tensor<4x8xbf16>) {
  ^bb0(%p: bf16, %q: bf16, %o: bf16):
    %t = arith.addf %p, %q : bf16
    linalg.yield %t : bf16
  } -> tensor<4x8xbf16>
  %y = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}
