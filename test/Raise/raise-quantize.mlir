// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s

// Arithmetic that quantizes a norm as per_tensor does, bit by bit, becomes
// norm.quantize; behind an all_reduce it is a part of the fused operation.

// CHECK-LABEL: func @divide
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>
func.func @divide(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NEXT: %[[S:.*]] = arith.constant dense<2.500000e-01> : tensor<1xf32>
  // CHECK-NEXT: %[[Y:.*]] = norm.rms_norm %[[X]]
  // CHECK-NEXT: %[[Q:.*]] = norm.quantize %[[Y]] scale(%[[S]] : tensor<1xf32>) {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  // CHECK-NEXT: return %[[Q]]
  %scale = arith.constant dense<0.25> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// The clamp's sides and operands in the other order, and f8E5M2's bounds.
// CHECK-LABEL: func @divide_e5m2
func.func @divide_e5m2(%x: tensor<4x8xf32>) -> tensor<4x8xf8E5M2> {
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x8xf32> -> tensor<4x8xf8E5M2>
  // CHECK-NEXT: return
  %scale = arith.constant dense<0.3> : tensor<4x8xf32>
  %low = arith.constant dense<-57344.0> : tensor<4x8xf32>
  %high = arith.constant dense<57344.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.minimumf %high, %1 : tensor<4x8xf32>
  %3 = arith.maximumf %low, %2 : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E5M2>
  return %4 : tensor<4x8xf8E5M2>
}

// A constant factor that is the reciprocal of an f32: 10 = 1 / 0.1f.
// CHECK-LABEL: func @multiply_by_reciprocal_constant
func.func @multiply_by_reciprocal_constant(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: arith.constant dense<1.000000e-01> : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor>}
  %factor = arith.constant dense<10.0> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.mulf %factor, %y : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// A scalar scale, divided.
// CHECK-LABEL: func @divide_by_scalar
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[S:.*]]: f32
func.func @divide_by_scalar(%x: tensor<4x8xbf16>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  // CHECK-NEXT: %[[T:.*]] = tensor.from_elements %[[S]] : tensor<1xf32>
  // CHECK-NEXT: norm.rms_norm
  // CHECK-NEXT: norm.quantize %{{.*}} scale(%[[T]] : tensor<1xf32>) {scheme = #norm.scheme<per_tensor, mode = divide>}
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %scale = tensor.splat %s : tensor<4x8xf32>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// 1 / scale is computed once and multiplied by: the scheme computes it too.
// CHECK-LABEL: func @multiply_by_reciprocal_of_scalar
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[S:.*]]: f32
func.func @multiply_by_reciprocal_of_scalar(%x: tensor<4x8xbf16>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[T:.*]] = tensor.from_elements %[[S]] : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} scale(%[[T]] : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>}
  %one = arith.constant 1.0 : f32
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %inverse = arith.divf %one, %s : f32
  %factor = tensor.splat %inverse : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.mulf %0, %factor : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// A bf16 scale is the same number in f32.
// CHECK-LABEL: func @scale_widened
func.func @scale_widened(%x: tensor<4x8xbf16>, %s: bf16) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[F:.*]] = arith.extf %{{.*}} : bf16 to f32
  // CHECK: %[[T:.*]] = tensor.from_elements %[[F]] : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} scale(%[[T]] : tensor<1xf32>)
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %splat = tensor.splat %s : tensor<4x8xbf16>
  %scale = arith.extf %splat : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// Nothing scales: the scale is 1.
// CHECK-LABEL: func @without_scale
func.func @without_scale(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: arith.constant dense<1.000000e+00> : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor>}
  %low = arith.constant dense<-448.0> : tensor<4x8xbf16>
  %high = arith.constant dense<448.0> : tensor<4x8xbf16>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %2 = arith.maximumf %y, %low : tensor<4x8xbf16>
  %3 = arith.minimumf %2, %high : tensor<4x8xbf16>
  %4 = arith.truncf %3 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// A power of two is exact in bf16 too.
// CHECK-LABEL: func @power_of_two_in_bf16
func.func @power_of_two_in_bf16(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E5M2> {
  // CHECK: arith.constant dense<1.250000e-01> : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor>}
  %factor = arith.constant dense<8.0> : tensor<4x8xbf16>
  %low = arith.constant dense<-57344.0> : tensor<4x8xbf16>
  %high = arith.constant dense<57344.0> : tensor<4x8xbf16>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %1 = arith.mulf %y, %factor : tensor<4x8xbf16>
  %2 = arith.maximumf %1, %low : tensor<4x8xbf16>
  %3 = arith.minimumf %2, %high : tensor<4x8xbf16>
  %4 = arith.truncf %3 : tensor<4x8xbf16> to tensor<4x8xf8E5M2>
  return %4 : tensor<4x8xf8E5M2>
}

// scaling_truncf divides by its scale, a power of two, and truncates. The clamp
// stands before it, so its bounds are scaled as well: 1792 = 4 * 448.
// CHECK-LABEL: func @scaling_truncf
func.func @scaling_truncf(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: arith.constant dense<4.000000e+00> : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
  // CHECK-NEXT: return
  %scale = arith.constant dense<4.0> : tensor<4x8xf8E8M0FNU>
  %low = arith.constant dense<-1792.0> : tensor<4x8xf32>
  %high = arith.constant dense<1792.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.maximumf %y, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.scaling_truncf %3, %scale : tensor<4x8xf32>, tensor<4x8xf8E8M0FNU> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// A scale of f32 is rounded to a power of two: it must be one.
// CHECK-LABEL: func @scaling_truncf_by_f32
func.func @scaling_truncf_by_f32(%x: tensor<4x8xf32>) -> tensor<4x8xf8E5M2> {
  // CHECK: arith.constant dense<2.500000e-01> : tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x8xf32> -> tensor<4x8xf8E5M2>
  // CHECK-NEXT: return
  %scale = arith.constant dense<0.25> : tensor<4x8xf32>
  %low = arith.constant dense<-14336.0> : tensor<4x8xf32>
  %high = arith.constant dense<14336.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.maximumf %y, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.scaling_truncf %3, %scale : tensor<4x8xf32>, tensor<4x8xf32> to tensor<4x8xf8E5M2>
  return %4 : tensor<4x8xf8E5M2>
}

// A power of two that the program computes.
// CHECK-LABEL: func @power_of_two
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[S:.*]]: f8E8M0FNU
func.func @power_of_two(%x: tensor<4x8xf32>, %s: f8E8M0FNU) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[W:.*]] = arith.extf %[[S]] : f8E8M0FNU to f32
  // CHECK: tensor.from_elements %[[W]]
  // CHECK: norm.quantize %{{.*}} {scheme = #norm.scheme<per_tensor, mode = divide>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
  // CHECK-NEXT: return
  %wide = arith.extf %s : f8E8M0FNU to f32
  %scale = tensor.splat %wide : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// In f16 it may be infinite: the scale is what is extended last.
// CHECK-LABEL: func @power_of_two_in_f16
func.func @power_of_two_in_f16(%x: tensor<4x8xf32>, %s: f8E8M0FNU) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[H:.*]] = arith.extf %{{.*}} : f8E8M0FNU to f16
  // CHECK: %[[W:.*]] = arith.extf %[[H]] : f16 to f32
  // CHECK: tensor.from_elements %[[W]]
  // CHECK: norm.quantize
  %half = arith.extf %s : f8E8M0FNU to f16
  %wide = arith.extf %half : f16 to f32
  %scale = tensor.splat %wide : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A power of two that went through f16 is another one: it may be infinite there.
// CHECK-LABEL: func @power_of_two_through_f16
func.func @power_of_two_through_f16(%x: tensor<4x8xf32>, %s: f8E8M0FNU) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[T:.*]] = arith.truncf %{{.*}} : f16 to f8E8M0FNU
  // CHECK: %[[W:.*]] = arith.extf %[[T]] : f8E8M0FNU to f32
  // CHECK: tensor.from_elements %[[W]]
  // CHECK: norm.quantize
  %half = arith.extf %s : f8E8M0FNU to f16
  %again = arith.truncf %half : f16 to f8E8M0FNU
  %wide = arith.extf %again : f8E8M0FNU to f32
  %scale = tensor.splat %wide : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.divf %y, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

//===----------------------------------------------------------------------===//
// In bodies of linalg operations
//===----------------------------------------------------------------------===//

#id = affine_map<(d0, d1) -> (d0, d1)>
#one = affine_map<(d0, d1) -> ()>
#first = affine_map<(d0, d1) -> (0)>

comm.group @tp

// CHECK-LABEL: func @one_body
// CHECK-SAME: %[[X:.*]]: tensor<?x8xbf16>, %[[S:.*]]: tensor<f32>
func.func @one_body(%x: tensor<?x8xbf16>, %s: tensor<f32>, %init: tensor<?x8xf8E4M3FN>) -> tensor<?x8xf8E4M3FN> {
  // CHECK: %[[E:.*]] = tensor.extract %[[S]][] : tensor<f32>
  // CHECK-NEXT: %[[T:.*]] = tensor.from_elements %[[E]] : tensor<1xf32>
  // CHECK-NEXT: %[[Q:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp scale(%[[T]] : tensor<1xf32>) {epsilon = {{.*}}, quantization = #norm.scheme<per_tensor, mode = divide>} : tensor<?x8xbf16> -> (quantized: tensor<?x8xf8E4M3FN>)
  // CHECK-NEXT: return %[[Q]]
  %low = arith.constant -448.0 : f32
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %y = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<?x8xbf16>
  %q = linalg.generic {indexing_maps = [#id, #one, #id], iterator_types = ["parallel", "parallel"]}
    ins(%y, %s : tensor<?x8xbf16>, tensor<f32>) outs(%init : tensor<?x8xf8E4M3FN>) {
  ^bb0(%p: bf16, %c: f32, %o: f8E4M3FN):
    %high = arith.constant 448.0 : f32
    %1 = arith.extf %p : bf16 to f32
    %2 = arith.divf %1, %c : f32
    %3 = arith.minimumf %2, %high : f32
    %4 = arith.maximumf %3, %low : f32
    %5 = arith.truncf %4 : f32 to f8E4M3FN
    linalg.yield %5 : f8E4M3FN
  } -> tensor<?x8xf8E4M3FN>
  return %q : tensor<?x8xf8E4M3FN>
}

// A body for each step, named operations among them.
// CHECK-LABEL: func @many_bodies
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[S:.*]]: tensor<1xf32>
func.func @many_bodies(%x: tensor<4x8xf32>, %s: tensor<1xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[Q:.*]] = comm.all_reduce_rms_norm %[[X]] on @tp scale(%[[S]] : tensor<1xf32>) {epsilon = {{.*}}, quantization = #norm.scheme<per_tensor>}
  // CHECK-NEXT: return %[[Q]]
  %unit = arith.constant 1.0 : f32
  %bound = arith.constant 448.0 : f32
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %wide = tensor.empty() : tensor<4x8xf32>
  %narrow = tensor.empty() : tensor<4x8xf8E4M3FN>
  %high = linalg.fill ins(%bound : f32) outs(%wide : tensor<4x8xf32>) -> tensor<4x8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %y = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #first, #id], iterator_types = ["parallel", "parallel"]}
    ins(%y, %s : tensor<4x8xf32>, tensor<1xf32>) outs(%wide : tensor<4x8xf32>) {
  ^bb0(%p: f32, %c: f32, %o: f32):
    %inverse = arith.divf %unit, %c : f32
    %t = arith.mulf %p, %inverse : f32
    linalg.yield %t : f32
  } -> tensor<4x8xf32>
  %2 = linalg.max ins(%1, %low : tensor<4x8xf32>, tensor<4x8xf32>) outs(%wide : tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = linalg.min ins(%2, %high : tensor<4x8xf32>, tensor<4x8xf32>) outs(%wide : tensor<4x8xf32>) -> tensor<4x8xf32>
  %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%3 : tensor<4x8xf32>) outs(%narrow : tensor<4x8xf8E4M3FN>) {
  ^bb0(%p: f32, %o: f8E4M3FN):
    %t = arith.truncf %p : f32 to f8E4M3FN
    linalg.yield %t : f8E4M3FN
  } -> tensor<4x8xf8E4M3FN>
  return %4 : tensor<4x8xf8E4M3FN>
}

// Behind a fused norm with a residual; what is read elsewhere stays.
// CHECK-LABEL: func @kept
func.func @kept(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xf8E4M3FN>, tensor<4x8xf32>) {
  // CHECK: %[[S:.*]], %[[Y:.*]], %[[Q:.*]] = comm.all_reduce_rms_norm
  // CHECK-SAME: -> (residual_out: {{.*}}, normed: {{.*}}, quantized:
  // CHECK: %[[F:.*]] = arith.extf %[[Y]]
  // CHECK: return %[[S]], %[[Q]], %[[F]]
  %scale = arith.constant dense<0.25> : tensor<4x8xf32>
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %s = arith.addf %r, %a : tensor<4x8xbf16>
  %y = norm.rms_norm %s weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %4 = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %s, %4, %0 : tensor<4x8xbf16>, tensor<4x8xf8E4M3FN>, tensor<4x8xf32>
}

// Of the scale's shape less is known at first.
// CHECK-LABEL: func @scale_behind_cast
func.func @scale_behind_cast(%x: tensor<4x8xf32>, %s: tensor<?xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[T:.*]] = tensor.cast %{{.*}} : tensor<?xf32> to tensor<1xf32>
  // CHECK: norm.quantize %{{.*}} scale(%[[T]] : tensor<1xf32>)
  // CHECK-NEXT: return
  %zero = arith.constant 0 : index
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %t = tensor.cast %s : tensor<?xf32> to tensor<1xf32>
  %e = tensor.extract %t[%zero] : tensor<1xf32>
  %splat = tensor.splat %e : tensor<4x8xf32>
  %0 = arith.divf %y, %splat : tensor<4x8xf32>
  %1 = arith.maximumf %0, %low : tensor<4x8xf32>
  %2 = arith.minimumf %1, %high : tensor<4x8xf32>
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}
