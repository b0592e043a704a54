// +0 is greater than -0 for arith.maximumf; a comparison finds them equal. Fails
// once upstream has mended it: see docs/UpstreamFaults.md.

// RUN: %mlir_opt %s --arith-expand | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %s --conorm-to-llvm | FileCheck %s

// FAULT-LABEL: @maximum
// FAULT: %[[GREATER:.*]] = arith.cmpf ugt, %[[A:.*]], %[[B:.*]] : f32
// FAULT: arith.select %[[GREATER]], %[[A]], %[[B]] : f32

// CHECK-LABEL: @maximum
// CHECK: llvm.intr.maximum
// CHECK-LABEL: @minimum
// CHECK: llvm.intr.minimum
func.func @maximum(%a: f32, %b: f32) -> f32 {
  %0 = arith.maximumf %a, %b : f32
  return %0 : f32
}
func.func @minimum(%a: f32, %b: f32) -> f32 {
  %0 = arith.minimumf %a, %b : f32
  return %0 : f32
}
