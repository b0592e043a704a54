// RUN: conorm-opt %s --convert-conorm-to-runtime | FileCheck %s

// Each field has its number in conorm_matmul_args.

// CHECK-LABEL: func @static
func.func @static(%a: memref<4x8xbf16, strided<[24, 1], offset: 8>>, %b: memref<6x8xbf16>, %o: memref<4x6xf32>) {
  // CHECK: %[[ARGS:.*]] = llvm.alloca %{{.*}} x !llvm.struct<"conorm_matmul_args"
  // The offset is in the address, and nothing is copied.
  // CHECK: %[[A:.*]] = llvm.getelementptr %{{.*}}[%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, bf16
  // CHECK-NOT: memref.copy
  // The types, and the addresses.
  // CHECK: llvm.mlir.constant(3 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 1] :
  // CHECK: llvm.mlir.constant(3 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 2] :
  // CHECK: llvm.mlir.constant(1 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 3] :
  // CHECK: %[[LHS:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 5]
  // CHECK-NEXT: llvm.store %[[A]], %[[LHS]]
  // CHECK: %[[NO_INIT:.*]] = llvm.mlir.zero
  // CHECK-NEXT: %[[INIT:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 7]
  // CHECK-NEXT: llvm.store %[[NO_INIT]], %[[INIT]]
  // batch, m, n and k.
  // CHECK: llvm.mlir.constant(1 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 9] :
  // CHECK: llvm.mlir.constant(4 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 10] :
  // CHECK: llvm.mlir.constant(6 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 11] :
  // CHECK: llvm.mlir.constant(8 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 12] :
  // Strides of batches, and of rows.
  // CHECK: llvm.mlir.constant(0 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 13] :
  // CHECK: llvm.mlir.constant(0 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 14] :
  // CHECK: llvm.mlir.constant(0 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 15] :
  // CHECK: llvm.mlir.constant(0 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 16] :
  // CHECK: llvm.mlir.constant(24 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 17] :
  // CHECK: llvm.mlir.constant(8 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 18] :
  // CHECK: llvm.mlir.constant(6 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 20] :
  // What is transposed, and no scales.
  // CHECK: llvm.mlir.constant(0 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 21] :
  // CHECK: llvm.mlir.constant(1 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 22] :
  // CHECK: llvm.mlir.constant(0 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 23] :
  // CHECK: llvm.mlir.constant(0 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 24] :
  // CHECK: llvm.call @conorm_matmul(%{{.*}}, %[[ARGS]])
  // CHECK-NOT: conorm_expect_size
  blas.matmul %a, %b outs(%o : memref<4x6xf32>) {transpose_rhs} : memref<4x8xbf16, strided<[24, 1], offset: 8>>, memref<6x8xbf16>
  return
}

// Sizes that are not known are counted, strides are read, and what must agree
// is checked.
// CHECK-LABEL: func @dynamic
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<?x?x8xf32, strided<[?, ?, 1]>>, %[[B:[a-z0-9]*]]: memref<8x?xf32>, %[[C:[a-z0-9]*]]: memref<?x?x?xf32>
func.func @dynamic(%a: memref<?x?x8xf32, strided<[?, ?, 1]>>, %b: memref<8x?xf32>, %c: memref<?x?x?xf32>, %o: memref<?x?x?xf32>) {
  // Three sizes of init, and of the output.
  // CHECK-COUNT-6: llvm.call @conorm_expect_size
  // CHECK-NOT: llvm.call @conorm_expect_size
  // CHECK: %[[BATCH:.*]] = memref.dim %{{.*}}, %{{.*}} : memref<?x?x?xf32>
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 9] :
  // CHECK: memref.dim %[[A]], %{{.*}}
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 10] :
  // CHECK: memref.dim %[[B]], %{{.*}}
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 11] :
  // CHECK: %{{.*}}, %{{.*}}, %{{.*}}:3, %[[STRIDES:.*]]:3 = memref.extract_strided_metadata %[[A]]
  // CHECK-NEXT: %[[STRIDE:.*]] = arith.index_cast %[[STRIDES]]#0
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 13] :
  // One matrix for all of the batch.
  // CHECK: llvm.mlir.constant(0 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 14] :
  // CHECK: memref.extract_strided_metadata %[[C]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 15] :
  blas.matmul %a, %b init(%c : memref<?x?x?xf32>) outs(%o : memref<?x?x?xf32>) : memref<?x?x8xf32, strided<[?, ?, 1]>>, memref<8x?xf32>
  return
}

// A scale of one element is one for all, and a vector is checked.
// CHECK-LABEL: func @scales
func.func @scales(%a: memref<?x16xf8E4M3FN>, %b: memref<32x16xf8E4M3FN>, %s: memref<?xf32>, %one: memref<1xf32>, %o: memref<?x32xbf16>) {
  // CHECK-COUNT-2: llvm.call @conorm_expect_size
  // CHECK: llvm.mlir.constant(4 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 1] :
  // CHECK: llvm.mlir.constant(4 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 2] :
  // CHECK: llvm.mlir.constant(3 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 3] :
  // CHECK: llvm.mlir.constant(2 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 23] :
  // CHECK: llvm.mlir.constant(1 : i32) : i32
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 24] :
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 25] :
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 26] :
  blas.matmul %a, %b lhs_scale(%s : memref<?xf32>) rhs_scale(%one : memref<1xf32>) outs(%o : memref<?x32xbf16>) {transpose_rhs} : memref<?x16xf8E4M3FN>, memref<32x16xf8E4M3FN>
  return
}

// A matrix whose columns do not lie next to each other is copied.
// CHECK-LABEL: func @not_contiguous
// CHECK-SAME: %[[A:[a-z0-9]*]]: memref<4x8xf32, strided<[1, 4]>>
func.func @not_contiguous(%a: memref<4x8xf32, strided<[1, 4]>>, %b: memref<8x6xf32>, %o: memref<4x6xf32>) {
  // CHECK: %[[COPY:.*]] = memref.alloc() : memref<4x8xf32>
  // CHECK: memref.copy %[[A]], %[[COPY]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 16] :
  // CHECK-NEXT: llvm.store
  // CHECK: llvm.mlir.constant(8 : i64) : i64
  // CHECK-NEXT: llvm.getelementptr inbounds %{{.*}}[0, 17] :
  // CHECK: llvm.call @conorm_matmul
  // CHECK: memref.dealloc %[[COPY]]
  blas.matmul %a, %b outs(%o : memref<4x6xf32>) : memref<4x8xf32, strided<[1, 4]>>, memref<8x6xf32>
  return
}
