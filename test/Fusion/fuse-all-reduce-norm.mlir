// RUN: conorm-opt %s --fuse-all-reduce-norm --split-input-file | FileCheck %s

comm.group @tp

// CHECK-LABEL: func @all_reduce_rms_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[W:.*]]: tensor<8xbf16>
func.func @all_reduce_rms_norm(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp weight(%[[W]] : tensor<8xbf16>)
  // CHECK-SAME: -> (normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @without_weight
func.func @without_weight(%x: tensor<4x8xf16>) -> tensor<4x8xf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = {{.*}} : f32} : tensor<4x8xf16> -> (normed: tensor<4x8xf16>)
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf16>
  return %1 : tensor<4x8xf16>
}

// Every attribute of the norm and of the all_reduce is carried.
// CHECK-LABEL: func @attributes
func.func @attributes(%x: tensor<?x8xf32>, %w: tensor<8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp strategy<two_shot> weight(%{{.*}}) {epsilon = 5.000000e-01 : f32, my.note = "kept", rounding = #norm.rounding<round_then_scale>, weight_bias = 2.500000e-01 : f32}
  %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<?x8xf32>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xf32>) {epsilon = 0.5 : f32, weight_bias = 0.25 : f32, rounding = #norm.rounding<round_then_scale>, my.note = "kept"} : tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func @table_of_strategies
func.func @table_of_strategies(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {dispatch = #dispatch, epsilon
  %0 = comm.all_reduce %x on @tp {dispatch = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>]>} : tensor<?x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<?x8xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: func @all_reduce_add_rms_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @all_reduce_add_rms_norm(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp weight({{.*}}) residual(%[[R]] : tensor<4x8xbf16>)
  // CHECK-SAME: -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return %[[Y]], %[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1, %2 = norm.add_rms_norm %0, %r weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %1, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// CHECK-LABEL: func @add_all_reduce_rms_norm
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @add_all_reduce_rms_norm(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[X]] on @tp weight({{.*}}) residual(%[[R]] : tensor<4x8xbf16>) {{.*}} -> (normed: tensor<4x8xbf16>)
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1, %2 = norm.add_rms_norm %r, %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// The reduced value has another user: it becomes a result, no second reduce.
// CHECK-LABEL: func @reduced_has_other_users
func.func @reduced_has_other_users(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK-NEXT: %[[N:.*]] = arith.negf %[[A]]
  // CHECK-NEXT: return %[[Y]], %[[N]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %n = arith.negf %0 : tensor<4x8xbf16>
  %1, %2 = norm.add_rms_norm %0, %r weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>, tensor<4x8xbf16>
  return %1, %n : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Two norms of one reduced value: one is fused, the other reads the result.
// CHECK-LABEL: func @two_norms
func.func @two_norms(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[A:.*]], %{{.*}} = comm.all_reduce_rms_norm {{.*}} -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  // CHECK: norm.rms_norm %[[A]]
  // CHECK-NOT: comm.all_reduce %
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = norm.rms_norm %0 {epsilon = 1.0e-5 : f32} : tensor<4x8xbf16>
  return %1, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// A user between the all_reduce and the norm is dominated by the fused
// operation at the all_reduce's place.
// CHECK-LABEL: func @user_between
func.func @user_between(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: arith.negf %[[A]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %0 : tensor<4x8xbf16>
  %2 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %1, %2 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The weight is made after the all_reduce: the fused operation stands at the
// norm's place.
// CHECK-LABEL: func @weight_between
func.func @weight_between(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: arith.negf
  // CHECK-NEXT: comm.all_reduce_rms_norm
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %w : tensor<8xbf16>
  %2 = norm.rms_norm %0 weight(%1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// A user in a nested region that follows the norm.
// CHECK-LABEL: func @user_in_region
func.func @user_in_region(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %c: i1) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[A:.*]], %{{.*}} = comm.all_reduce_rms_norm
  // CHECK: scf.if
  // CHECK: arith.negf %[[A]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.negf %w : tensor<8xbf16>
  %2 = norm.rms_norm %0 weight(%1 : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = scf.if %c -> tensor<4x8xbf16> {
    %4 = arith.negf %0 : tensor<4x8xbf16>
    scf.yield %4 : tensor<4x8xbf16>
  } else {
    scf.yield %2 : tensor<4x8xbf16>
  }
  return %2, %3 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Inside control flow, both in one block.
// CHECK-LABEL: func @inside_loop
func.func @inside_loop(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>, %n: index) -> tensor<4x8xbf16> {
  // CHECK: scf.for
  // CHECK: comm.all_reduce_rms_norm
  // CHECK-NOT: norm.
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xbf16> {
    %0 = comm.all_reduce %v on @tp : tensor<4x8xbf16>
    %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
    scf.yield %1 : tensor<4x8xbf16>
  }
  return %y : tensor<4x8xbf16>
}

// A collective before and one behind are no obstacle.
// CHECK-LABEL: func @collectives_around
func.func @collectives_around(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: comm.all_reduce %
  // CHECK-NEXT: comm.all_reduce_rms_norm
  // CHECK-NEXT: comm.all_gather
  %a = comm.all_reduce %x on @tp reduction<max> : tensor<4x8xbf16>
  %0 = comm.all_reduce %a on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %g = comm.all_gather %1 on @tp dim 0 : tensor<4x8xbf16> -> tensor<?x8xbf16>
  return %1 : tensor<4x8xbf16>
}

// The residual of one site is the sum of the site before: every layer's form.
// CHECK-LABEL: func @chain_of_residuals
func.func @chain_of_residuals(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[A:.*]], %[[Y0:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: %[[R1:.*]], %[[Y1:.*]] = comm.all_reduce_rms_norm %[[Y0]] {{.*}} residual(%[[A]] : tensor<4x8xbf16>)
  // CHECK-NEXT: comm.all_reduce_rms_norm %[[Y1]] {{.*}} residual(%[[R1]] : tensor<4x8xbf16>) {{.*}} -> (normed: tensor<4x8xbf16>)
  // CHECK-NEXT: return
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y0 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %1 = comm.all_reduce %y0 on @tp : tensor<4x8xbf16>
  %s1 = arith.addf %0, %1 : tensor<4x8xbf16>
  %y1 = norm.rms_norm %s1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = comm.all_reduce %y1 on @tp : tensor<4x8xbf16>
  %s2 = arith.addf %2, %s1 : tensor<4x8xbf16>
  %y2 = norm.rms_norm %s2 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %y2 : tensor<4x8xbf16>
}

// Two groups stay apart.
comm.group @ep
// CHECK-LABEL: func @two_groups
func.func @two_groups(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm %{{.*}} on @tp
  // CHECK: comm.all_reduce_rms_norm %{{.*}} on @ep
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = comm.all_reduce %1 on @ep : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// Two sums of one reduced value: one is fused, the other reads the result.
// CHECK-LABEL: func @two_sums
func.func @two_sums(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %t: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} residual({{.*}} -> (reduced: {{.*}}, normed:
  // CHECK-NEXT: %[[N:.*]]:2 = norm.add_rms_norm %[[A]]
  // CHECK-NEXT: return %[[Y]], %[[N]]#0
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = arith.addf %t, %0 : tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %4 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Two norms of one sum.
// CHECK-LABEL: func @two_norms_of_sum
func.func @two_norms_of_sum(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} weight({{.*}} -> (residual_out: {{.*}}, normed:
  // CHECK-NEXT: %[[N:.*]] = norm.rms_norm %[[S]] {epsilon
  // CHECK-NEXT: return %[[Y]], %[[N]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = norm.rms_norm %1 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  return %2, %3 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Several readers of the norm and of the residual change nothing.
// CHECK-LABEL: func @many_readers
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[R:.*]]: tensor<4x8xbf16>
func.func @many_readers(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: arith.negf %[[R]]
  // CHECK-NEXT: %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (normed:
  // CHECK-NEXT: arith.negf %[[Y]]
  // CHECK-NEXT: arith.addf %[[R]], %[[Y]]
  %n = arith.negf %r : tensor<4x8xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = arith.negf %2 : tensor<4x8xbf16>
  %4 = arith.addf %r, %2 : tensor<4x8xbf16>
  return %n, %3, %4 : tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Tensor parallel attention and expert parallel experts in one layer, with the
// sum of the first as the residual of the second.
// CHECK-LABEL: func @two_groups_in_layer
func.func @two_groups_in_layer(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S0:.*]], %[[Y0:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp
  // CHECK-NEXT: %[[S1:.*]], %[[Y1:.*]] = comm.all_reduce_rms_norm %[[Y0]] on @ep residual(%[[S0]]
  // CHECK-NEXT: return %[[Y1]], %[[S1]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %r, %0 : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = comm.all_reduce %2 on @ep : tensor<4x8xbf16>
  %4 = arith.addf %1, %3 : tensor<4x8xbf16>
  %5 = norm.rms_norm %4 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %5, %4 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The residual is itself a sum, in any order, and made after the all_reduce.
// CHECK-LABEL: func @sum_as_residual
func.func @sum_as_residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %b: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-NEXT: %[[S:.*]] = arith.addf
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} residual(%[[S]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %r, %b : tensor<4x8xbf16>
  %2 = arith.addf %1, %0 : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3 : tensor<4x8xbf16>
}

// The second all_reduce goes down to its norm, where its residual is there, and
// stands no longer between the first one and its norm.
// CHECK-LABEL: func @collective_goes_down
func.func @collective_goes_down(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[S:.*]], %[[Y0:.*]] = comm.all_reduce_rms_norm %{{.*}} on @tp
  // CHECK-NEXT: %[[Y1:.*]] = comm.all_reduce_rms_norm %{{.*}} on @ep residual(%[[S]]
  // CHECK-NEXT: return %[[Y0]], %[[Y1]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = comm.all_reduce %y on @ep : tensor<4x8xbf16>
  %2 = arith.addf %0, %r : tensor<4x8xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %4 = arith.addf %1, %2 : tensor<4x8xbf16>
  %5 = norm.rms_norm %4 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %3, %5 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Of several norms the first one in the program is fused, also where stage 1 has
// made it of an addition and a norm.
// CHECK-LABEL: func @first_of_two_norms
func.func @first_of_two_norms(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[Y:.*]] = comm.all_reduce_rms_norm %{{.*}} residual(
  // CHECK-NEXT: %[[Z:.*]] = norm.rms_norm %[[A]] {epsilon = 5.000000e-01
  // CHECK-NEXT: return %[[Y]], %[[Z]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %3 = norm.rms_norm %0 {epsilon = 0.5 : f32} : tensor<4x8xbf16>
  return %2, %3 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// Nothing reaches the block, and so an operation may read its own result there.
// CHECK-LABEL: func @unreachable
func.func @unreachable(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[A:.*]], %[[Q:.*]], %{{.*}} = comm.all_reduce_rms_norm %[[A]]
  // CHECK-NEXT: return %[[Q]]
  %e = tensor.empty() : tensor<4x8xf8E4M3FN>
  return %e : tensor<4x8xf8E4M3FN>
^bb1:
  %a = comm.all_reduce %a on @tp : tensor<4x8xf32>
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %q, %s = norm.quantize %y {scheme = #norm.scheme<per_token>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q : tensor<4x8xf8E4M3FN>
}
