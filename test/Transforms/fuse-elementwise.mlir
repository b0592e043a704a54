// RUN: %conorm_opt %s --fuse-all-reduce-norm | FileCheck %s

// What elementwise operations of linalg make is a tensor like any other: the
// fusion looks into their bodies for its own parts, and no further.

comm.group @tp

// CHECK-LABEL: func.func @residual(
// CHECK:         %[[R:.*]] = linalg.add
// CHECK-NEXT:    comm.all_reduce_rms_norm %{{.*}} on @tp residual(%[[R]] :
func.func @residual(%x: tensor<4x64xbf16>, %h: tensor<4x64xbf16>, %b: tensor<4x64xbf16>) -> tensor<4x64xbf16> {
  %e = tensor.empty() : tensor<4x64xbf16>
  %r = linalg.add ins(%h, %b : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x64xbf16>
  %1 = arith.addf %0, %r : tensor<4x64xbf16>
  %y = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %y : tensor<4x64xbf16>
}

// Each of two blocks beside each other adds its own.
// CHECK-LABEL: func.func @parallel(
// CHECK:         comm.all_reduce %
// CHECK-NEXT:    %[[R:.*]] = linalg.add
// CHECK-NEXT:    comm.all_reduce_rms_norm %{{.*}} on @tp residual(%[[R]] :
func.func @parallel(%x: tensor<4x64xbf16>, %z: tensor<4x64xbf16>, %r: tensor<4x64xbf16>) -> tensor<4x64xbf16> {
  %e = tensor.empty() : tensor<4x64xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x64xbf16>
  %1 = comm.all_reduce %z on @tp : tensor<4x64xbf16>
  %h1 = linalg.add ins(%0, %r : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %h2 = linalg.add ins(%1, %h1 : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %y = norm.rms_norm %h2 {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %y : tensor<4x64xbf16>
}

// CHECK-LABEL: func.func @weight(
// CHECK:         %[[W:.*]] = linalg.mul
// CHECK-NEXT:    comm.all_reduce_rms_norm %{{.*}} on @tp weight(%[[W]] : tensor<64xbf16>) {{.*}}weight_bias = 1.000000e+00
func.func @weight(%x: tensor<4x64xbf16>, %a: tensor<64xbf16>, %b: tensor<64xbf16>) -> tensor<4x64xbf16> {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<64xbf16>
  %f = tensor.empty() : tensor<64xf32>
  %w = linalg.mul ins(%a, %b : tensor<64xbf16>, tensor<64xbf16>) outs(%e : tensor<64xbf16>) -> tensor<64xbf16>
  %g = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%w : tensor<64xbf16>) outs(%f : tensor<64xf32>) {
  ^bb0(%i: bf16, %o: f32):
    %wide = arith.extf %i : bf16 to f32
    %s = arith.addf %wide, %one : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x64xbf16>
  %y = norm.rms_norm %0 weight(%g : tensor<64xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %y : tensor<4x64xbf16>
}

// The addends of a sum that is rounded once are widened tensors.
// CHECK-LABEL: func.func @widened(
// CHECK:         %[[R:.*]] = linalg.mul
// CHECK-NEXT:    comm.all_reduce_rms_norm %{{.*}} on @tp residual(%[[R]] :
func.func @widened(%x: tensor<4x64xbf16>, %h: tensor<4x64xbf16>, %b: tensor<4x64xbf16>) -> tensor<4x64xbf16> {
  %e = tensor.empty() : tensor<4x64xbf16>
  %r = linalg.mul ins(%h, %b : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x64xbf16>
  %wide0 = arith.extf %0 : tensor<4x64xbf16> to tensor<4x64xf32>
  %wide1 = arith.extf %r : tensor<4x64xbf16> to tensor<4x64xf32>
  %sum = arith.addf %wide0, %wide1 : tensor<4x64xf32>
  %1 = arith.truncf %sum : tensor<4x64xf32> to tensor<4x64xbf16>
  %y = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %y : tensor<4x64xbf16>
}

// The residual of a sandwich is linalg's, and so is the addition.
// CHECK-LABEL: func.func @sandwich(
// CHECK:         %[[R:.*]] = linalg.mul
// CHECK-NEXT:    comm.all_reduce_rms_norm %{{.*}} on @tp weight(%{{.*}}) residual(%[[R]] : {{.*}}post_norm_weight(
// CHECK-NEXT:    return
func.func @sandwich(%x: tensor<4x64xbf16>, %h: tensor<4x64xbf16>, %b: tensor<4x64xbf16>, %p: tensor<64xbf16>, %w: tensor<64xbf16>) -> tensor<4x64xbf16> {
  %e = tensor.empty() : tensor<4x64xbf16>
  %r = linalg.mul ins(%h, %b : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %0 = comm.all_reduce %x on @tp : tensor<4x64xbf16>
  %1 = norm.rms_norm %0 weight(%p : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  %2 = linalg.add ins(%r, %1 : tensor<4x64xbf16>, tensor<4x64xbf16>) outs(%e : tensor<4x64xbf16>) -> tensor<4x64xbf16>
  %y = norm.rms_norm %2 weight(%w : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %y : tensor<4x64xbf16>
}
