// RUN: %conorm_opt %s --expand-small-floats | FileCheck %s
// RUN: %conorm_opt %s --expand-small-floats | FileCheck %s --check-prefix=FLAGS

// Nothing may let a later pass remove a rounding.
// FLAGS-NOT: fastmath

// CHECK-LABEL: func.func @round_to_bf16(
// CHECK-SAME:    %[[X:.*]]: f32)
func.func @round_to_bf16(%x: f32) -> bf16 {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : f32 to i32
  // CHECK: %[[HIGH:.*]] = arith.shrui %[[BITS]], %{{.*}} : i32
  // CHECK: %[[ODD:.*]] = arith.andi %[[HIGH]], %{{.*}} : i32
  // CHECK: %[[HALF:.*]] = arith.constant 32767 : i32
  // CHECK: %[[BIAS:.*]] = arith.addi %[[ODD]], %[[HALF]]
  // CHECK: %[[SUM:.*]] = arith.addi %[[BITS]], %[[BIAS]]
  // CHECK: %[[ROUNDED:.*]] = arith.trunci
  // CHECK: %[[NAN:.*]] = arith.cmpf uno, %[[X]], %[[X]] : f32
  // CHECK: %[[QUIET:.*]] = arith.constant 32704 : i16
  // CHECK: %[[BOTH:.*]] = arith.select %[[NAN]], %[[QUIET]], %[[ROUNDED]] : i16
  // CHECK: %[[RESULT:.*]] = arith.bitcast %[[BOTH]] : i16 to bf16
  // CHECK-NOT: truncf
  // CHECK: return %[[RESULT]]
  %0 = arith.truncf %x : f32 to bf16
  return %0 : bf16
}

// From f64 there are two steps; the first one rounds to odd.
// CHECK-LABEL: func.func @round_f64(
func.func @round_f64(%x: f64) -> (bf16, f16) {
  // CHECK: %[[NEAREST:.*]] = arith.truncf %{{.*}} : f64 to f32
  // CHECK: %[[BACK:.*]] = arith.extf %[[NEAREST]] : f32 to f64
  // CHECK: arith.cmpf one, %[[BACK]]
  // CHECK: arith.ori
  // CHECK: arith.bitcast %{{.*}} : i16 to bf16
  %0 = arith.truncf %x : f64 to bf16
  // CHECK: arith.ori
  // CHECK: arith.truncf %{{.*}} : f32 to f16
  %1 = arith.truncf %x : f64 to f16
  return %0, %1 : bf16, f16
}

// CHECK-LABEL: func.func @arithmetic(
// CHECK-SAME:    %[[A:.*]]: bf16, %[[B:.*]]: bf16, %[[H:.*]]: f16)
func.func @arithmetic(%a: bf16, %b: bf16, %h: f16) -> (bf16, i1, f16) {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[A]] : bf16 to i16
  // CHECK: %[[WIDE:.*]] = arith.extui %[[BITS]] : i16 to i32
  // CHECK: %[[SHIFTED:.*]] = arith.shli %[[WIDE]], %{{.*}} : i32
  // CHECK: %[[WA:.*]] = arith.bitcast %[[SHIFTED]] : i32 to f32
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[B]] : bf16 to i16
  // CHECK: %[[WB:.*]] = arith.bitcast %{{.*}} : i32 to f32
  // CHECK: arith.mulf %[[WA]], %[[WB]] : f32
  // CHECK: arith.bitcast %{{.*}} : i16 to bf16
  %0 = arith.mulf %a, %b : bf16
  // CHECK: arith.cmpf olt, %{{.*}}, %{{.*}} : f32
  %1 = arith.cmpf olt, %a, %b : bf16
  // CHECK: %[[WH:.*]] = arith.extf %[[H]] : f16 to f32
  // CHECK: %[[E:.*]] = math.exp %[[WH]] : f32
  // CHECK: arith.truncf %[[E]] : f32 to f16
  %2 = math.exp %h : f16
  return %0, %1, %2 : bf16, i1, f16
}

// CHECK-LABEL: func.func @integers(
func.func @integers(%i: i32, %a: bf16) -> (bf16, i32) {
  // f64 holds every i32, so that there is one rounding.
  // CHECK: arith.sitofp %{{.*}} : i32 to f64
  %0 = arith.sitofp %i : i32 to bf16
  // CHECK: arith.fptosi %{{.*}} : f32 to i32
  %1 = arith.fptosi %a : bf16 to i32
  return %0, %1 : bf16, i32
}

// CHECK-LABEL: func.func @vectors(
func.func @vectors(%a: vector<4xbf16>) -> vector<4xbf16> {
  // CHECK: arith.addf %{{.*}} : vector<4xf32>
  // CHECK: arith.bitcast %{{.*}} : vector<4xi16> to vector<4xbf16>
  %0 = arith.addf %a, %a : vector<4xbf16>
  return %0 : vector<4xbf16>
}

// CHECK-LABEL: func.func @extend(
// CHECK-NOT:   arith.extf %{{.*}} : bf16
func.func @extend(%a: bf16, %h: f16) -> (f32, f64, f64) {
  // CHECK: %[[SINGLE:.*]] = arith.bitcast %{{.*}} : i32 to f32
  %0 = arith.extf %a : bf16 to f32
  // CHECK: arith.extf %{{.*}} : f32 to f64
  %1 = arith.extf %a : bf16 to f64
  // The processor or the C library has this one.
  // CHECK: arith.extf %{{.*}} : f16 to f64
  %2 = arith.extf %h : f16 to f64
  return %0, %1, %2 : f32, f64, f64
}

// Neither wider types nor what computes nothing is touched.
// CHECK-LABEL: func.func @untouched(
// CHECK-NEXT: arith.constant
// CHECK-NEXT: arith.select
// CHECK-NEXT: arith.addf %{{.*}} : f32
// CHECK-NEXT: arith.truncf %{{.*}} : f64 to f32
// CHECK-NEXT: return
func.func @untouched(%a: bf16, %x: f32, %d: f64, %c: i1) -> (bf16, f32, f32) {
  %one = arith.constant 1.0 : bf16
  %0 = arith.select %c, %a, %one : bf16
  %1 = arith.addf %x, %x : f32
  %2 = arith.truncf %d : f64 to f32
  return %0, %1, %2 : bf16, f32, f32
}

// f8 in integers: the exponent's bias changes, denormals round in an addition,
// what is beyond the largest (126) becomes the NaN that follows it.
// CHECK-LABEL: func.func @round_to_f8(
// CHECK-SAME:    %[[X:.*]]: f32)
func.func @round_to_f8(%x: f32) -> f8E4M3FN {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : f32 to i32
  // CHECK: arith.addf
  // CHECK: %[[LARGEST:.*]] = arith.constant 126 : i32
  // CHECK: arith.cmpi sgt, %{{.*}}, %[[LARGEST]] : i32
  // CHECK-NOT: truncf
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E4M3FN
  %0 = arith.truncf %x : f32 to f8E4M3FN
  return %0 : f8E4M3FN
}

// CHECK-LABEL: func.func @f8_arithmetic(
func.func @f8_arithmetic(%a: f8E5M2, %h: bf16) -> (f8E5M2, f8E4M3FN) {
  // CHECK: %[[ONE:.*]] = arith.constant 60 : i8
  // CHECK: arith.bitcast %[[ONE]] : i8 to f8E5M2
  %one = arith.constant 1.0 : f8E5M2
  // CHECK: arith.bitcast %{{.*}} : i16 to f16
  // CHECK: arith.addf %{{.*}}, %{{.*}} : f32
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E5M2
  %0 = arith.addf %a, %one : f8E5M2
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E4M3FN
  // CHECK-NOT: truncf
  %1 = arith.truncf %h : bf16 to f8E4M3FN
  return %0, %1 : f8E5M2, f8E4M3FN
}

// Scaled conversions are a division or a product in the wider type.
// CHECK-LABEL: func.func @scaled(
// CHECK-SAME:    %[[X:.*]]: f32, %[[S:.*]]: f8E8M0FNU, %[[Q:.*]]: f8E5M2)
func.func @scaled(%x: f32, %s: f8E8M0FNU, %q: f8E5M2) -> (f8E4M3FN, f32) {
  // CHECK: %[[CODE:.*]] = arith.bitcast %[[S]] : f8E8M0FNU to i8
  // CHECK: %[[SCALE:.*]] = arith.bitcast %{{.*}} : i32 to f32
  // CHECK: arith.divf %[[X]], %[[SCALE]] : f32
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E4M3FN
  %0 = arith.scaling_truncf %x, %s : f32, f8E8M0FNU to f8E4M3FN
  // CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
  %1 = arith.scaling_extf %q, %s : f8E5M2, f8E8M0FNU to f32
  return %0, %1 : f8E4M3FN, f32
}

// A scale of another type is rounded to a power of two first: its exponent is taken.
// CHECK-LABEL: func.func @scaled_by_other_types(
// CHECK-SAME:    %[[X:.*]]: f32, %[[S:.*]]: f32, %[[B:.*]]: bf16, %[[Q:.*]]: f8E5M2)
func.func @scaled_by_other_types(%x: f32, %s: f32, %b: bf16, %q: f8E5M2) -> (f8E4M3FN, f32) {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[S]] : f32 to i32
  // CHECK: %[[EXPONENT:.*]] = arith.shrui %[[BITS]], %{{.*}} : i32
  // CHECK: arith.trunci %[[EXPONENT]] : i32 to i8
  // CHECK: arith.divf %[[X]], %{{.*}} : f32
  // CHECK-NOT: truncf
  %0 = arith.scaling_truncf %x, %s : f32, f32 to f8E4M3FN
  // CHECK: arith.bitcast %[[B]] : bf16 to i16
  // CHECK: arith.mulf %{{.*}}, %{{.*}} : f32
  %1 = arith.scaling_extf %q, %b : f8E5M2, bf16 to f32
  return %0, %1 : f8E4M3FN, f32
}

// CHECK-LABEL: func.func @power_of_two(
func.func @power_of_two(%x: f32, %d: f64) -> (f8E8M0FNU, f8E8M0FNU) {
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E8M0FNU
  // CHECK-NEXT: arith.truncf %{{.*}} : f64 to f32
  // CHECK: arith.bitcast %{{.*}} : i8 to f8E8M0FNU
  // CHECK-NOT: truncf
  %0 = arith.truncf %x : f32 to f8E8M0FNU
  %1 = arith.truncf %d : f64 to f8E8M0FNU
  return %0, %1 : f8E8M0FNU, f8E8M0FNU
}

// Vectors, and f64.
// CHECK-LABEL: func.func @scaled_vector(
func.func @scaled_vector(%x: vector<4xf64>, %s: vector<4xf32>) -> vector<4xf8E4M3FN> {
  // CHECK: arith.shrui %{{.*}}, %{{.*}} : vector<4xi32>
  // CHECK: arith.extf %{{.*}} : vector<4xf32> to vector<4xf64>
  // CHECK: arith.divf %{{.*}}, %{{.*}} : vector<4xf64>
  // CHECK: math.absf
  // CHECK: arith.bitcast %{{.*}} : vector<4xi8> to vector<4xf8E4M3FN>
  // CHECK-NEXT: return
  %0 = arith.scaling_truncf %x, %s : vector<4xf64>, vector<4xf32> to vector<4xf8E4M3FN>
  return %0 : vector<4xf8E4M3FN>
}
