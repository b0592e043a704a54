// RUN: conorm-opt %s --convert-elementwise-to-linalg --fuse-elementwise --canonicalize --cse --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @chain(
// CHECK:         linalg.generic
// CHECK:           arith.negf
// CHECK:           math.exp
// CHECK:           arith.addf
// CHECK:           arith.divf
// CHECK:           arith.mulf
// CHECK-NOT:     linalg.generic
func.func @chain(%gate: tensor<4x8xf32>, %up: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %one = arith.constant dense<1.0> : tensor<4x8xf32>
  %0 = arith.negf %gate : tensor<4x8xf32>
  %1 = math.exp %0 : tensor<4x8xf32>
  %2 = arith.addf %1, %one : tensor<4x8xf32>
  %3 = arith.divf %gate, %2 : tensor<4x8xf32>
  %4 = arith.mulf %3, %up : tensor<4x8xf32>
  return %4 : tensor<4x8xf32>
}

// -----

// Two readers: one operation has both results.
// CHECK-LABEL: func.func @two_results(
// CHECK:         %[[BOTH:.*]]:2 = linalg.generic
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @two_results(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = arith.mulf %a, %b : tensor<4x8xf32>
  %1 = arith.addf %0, %b : tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// A reduction computes what it reads by itself.
// CHECK-LABEL: func.func @reduction(
// CHECK:         linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.exp
// CHECK-NEXT:      arith.addf
// CHECK:         linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.exp
// CHECK-NEXT:      arith.divf
// CHECK-NOT:     linalg.generic
#row = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @reduction(%a: tensor<4x8xf32>, %start: tensor<4xf32>) -> tensor<4x8xf32> {
  %0 = math.exp %a : tensor<4x8xf32>
  %1 = linalg.reduce {arith.addf} ins(%0 : tensor<4x8xf32>) outs(%start : tensor<4xf32>) dimensions = [1]
  %e = tensor.empty() : tensor<4x8xf32>
  %2 = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel"]}
      ins(%0, %1 : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %sum: f32, %out: f32):
    %q = arith.divf %x, %sum : f32
    linalg.yield %q : f32
  } -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// -----

// On both sides of a reshape.
// CHECK-LABEL: func.func @reshape(
// CHECK:         linalg.generic
// CHECK:           arith.mulf
// CHECK:           arith.addf
// CHECK-NOT:     linalg.generic
func.func @reshape(%a: tensor<4x32xf32>, %b: tensor<4x4x8xf32>) -> tensor<4x4x8xf32> {
  %0 = arith.mulf %a, %a : tensor<4x32xf32>
  %1 = tensor.expand_shape %0 [[0], [1, 2]] output_shape [4, 4, 8] : tensor<4x32xf32> into tensor<4x4x8xf32>
  %2 = arith.addf %1, %b : tensor<4x4x8xf32>
  return %2 : tensor<4x4x8xf32>
}

// -----

// A reader before the one that takes it in: nothing is fused.
// CHECK-LABEL: func.func @earlier_reader(
// CHECK:         linalg.generic
// CHECK:           arith.mulf
// CHECK:         comm.all_reduce
// CHECK:         linalg.generic
// CHECK:           arith.addf
comm.group @tp
func.func @earlier_reader(%a: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = arith.mulf %a, %a : tensor<4x8xf32>
  %1 = comm.all_reduce %0 on @tp : tensor<4x8xf32>
  %2 = arith.addf %0, %a : tensor<4x8xf32>
  return %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>
}
