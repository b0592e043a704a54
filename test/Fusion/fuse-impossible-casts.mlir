// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s

// A cast may claim what cannot be, and the program fails when it runs. What stands
// around such a cast stays as it is.

comm.group @tp

// CHECK-LABEL: func @no_uncast_columns_of_no_group(
// CHECK:         %[[Y:.*]] = comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x60xbf16>)
// CHECK-NEXT:    %[[C:.*]] = tensor.cast %[[Y]]
// CHECK-NEXT:    norm.quantize %[[C]]
func.func @no_uncast_columns_of_no_group(%x: tensor<8x60xbf16>) -> (tensor<?x?xf8E4M3FN>, tensor<?x?xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x60xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x60xbf16>
  %2 = tensor.cast %1 : tensor<8x60xbf16> to tensor<?x?xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_group, group_size = 32>} : tensor<?x?xbf16> -> tensor<?x?xf8E4M3FN>, tensor<?x?xf32>
  return %q, %s : tensor<?x?xf8E4M3FN>, tensor<?x?xf32>
}

// CHECK-LABEL: func @no_uncast_to_other_rows(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x64xbf16>)
// CHECK:         norm.quantize %{{.*}} : tensor<4x64xbf16>
func.func @no_uncast_to_other_rows(%x: tensor<8x64xbf16>) -> (tensor<4x64xf8E4M3FN>, tensor<4x1xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %2 = tensor.cast %1 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %3 = tensor.cast %2 : tensor<?x?xbf16> to tensor<4x64xbf16>
  %q, %s = norm.quantize %3 {scheme = #norm.scheme<per_token>} : tensor<4x64xbf16> -> tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s : tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
}

// CHECK-LABEL: func @no_uncast_to_other_results(
// CHECK:         comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<8x64xbf16>)
// CHECK:         norm.quantize %{{.*}} : tensor<?x?xbf16>
func.func @no_uncast_to_other_results(%x: tensor<8x64xbf16>) -> (tensor<4x64xf8E4M3FN>, tensor<4x1xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<8x64xbf16>
  %2 = tensor.cast %1 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>} : tensor<?x?xbf16> -> tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s : tensor<4x64xf8E4M3FN>, tensor<4x1xf32>
}

// CHECK-LABEL: func @no_uncast_to_other_weight(
// CHECK:         comm.all_reduce
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    norm.rms_norm
func.func @no_uncast_to_other_weight(%x: tensor<8x64xbf16>, %w: tensor<32xbf16>) -> tensor<?x?xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = tensor.cast %0 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<32xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x?xbf16>
  return %2 : tensor<?x?xbf16>
}

// CHECK-LABEL: func @no_uncast_to_other_norm(
// CHECK:         comm.all_reduce
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    norm.rms_norm
func.func @no_uncast_to_other_norm(%x: tensor<8x64xbf16>) -> tensor<4x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = tensor.cast %0 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %2 = tensor.cast %1 : tensor<?x?xbf16> to tensor<4x64xbf16>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x64xbf16>
  return %3 : tensor<4x64xbf16>
}

// CHECK-LABEL: func @no_uncast_to_other_residual(
// CHECK:         comm.all_reduce
// CHECK-NEXT:    tensor.cast
// CHECK-NEXT:    norm.add_rms_norm
func.func @no_uncast_to_other_residual(%x: tensor<8x64xbf16>, %r: tensor<4x64xbf16>) -> tensor<?x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = tensor.cast %0 : tensor<8x64xbf16> to tensor<?x64xbf16>
  %y, %s = norm.add_rms_norm %1, %r {epsilon = 1.0e-6 : f32} : tensor<?x64xbf16>, tensor<4x64xbf16>
  return %y : tensor<?x64xbf16>
}

// CHECK-LABEL: func @no_merge_other_addends(
// CHECK:         arith.addf
// CHECK-NEXT:    norm.rms_norm
func.func @no_merge_other_addends(%x: tensor<8x64xbf16>, %r: tensor<4x64xbf16>) -> tensor<?x?xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = tensor.cast %0 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %2 = tensor.cast %r : tensor<4x64xbf16> to tensor<?x?xbf16>
  %3 = arith.addf %1, %2 : tensor<?x?xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<?x?xbf16>
  return %4 : tensor<?x?xbf16>
}

// CHECK-LABEL: func @no_merge_other_weight(
// CHECK:         arith.addf
// CHECK-NEXT:    norm.rms_norm
func.func @no_merge_other_weight(%x: tensor<8x64xbf16>, %r: tensor<8x64xbf16>, %w: tensor<32xbf16>) -> tensor<?x?xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = tensor.cast %0 : tensor<8x64xbf16> to tensor<?x?xbf16>
  %2 = tensor.cast %r : tensor<8x64xbf16> to tensor<?x?xbf16>
  %3 = arith.addf %1, %2 : tensor<?x?xbf16>
  %4 = norm.rms_norm %3 weight(%w : tensor<32xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x?xbf16>
  return %4 : tensor<?x?xbf16>
}

// CHECK-LABEL: func @no_narrow_to_other_weight(
// CHECK:         norm.rms_norm {{.*}} : tensor<?x?xf32>
func.func @no_narrow_to_other_weight(%x: tensor<8x64xbf16>, %w: tensor<32xbf16>) -> tensor<?x?xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<8x64xbf16>
  %1 = arith.extf %0 : tensor<8x64xbf16> to tensor<8x64xf32>
  %2 = tensor.cast %1 : tensor<8x64xf32> to tensor<?x?xf32>
  %v = arith.extf %w : tensor<32xbf16> to tensor<32xf32>
  %3 = norm.rms_norm %2 weight(%v : tensor<32xf32>) {epsilon = 1.0e-6 : f32} : tensor<?x?xf32>
  %4 = arith.truncf %3 : tensor<?x?xf32> to tensor<?x?xbf16>
  return %4 : tensor<?x?xbf16>
}

// CHECK-LABEL: func @no_bias_of_other_weight(
// CHECK:         arith.addf
// CHECK:         norm.rms_norm {{.*}} {epsilon = 9.99999997E-7 : f32} : tensor<8x64xf32>
func.func @no_bias_of_other_weight(%x: tensor<8x64xf32>, %w: tensor<32xf32>, %one: tensor<?xf32>) -> tensor<8x64xf32> {
  %n = arith.constant 32 : index
  %c = arith.constant 1.0 : f32
  %ones = tensor.splat %c[%n] : tensor<?xf32>
  %v = tensor.cast %w : tensor<32xf32> to tensor<?xf32>
  %g = arith.addf %v, %ones : tensor<?xf32>
  %0 = norm.rms_norm %x weight(%g : tensor<?xf32>) {epsilon = 1.0e-6 : f32} : tensor<8x64xf32>
  return %0 : tensor<8x64xf32>
}

// CHECK-LABEL: func @no_raise_other_rows(
// CHECK-NOT:     norm.quantize
// CHECK:         return
func.func @no_raise_other_rows(%x: tensor<8x64xf32>) -> tensor<4x64xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<4x64xf32>
  %high = arith.constant dense<448.0> : tensor<4x64xf32>
  %0 = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<8x64xf32>
  %1 = tensor.cast %0 : tensor<8x64xf32> to tensor<?x?xf32>
  %2 = tensor.cast %1 : tensor<?x?xf32> to tensor<4x64xf32>
  %3 = arith.maximumf %2, %low : tensor<4x64xf32>
  %4 = arith.minimumf %3, %high : tensor<4x64xf32>
  %5 = arith.truncf %4 : tensor<4x64xf32> to tensor<4x64xf8E4M3FN>
  return %5 : tensor<4x64xf8E4M3FN>
}
