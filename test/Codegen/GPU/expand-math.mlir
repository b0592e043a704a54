// RUN: conorm-opt %s --expand-math --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @exp(
// CHECK:         %[[WIDE:.*]] = arith.extf %{{.*}} : f32 to f64
// CHECK-COUNT-11: math.fma {{.*}} : f64
// CHECK:         %[[RESULT:.*]] = arith.truncf %{{.*}} : f64 to f32
// CHECK-NOT:     math.exp
// CHECK:         return %[[RESULT]]
func.func @exp(%x: f32) -> f32 {
  %0 = math.exp %x : f32
  return %0 : f32
}

// CHECK-LABEL: func.func @exact(
// CHECK-NOT:     f64
// CHECK:         math.sqrt
// CHECK:         math.floor
func.func @exact(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  %1 = math.floor %0 : f32
  return %1 : f32
}

// A NaN gives way to a number; the zeros are ordered as by maximumf.
// CHECK-LABEL: func.func @maxnumf(
// CHECK-SAME:    %[[A:.*]]: f32, %[[B:.*]]: f32)
// CHECK:         %[[BOTH:.*]] = arith.maximumf %[[A]], %[[B]] : f32
// CHECK:         %[[B_NAN:.*]] = arith.cmpf uno, %[[B]], %[[B]] : f32
// CHECK:         %[[OR_A:.*]] = arith.select %[[B_NAN]], %[[A]], %[[BOTH]] : f32
// CHECK:         %[[A_NAN:.*]] = arith.cmpf uno, %[[A]], %[[A]] : f32
// CHECK:         %[[RESULT:.*]] = arith.select %[[A_NAN]], %[[B]], %[[OR_A]] : f32
// CHECK:         return %[[RESULT]]
func.func @maxnumf(%a: f32, %b: f32) -> f32 {
  %0 = arith.maxnumf %a, %b : f32
  return %0 : f32
}

// CHECK-LABEL: func.func @minnumf(
// CHECK:         arith.minimumf
// CHECK-NOT:     arith.minnumf
func.func @minnumf(%a: f64, %b: f64) -> f64 {
  %0 = arith.minnumf %a, %b : f64
  return %0 : f64
}

// -----

func.func @no_function(%x: f32) -> f32 {
  // expected-error @below {{'math.atan' op cannot run on the device, which has no such function}}
  %0 = math.atan %x : f32
  return %0 : f32
}

// -----

func.func @no_remainder(%x: f32, %y: f32) -> f32 {
  // expected-error @below {{'arith.remf' op cannot run on the device, which has no such function}}
  %0 = arith.remf %x, %y : f32
  return %0 : f32
}

// -----

func.func @wide(%x: f64) -> f64 {
  // expected-error @below {{'math.exp' op expected floats of at most 32 bits, found 'f64'}}
  %0 = math.exp %x : f64
  return %0 : f64
}
