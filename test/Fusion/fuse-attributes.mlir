// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=PLACE
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --remarks-filter-analyse=fuse-all-reduce-norm -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --decompose-fused-norm | FileCheck %s --check-prefix=SPLIT
// RUN: conorm-opt %s --raise-quantize --fuse-all-reduce-norm --decompose-fused-norm --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --conorm-to-llvm | FileCheck %s --check-prefix=CALL

// A fused operation has the discardable attributes of all that it replaces; of one
// name, the value of the last operation.

comm.group @tp

// CHECK-LABEL: func @fuse_attributes_of_all
// SPLIT-LABEL: func @fuse_attributes_of_all
// PLACE-LABEL: func @fuse_attributes_of_all
// CALL-LABEL: @fuse_attributes_of_all
func.func @fuse_attributes_of_all(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}, test.add = 2 : i64, test.all = "quantize", test.norm = 3 : i64, test.quantize = 4 : i64, test.reduce = 1 : i64}
  // PLACE: comm.all_reduce_rms_norm {{.*}} loc(fused["{{[^"]*}}":[[#@LINE+8]]:8, "{{[^"]*}}":[[#@LINE+9]]:8, "{{[^"]*}}":[[#@LINE+10]]:8, "{{[^"]*}}":[[#@LINE+11]]:12])
  // SPLIT: comm.all_reduce {{.*}}test.add = 2 : i64, test.all = "quantize", test.norm = 3 : i64, test.quantize = 4 : i64, test.reduce = 1 : i64}
  // SPLIT: norm.add_rms_norm {{.*}}test.add = 2 : i64, test.all = "quantize", test.norm = 3 : i64, test.quantize = 4 : i64, test.reduce = 1 : i64}
  // SPLIT: norm.quantize {{.*}}test.add = 2 : i64, test.all = "quantize", test.norm = 3 : i64, test.quantize = 4 : i64, test.reduce = 1 : i64}
  // CALL: llvm.call @conorm_all_reduce_rms_norm{{.*}} {test.add = 2 : i64, test.all = "quantize", test.norm = 3 : i64, test.quantize = 4 : i64, test.reduce = 1 : i64}
  // REMARK: AttributeConflict | {{.*}} Attribute=test.all, Dropped="{{.*}}add{{.*}}", Kept="{{.*}}norm
  // REMARK: AttributeConflict | {{.*}} Attribute=test.all, Dropped="{{.*}}reduce{{.*}}", Kept="{{.*}}norm
  // REMARK: AttributeConflict | {{.*}} Attribute=test.all, Dropped="{{.*}}norm{{.*}}", Kept="{{.*}}quantize
  %0 = comm.all_reduce %x on @tp {test.reduce = 1, test.all = "reduce"} : tensor<4x8xbf16>
  %1 = arith.addf %0, %r {test.add = 2, test.all = "add"} : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32, test.norm = 3, test.all = "norm"} : tensor<4x8xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>, test.quantize = 4, test.all = "quantize"} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @fuse_attributes_of_sandwich
func.func @fuse_attributes_of_sandwich(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} test.add = 3 : i64, test.first = 2 : i64, test.reduce = 1 : i64, test.second = 5 : i64, test.trunc = 4 : i64}
  %0 = comm.all_reduce %x on @tp {test.reduce = 1} : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32, test.first = 2} : tensor<4x8xbf16>
  %a = arith.extf %1 : tensor<4x8xbf16> to tensor<4x8xf32>
  %b = arith.extf %r : tensor<4x8xbf16> to tensor<4x8xf32>
  %2 = arith.addf %a, %b {test.add = 3} : tensor<4x8xf32>
  %3 = arith.truncf %2 {test.trunc = 4} : tensor<4x8xf32> to tensor<4x8xbf16>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32, test.second = 5} : tensor<4x8xbf16>
  return %4 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_attributes_of_reshapes
func.func @fuse_attributes_of_reshapes(%x: tensor<4x8xbf16>, %r: tensor<2x2x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: tensor.expand_shape %arg0 {{.*}} {test.expand}
  // CHECK: comm.all_reduce_rms_norm {{.*}} test.reduce = 1 : i64}
  // CHECK: tensor.collapse_shape {{.*}} {test.collapse}
  %0 = comm.all_reduce %x on @tp {test.reduce = 1} : tensor<4x8xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 2, 8] {test.expand} : tensor<4x8xbf16> into tensor<2x2x8xbf16>
  %1 = arith.addf %e, %r : tensor<2x2x8xbf16>
  %c = tensor.collapse_shape %1 [[0, 1], [2]] {test.collapse} : tensor<2x2x8xbf16> into tensor<4x8xbf16>
  %2 = norm.rms_norm %c {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_attributes_of_norm_in_f32
func.func @fuse_attributes_of_norm_in_f32(%x: tensor<4x8xbf16>, %w: tensor<8xf32>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} test.all = "norm", test.trunc = 2 : i64}
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %a = arith.extf %0 : tensor<4x8xbf16> to tensor<4x8xf32>
  %1 = norm.rms_norm %a {epsilon = 1.0e-6 : f32, test.all = "norm"} : tensor<4x8xf32>
  %2 = arith.truncf %1 {test.trunc = 2, test.all = "trunc"} : tensor<4x8xf32> to tensor<4x8xbf16>
  return %2 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @fuse_attributes_of_raised_arithmetic
func.func @fuse_attributes_of_raised_arithmetic(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} {epsilon = {{.*}}, test.all = "trunc", test.divide = 1 : i64, test.maximum = 2 : i64, test.minimum = 3 : i64, test.norm = 0 : i64}
  %low = arith.constant dense<-448.0> : tensor<4x8xf32>
  %high = arith.constant dense<448.0> : tensor<4x8xf32>
  %f = arith.constant dense<2.0> : tensor<4x8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32, test.norm = 0} : tensor<4x8xf32>
  %2 = arith.divf %1, %f {test.divide = 1, test.all = "divide"} : tensor<4x8xf32>
  %3 = arith.maximumf %2, %low {test.maximum = 2} : tensor<4x8xf32>
  %4 = arith.minimumf %3, %high {test.minimum = 3} : tensor<4x8xf32>
  %5 = arith.truncf %4 {test.all = "trunc"} : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
  return %5 : tensor<4x8xf8E4M3FN>
}
