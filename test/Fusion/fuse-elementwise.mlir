// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s

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

// Elements that are vectors are no numbers.
// CHECK-LABEL: func.func @no_merge_vectors(
// CHECK:         comm.all_reduce %
// CHECK:         linalg.generic
func.func @no_merge_vectors(%x: tensor<4x8xf32>) -> tensor<4x8xvector<2xbf16>> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xvector<2xbf16>>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xvector<2xbf16>>) {
  ^bb0(%i: f32, %o: vector<2xbf16>):
    %v = vector.broadcast %i : f32 to vector<2xf32>
    %s = arith.addf %v, %v : vector<2xf32>
    %t = arith.truncf %s : vector<2xf32> to vector<2xbf16>
    linalg.yield %t : vector<2xbf16>
  } -> tensor<4x8xvector<2xbf16>>
  return %1 : tensor<4x8xvector<2xbf16>>
}

// A list of no elements spreads none.
// CHECK-LABEL: func.func @no_scalar_of_no_elements(
// CHECK:         norm.rms_norm %{{.*}} weight(%{{.*}}) {epsilon = 9.99999997E-7 : f32}
func.func @no_scalar_of_no_elements(%x: tensor<2x0xf32>) -> tensor<2x0xf32> {
  %none = tensor.from_elements : tensor<0xf32>
  %w = arith.addf %none, %none : tensor<0xf32>
  %y = norm.rms_norm %x weight(%w : tensor<0xf32>) {epsilon = 1.0e-6 : f32} : tensor<2x0xf32>
  return %y : tensor<2x0xf32>
}
