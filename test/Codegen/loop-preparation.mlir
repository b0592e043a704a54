// RUN: %conorm_opt %s --unshare-starts | FileCheck %s --check-prefix=FILLS
// RUN: %conorm_opt %s --convert-strided-copy-to-linalg | FileCheck %s --check-prefix=COPIES
// RUN: %conorm_opt %s --decompose-aggregates | FileCheck %s --check-prefix=SPLIT

// FILLS-LABEL: func.func @shared_fill(
func.func @shared_fill(%a: tensor<4x4xf32>, %zero: f32)
    -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) {
  // FILLS: %[[SHARED:.*]] = linalg.fill
  // FILLS: %[[EMPTY0:.*]] = tensor.empty
  // FILLS: %[[FIRST:.*]] = linalg.fill {{.*}} outs(%[[EMPTY0]] :
  // FILLS: linalg.matmul {{.*}} outs(%[[FIRST]] :
  // FILLS: %[[EMPTY1:.*]] = tensor.empty
  // FILLS: %[[SECOND:.*]] = linalg.fill {{.*}} outs(%[[EMPTY1]] :
  // FILLS: linalg.matmul {{.*}} outs(%[[SECOND]] :
  // Reading is no start.
  // FILLS-NOT: linalg.fill
  // FILLS: linalg.add ins(%[[SHARED]],
  %e = tensor.empty() : tensor<4x4xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %0 = linalg.matmul ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>)
                     outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.matmul ins(%a, %0 : tensor<4x4xf32>, tensor<4x4xf32>)
                     outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = linalg.add ins(%c, %a : tensor<4x4xf32>, tensor<4x4xf32>)
                  outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0, %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
}

// COPIES-LABEL: func.func @copies(
// COPIES-SAME:    %[[A:.*]]: memref<4x8xf32, strided<[16, 1]>>, %[[B:.*]]: memref<4x8xf32>, %[[C:.*]]: memref<4x8xf32>)
func.func @copies(%a: memref<4x8xf32, strided<[16, 1]>>, %b: memref<4x8xf32>, %c: memref<4x8xf32>) {
  // COPIES: linalg.generic {{.*}} ins(%[[A]] : {{.*}}) outs(%[[B]] :
  // COPIES: memref.copy %[[B]], %[[C]]
  // COPIES: linalg.generic {{.*}} ins(%[[C]] : {{.*}}) outs(%[[A]] :
  memref.copy %a, %b : memref<4x8xf32, strided<[16, 1]>> to memref<4x8xf32>
  memref.copy %b, %c : memref<4x8xf32> to memref<4x8xf32>
  memref.copy %c, %a : memref<4x8xf32> to memref<4x8xf32, strided<[16, 1]>>
  return
}

// SPLIT-LABEL: func.func @softmax(
// SPLIT-NOT:   linalg.softmax
// SPLIT:       arith.maxnumf
// SPLIT:       math.exp
// SPLIT:       arith.addf
// SPLIT:       %[[QUOTIENTS:.*]] = linalg.generic
// SPLIT:       arith.divf
// SPLIT:       return %[[QUOTIENTS]]
func.func @softmax(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = linalg.softmax dimension(1) ins(%a : tensor<2x4xf32>)
         outs(%b : tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
