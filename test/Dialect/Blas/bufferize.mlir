// RUN: conorm-opt %s --conorm-bufferize | FileCheck %s

// CHECK-LABEL: func @new_buffer
// CHECK-SAME: %[[A:.*]]: memref<?x8xbf16>, %[[B:.*]]: memref<8x?xbf16>
func.func @new_buffer(%a: tensor<?x8xbf16>, %b: tensor<8x?xbf16>) -> tensor<?x?xbf16> {
  // CHECK-DAG: %[[M:.*]] = memref.dim %[[A]], %c0
  // CHECK-DAG: %[[N:.*]] = memref.dim %[[B]], %c1
  // CHECK: %[[C:.*]] = memref.alloc(%[[M]], %[[N]])
  // CHECK: blas.matmul %[[A]], %[[B]] outs(%[[C]] : memref<?x?xbf16>) : memref<?x8xbf16>, memref<8x?xbf16>
  // CHECK: return %[[C]]
  %c = blas.matmul %a, %b : tensor<?x8xbf16>, tensor<8x?xbf16> -> tensor<?x?xbf16>
  return %c : tensor<?x?xbf16>
}

// The batch is that of the operand that has one.
// CHECK-LABEL: func @batch_of_rhs
// CHECK-SAME: %{{.*}}: memref<4x8xf32>, %[[B:.*]]: memref<?x8x6xf32>
func.func @batch_of_rhs(%a: tensor<4x8xf32>, %b: tensor<?x8x6xf32>) -> tensor<?x4x6xf32> {
  // CHECK: %[[N:.*]] = memref.dim %[[B]], %c0
  // CHECK: memref.alloc(%[[N]]) {{.*}}: memref<?x4x6xf32>
  %c = blas.matmul %a, %b : tensor<4x8xf32>, tensor<?x8x6xf32> -> tensor<?x4x6xf32>
  return %c : tensor<?x4x6xf32>
}

// An init that nothing reads later is written over, although its type is not
// that of the first operand.
// CHECK-LABEL: func @init_in_place
func.func @init_in_place(%a: tensor<4x8xbf16>, %b: tensor<8x6xbf16>, %c: tensor<4x6xbf16>, %d: tensor<6x6xbf16>) -> tensor<4x6xbf16> {
  // CHECK: %[[FIRST:.*]] = memref.alloc
  // CHECK: blas.matmul %{{.*}}, %{{.*}} outs(%[[FIRST]]
  // CHECK-NOT: memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: blas.matmul %{{.*}}, %{{.*}} init(%[[FIRST]] : memref<4x6xbf16>) outs(%[[FIRST]] : memref<4x6xbf16>)
  %first = blas.matmul %a, %b : tensor<4x8xbf16>, tensor<8x6xbf16> -> tensor<4x6xbf16>
  %second = blas.matmul %c, %d init(%first : tensor<4x6xbf16>) : tensor<4x6xbf16>, tensor<6x6xbf16> -> tensor<4x6xbf16>
  return %second : tensor<4x6xbf16>
}

// An operand is read when the output is written already, whatever its type.
// CHECK-LABEL: func @no_operand_in_place
func.func @no_operand_in_place(%a: tensor<6x6xf32>, %b: tensor<6x6xf32>) -> tensor<6x6xf32> {
  // CHECK: %[[FIRST:.*]] = memref.alloc
  // CHECK: %[[SECOND:.*]] = memref.alloc
  // CHECK: blas.matmul %[[FIRST]], %{{.*}} outs(%[[SECOND]]
  %first = blas.matmul %a, %b : tensor<6x6xf32>, tensor<6x6xf32> -> tensor<6x6xf32>
  %second = blas.matmul %first, %b outs(%first : tensor<6x6xf32>) : tensor<6x6xf32>, tensor<6x6xf32> -> tensor<6x6xf32>
  return %second : tensor<6x6xf32>
}

// An init that is the left operand too is not written over.
// CHECK-LABEL: func @init_is_lhs
func.func @init_is_lhs(%a: tensor<6x6xf32>, %b: tensor<6x6xf32>) -> tensor<6x6xf32> {
  // CHECK: %[[FIRST:.*]] = memref.alloc
  // CHECK: %[[SECOND:.*]] = memref.alloc
  // CHECK: blas.matmul %[[FIRST]], %{{.*}} init(%[[FIRST]] : memref<6x6xf32>) outs(%[[SECOND]]
  %first = blas.matmul %a, %b : tensor<6x6xf32>, tensor<6x6xf32> -> tensor<6x6xf32>
  %second = blas.matmul %first, %b init(%first : tensor<6x6xf32>) : tensor<6x6xf32>, tensor<6x6xf32> -> tensor<6x6xf32>
  return %second : tensor<6x6xf32>
}
