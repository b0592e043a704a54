// RUN: conorm-opt %s --raise-quantize --split-input-file | FileCheck %s
// RUN: conorm-opt %s --raise-quantize --split-input-file --fuse-all-reduce-norm | FileCheck %s --check-prefix=FUSED

// Casts around a norm in f32 hide that a norm in bf16 is quantized.

// CHECK-LABEL: func @norm_between_casts
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>
// CHECK: %[[Y:.*]] = norm.rms_norm %[[X]] {{.*}} : tensor<4x8xbf16>
// CHECK-NEXT: %[[Q:.*]] = norm.quantize %[[Y]]
// CHECK-NEXT: return %[[Q]]
func.func @norm_between_casts(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %wide = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %narrow = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xbf16>
  %0 = arith.extf %narrow : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.maximumf %0, %low : tensor<4x8xf32>
  %2 = arith.minimumf %1, %high : tensor<4x8xf32>
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// The norm in f32 is quantized itself: nothing is hidden.
// CHECK-LABEL: func @norm_in_f32
// CHECK: %[[Y:.*]] = norm.rms_norm {{.*}} : tensor<4x8xf32>
// CHECK-NEXT: norm.quantize %[[Y]] {{.*}} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
func.func @norm_in_f32(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %wide = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %1 = arith.maximumf %y, %low : tensor<4x8xf32>
  %2 = arith.minimumf %1, %high : tensor<4x8xf32>
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A norm that no arithmetic quantizes keeps its casts: they are the fusion's
// business.
// CHECK-LABEL: func @no_raise_casts_alone
// CHECK: norm.rms_norm {{.*}} : tensor<4x8xf32>
// CHECK-NEXT: arith.truncf
func.func @no_raise_casts_alone(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %wide = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %narrow = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xbf16>
  return %narrow : tensor<4x8xbf16>
}

// The norm is read in f32 too: it is not a norm in bf16.
// CHECK-LABEL: func @no_raise_read_in_f32
// CHECK-NOT: norm.quantize
// CHECK: return
func.func @no_raise_read_in_f32(%x: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x8xf32>) {
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %wide = arith.extf %x : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %narrow = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xbf16>
  %0 = arith.extf %narrow : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.maximumf %0, %low : tensor<4x8xf32>
  %2 = arith.minimumf %1, %high : tensor<4x8xf32>
  %q = arith.truncf %2 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q, %y : tensor<4x8xf8E4M3FN>, tensor<4x8xf32>
}

// -----

// Reshapes stand between the casts and the norm. They move only behind an
// all_reduce.
comm.group @tp

// CHECK-LABEL: func @reshapes
// CHECK-SAME: %[[X:.*]]: tensor<4x8xbf16>, %[[S:.*]]: f32
// CHECK-NEXT: %[[SCALE:.*]] = tensor.from_elements %[[S]]
// CHECK-NEXT: comm.all_reduce %[[X]]
// CHECK: %[[Y:.*]] = norm.rms_norm {{.*}} : tensor<2x2x8xbf16>
// CHECK: norm.quantize %{{.*}} scale(%[[SCALE]] : tensor<1xf32>) {{.*}} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
// FUSED-LABEL: func @reshapes
// FUSED: comm.all_reduce_rms_norm {{.*}} scale({{.*}}) {{.*}} -> (quantized: tensor<2x2x8xf8E4M3FN>)
func.func @reshapes(%x: tensor<4x8xbf16>, %s: f32) -> tensor<4x8xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %wide = arith.extf %a : tensor<4x8xbf16> to tensor<4x8xf32>
  %heads = tensor.expand_shape %wide [[0, 1], [2]] output_shape [2, 2, 8] : tensor<4x8xf32> into tensor<2x2x8xf32>
  %y = norm.rms_norm %heads {epsilon = 1.0e-6 : f32} : tensor<2x2x8xf32>
  %rows = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x2x8xf32> into tensor<4x8xf32>
  %narrow = arith.truncf %rows : tensor<4x8xf32> to tensor<4x8xbf16>
  %scale = tensor.splat %s : tensor<4x8xf32>
  %0 = arith.extf %narrow : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = arith.divf %0, %scale : tensor<4x8xf32>
  %2 = arith.maximumf %1, %low : tensor<4x8xf32>
  %3 = arith.minimumf %2, %high : tensor<4x8xf32>
  %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// -----

comm.group @tp

// A slice behind the rounding.
// CHECK-LABEL: func @slice_of_rounded
// CHECK: norm.rms_norm {{.*}} : tensor<4x8xbf16>
// CHECK: norm.quantize {{.*}} : tensor<2x8xbf16> -> tensor<2x8xf8E4M3FN>
// FUSED-LABEL: func @slice_of_rounded
// FUSED: comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<{{.}}x8xf8E4M3FN>)
func.func @slice_of_rounded(%x: tensor<4x8xbf16>) -> tensor<2x8xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<2x8xf32>
  %high = arith.constant dense<448.0> : tensor<2x8xf32>
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %wide = arith.extf %a : tensor<4x8xbf16> to tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %narrow = arith.truncf %y : tensor<4x8xf32> to tensor<4x8xbf16>
  %slice = tensor.extract_slice %narrow[0, 0] [2, 8] [1, 1] : tensor<4x8xbf16> to tensor<2x8xbf16>
  %0 = arith.extf %slice : tensor<2x8xbf16> to tensor<2x8xf32>
  %1 = arith.maximumf %0, %low : tensor<2x8xf32>
  %2 = arith.minimumf %1, %high : tensor<2x8xf32>
  %q = arith.truncf %2 : tensor<2x8xf32> to tensor<2x8xf8E4M3FN>
  return %q : tensor<2x8xf8E4M3FN>
}

// -----

comm.group @tp

// In bodies of linalg operations.
#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @bodies
// CHECK: norm.rms_norm {{.*}} : tensor<4x8xf16>
// CHECK: norm.quantize {{.*}} : tensor<4x8xf16> -> tensor<4x8xf8E5M2>
// FUSED-LABEL: func @bodies
// FUSED: comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<4x8xf8E5M2>)
func.func @bodies(%x: tensor<4x8xf16>) -> tensor<4x8xf8E5M2> {
  %low = arith.constant -57344.0 : f32
  %high = arith.constant 57344.0 : f32
  %e32 = tensor.empty() : tensor<4x8xf32>
  %e16 = tensor.empty() : tensor<4x8xf16>
  %e8 = tensor.empty() : tensor<4x8xf8E5M2>
  %a = comm.all_reduce %x on @tp : tensor<4x8xf16>
  %wide = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x8xf16>) outs(%e32 : tensor<4x8xf32>) {
  ^bb0(%in: f16, %out: f32):
    %0 = arith.extf %in : f16 to f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %y = norm.rms_norm %wide {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %narrow = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%y : tensor<4x8xf32>) outs(%e16 : tensor<4x8xf16>) {
  ^bb0(%in: f32, %out: f16):
    %0 = arith.truncf %in : f32 to f16
    linalg.yield %0 : f16
  } -> tensor<4x8xf16>
  %q = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%narrow : tensor<4x8xf16>) outs(%e8 : tensor<4x8xf8E5M2>) {
  ^bb0(%in: f16, %out: f8E5M2):
    %0 = arith.extf %in : f16 to f32
    %1 = arith.maximumf %0, %low : f32
    %2 = arith.minimumf %1, %high : f32
    %3 = arith.truncf %2 : f32 to f8E5M2
    linalg.yield %3 : f8E5M2
  } -> tensor<4x8xf8E5M2>
  return %q : tensor<4x8xf8E5M2>
}
