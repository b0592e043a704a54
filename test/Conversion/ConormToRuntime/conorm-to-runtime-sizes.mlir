// RUN: %conorm_opt %s --split-input-file --convert-conorm-to-runtime | FileCheck %s

// What a call is not told is checked before it, once.
// CHECK-LABEL: func.func @residual(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<?x8xf32>, %[[R:.*]]: memref<?x8xf32>, %[[W:.*]]: memref<8xf32>)
func.func @residual(%x: memref<?x8xf32>, %r: memref<?x8xf32>, %w: memref<8xf32>) {
  // CHECK: %[[T:.*]] = memref.dim %[[X]], %c0
  // CHECK: %[[SIZE:.*]] = arith.index_cast %[[T]] : index to i64
  // CHECK: %[[U:.*]] = memref.dim %[[R]], %c0
  // CHECK: %[[FOUND:.*]] = arith.index_cast %[[U]] : index to i64
  // CHECK: %[[CHECK:.*]] = llvm.mlir.addressof @conorm.check.residual
  // CHECK: llvm.call @conorm_expect_size(%[[CONTEXT]], %[[CHECK]], %[[SIZE]], %[[FOUND]]) : (!llvm.ptr, !llvm.ptr, i64, i64) -> i32
  // CHECK-NOT: conorm_expect_size
  // CHECK: llvm.call @conorm_rms_norm
  norm.add_rms_norm %x, %r weight(%w : memref<8xf32>) outs(%x, %r : memref<?x8xf32>, memref<?x8xf32>)
    {epsilon = 1.0 : f32} : memref<?x8xf32>, memref<?x8xf32>
  // CHECK-NOT: conorm_expect_size
  // CHECK: llvm.call @conorm_rms_norm
  norm.add_rms_norm %x, %r weight(%w : memref<8xf32>) outs(%x, %r : memref<?x8xf32>, memref<?x8xf32>)
    {epsilon = 1.0 : f32} : memref<?x8xf32>, memref<?x8xf32>
  return
}
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.operand.residual("residual\00")
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.check.residual()
// The operation (norm.add_rms_norm), the site, no group, the name, dimension 0.
// CHECK: llvm.mlir.constant(48 : i32)
// CHECK: llvm.mlir.constant(6 : i32)
// CHECK: llvm.mlir.addressof @conorm.site.residual.0
// CHECK: llvm.mlir.zero
// CHECK: llvm.mlir.addressof @conorm.operand.residual
// CHECK: llvm.mlir.constant(0 : i64)
// CHECK: llvm.mlir.constant(0 : i32)

// -----

comm.group @tp

// Allocations by the input's sizes, views and casts are known to agree.
// CHECK-LABEL: func.func @known(
func.func @known(%x: memref<?x?xf32>, %w: memref<?xf32>, %n: index) {
  // CHECK-NOT: conorm_expect_size
  // CHECK: return
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t = memref.dim %x, %c0 : memref<?x?xf32>
  %h = memref.dim %x, %c1 : memref<?x?xf32>
  %y = memref.alloc(%t, %h) : memref<?x?xf32>
  comm.all_reduce %x on @tp outs(%y : memref<?x?xf32>) : memref<?x?xf32>
  %q = memref.alloc(%t, %h) : memref<?x?xf8E4M3FN>
  %tiles = affine.apply affine_map<()[s0] -> (s0 ceildiv 128)>()[%t]
  %blocks = affine.apply affine_map<()[s0] -> ((s0 floordiv 32) ceildiv 4)>()[%h]
  %s = memref.alloc(%tiles, %blocks) : memref<?x?x32x4x4xf8E8M0FNU>
  norm.quantize %y outs(%q, %s : memref<?x?xf8E4M3FN>, memref<?x?x32x4x4xf8E8M0FNU>)
    {scheme = #norm.scheme<mxfp8, layout = swizzled_128x4>} : memref<?x?xf32>
  %top = memref.subview %x[0, 0] [%n, %h] [1, 1] : memref<?x?xf32> to memref<?x?xf32, strided<[?, 1]>>
  %z = memref.alloc(%n, %h) : memref<?x?xf32>
  norm.rms_norm %top outs(%z : memref<?x?xf32>) {epsilon = 1.0 : f32} : memref<?x?xf32, strided<[?, 1]>>
  return
}

// -----

comm.group @tp

// Static sizes against dynamic ones, and what follows from the columns.
// CHECK-LABEL: func.func @mixed(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<?x?xbf16>, %[[W:.*]]: memref<256xbf16>, %[[G:.*]]: memref<?xf32>, %[[Q:.*]]: memref<4x128xi8>, %[[S:.*]]: memref<?x?xf8E4M3FN>)
func.func @mixed(%x: memref<?x?xbf16>, %w: memref<256xbf16>, %g: memref<?xf32>,
                 %q: memref<4x128xi8>, %s: memref<?x?xf8E4M3FN>) {
  // CHECK: llvm.mlir.addressof @conorm.check.mixed
  // CHECK: llvm.call @conorm_expect_size
  // One element of the scale.
  // CHECK: %[[ONE:.*]] = llvm.mlir.constant(1 : i64)
  // CHECK: memref.dim %[[G]], %c0
  // CHECK: llvm.call @conorm_expect_size(%{{.*}}, %{{.*}}, %[[ONE]], %{{.*}})
  // CHECK: %[[FOUR:.*]] = llvm.mlir.constant(4 : i64)
  // CHECK: llvm.call @conorm_expect_size(%{{.*}}, %{{.*}}, %{{.*}}, %[[FOUR]])
  // CHECK: %[[HALF:.*]] = affine.apply {{.*}}
  // CHECK: %[[BYTES:.*]] = arith.index_cast %[[HALF]]
  // CHECK: %[[FOUND:.*]] = llvm.mlir.constant(128 : i64)
  // CHECK: llvm.call @conorm_expect_size(%{{.*}}, %{{.*}}, %[[BYTES]], %[[FOUND]])
  // CHECK-COUNT-2: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @tp weight(%w : memref<256xbf16>) scale(%g : memref<?xf32>)
    outs(quantized = %q : memref<4x128xi8>, scales = %s : memref<?x?xf8E4M3FN>)
    {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<nvfp4>} : memref<?x?xbf16>
  return
}

// -----

comm.group @any
comm.group @pairs {size = 2 : i64}

// How many ranks there are is known to the program, or to the runtime alone:
// then even static sizes may not agree.
// CHECK-LABEL: func.func @blocks(
func.func @blocks(%x: memref<4x8xf32>, %g: memref<16x8xf32>, %s: memref<1x8xf32>, %p: memref<8x8xf32>) {
  // CHECK: llvm.mlir.addressof @[[GATHER:conorm.check.blocks]] :
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_all_gather
  comm.all_gather %x on @any dim 0 outs(%g : memref<16x8xf32>) : memref<4x8xf32>
  // CHECK: llvm.mlir.addressof @[[SCATTER:conorm.check.blocks_0]] :
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_reduce_scatter
  comm.reduce_scatter %x on @any dim 0 outs(%s : memref<1x8xf32>) : memref<4x8xf32>
  // CHECK-NOT: llvm.call @conorm_expect_size
  comm.all_gather %x on @pairs dim 0 outs(%p : memref<8x8xf32>) : memref<4x8xf32>
  return
}
// CHECK: @[[GATHER]]()
// CHECK: llvm.mlir.addressof @conorm.group.any
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK: @[[SCATTER]]()
// CHECK: llvm.mlir.addressof @conorm.group.any
// CHECK: llvm.mlir.constant(2 : i32)

// -----

// A check in a block holds for the blocks in it, not for those beside it.
// CHECK-LABEL: func.func @branches(
func.func @branches(%x: memref<?xf32>, %y: memref<?xf32>, %c: i1) {
  // CHECK: scf.if
  scf.if %c {
    // CHECK: llvm.call @conorm_expect_size
    // CHECK: llvm.call @conorm_rms_norm
    norm.rms_norm %x outs(%y : memref<?xf32>) {epsilon = 1.0 : f32} : memref<?xf32>
  } else {
    // CHECK: llvm.call @conorm_expect_size
    // CHECK: llvm.call @conorm_rms_norm
    norm.rms_norm %x outs(%y : memref<?xf32>) {epsilon = 1.0 : f32} : memref<?xf32>
  }
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_rms_norm
  norm.rms_norm %x outs(%y : memref<?xf32>) {epsilon = 1.0 : f32} : memref<?xf32>
  // CHECK: scf.if
  scf.if %c {
    // CHECK-NOT: llvm.call @conorm_expect_size
    norm.rms_norm %x outs(%y : memref<?xf32>) {epsilon = 1.0 : f32} : memref<?xf32>
  }
  return
}

// -----

// Loops run where their sizes agree. A check before does not help: after a
// failed one, these loops would run all the same.
// CHECK-LABEL: func.func @loops(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<?x8xf32>, %[[R:.*]]: memref<?x8xf32>)
func.func @loops(%x: memref<?x8xf32>, %r: memref<?x8xf32>) -> memref<?x8xf32> {
  %c0 = arith.constant 0 : index
  %t = memref.dim %x, %c0 : memref<?x8xf32>
  %y = memref.alloc(%t) : memref<?x8xf32>
  // CHECK-NOT: conorm_expect_size
  // CHECK: %[[STATUS:.*]] = llvm.call @conorm_expect_size(%[[CONTEXT]]
  // CHECK: %[[OK:.*]] = llvm.mlir.constant(0 : i32)
  // CHECK: %[[IS_OK:.*]] = arith.cmpi eq, %[[STATUS]], %[[OK]] : i32
  // CHECK: scf.if %[[IS_OK]] {
  // CHECK-NEXT: linalg.add
  // CHECK-NEXT: }
  linalg.add ins(%x, %r : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  // CHECK: llvm.call @conorm_expect_size(%[[CONTEXT]]
  // CHECK: scf.if
  linalg.mul ins(%x, %r : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  // CHECK-NOT: conorm_expect_size
  // CHECK: linalg.exp
  linalg.exp ins(%x : memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return %y : memref<?x8xf32>
}

// A sum over k, and a row that is the same for all.
// CHECK-LABEL: func.func private @matmul(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[A:.*]]: memref<?x?xf32>, %[[B:.*]]: memref<?x?xf32>, %[[C:.*]]: memref<4x8xf32>)
func.func private @matmul(%a: memref<?x?xf32>, %b: memref<?x?xf32>, %c: memref<4x8xf32>) {
  // CHECK: %[[K:.*]] = memref.dim %[[B]], %c0
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.call @conorm_expect_size
  // CHECK-NOT: llvm.call
  // CHECK: scf.if
  // CHECK-NEXT: linalg.matmul
  linalg.matmul ins(%a, %b : memref<?x?xf32>, memref<?x?xf32>) outs(%c : memref<4x8xf32>)
  return
}

// Nothing to check: no context.
// CHECK-LABEL: func.func private @static(
// CHECK-SAME:    %{{[^:]*}}: memref<4xf32>)
func.func private @static(%x: memref<4xf32>) {
  linalg.exp ins(%x : memref<4xf32>) outs(%x : memref<4xf32>)
  return
}
// CHECK: @"conorm.operand.operand 1"("operand 1\00")

// -----

// A number of elements that no integer holds is the largest one, which the
// runtime refuses.
comm.group @tp
// CHECK-LABEL: @more_than_there_can_be
func.func @more_than_there_can_be(%x: memref<4611686018427387904x8xbf16>,
                                  %y: memref<4611686018427387904x8xbf16>) {
  // CHECK: llvm.mlir.constant(9223372036854775807 : i64)
  comm.all_reduce %x on @tp outs(%y : memref<4611686018427387904x8xbf16>)
      : memref<4611686018427387904x8xbf16>
  return
}

// -----

// A dimension that is not there is a number like any other.
comm.group @tp
// CHECK-LABEL: func.func @no_such_dimension
func.func @no_such_dimension(%x: memref<?x8xf32>) {
  %c4 = arith.constant 4 : index
  %c-1 = arith.constant -1 : index
  %too_large = memref.dim %x, %c4 : memref<?x8xf32>
  %negative = memref.dim %x, %c-1 : memref<?x8xf32>
  %y = memref.alloc(%too_large) : memref<?x8xf32>
  %z = memref.alloc(%negative) : memref<?x8xf32>
  // CHECK: call @conorm_expect_size
  // CHECK: call @conorm_all_reduce
  comm.all_reduce %x on @tp outs(%y : memref<?x8xf32>) : memref<?x8xf32>
  // CHECK: call @conorm_expect_size
  // CHECK: call @conorm_all_reduce
  comm.all_reduce %x on @tp outs(%z : memref<?x8xf32>) : memref<?x8xf32>
  return
}
