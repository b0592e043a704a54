// RUN: %conorm_opt %s --split-input-file --convert-conorm-to-runtime | FileCheck %s

comm.group @tp

// The fields of the structure in the order of the C header.
// CHECK-LABEL: func.func @all_reduce(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<4x8xbf16>, %[[Y:.*]]: memref<4x8xbf16>)
func.func @all_reduce(%x: memref<4x8xbf16>, %y: memref<4x8xbf16>) {
  // CHECK: %[[ARGS:.*]] = llvm.alloca %{{.*}} x !llvm.struct<"conorm_all_reduce_args"
  // CHECK: memref.extract_aligned_pointer_as_index %[[X]]
  // CHECK: %[[INPUT:.*]] = llvm.inttoptr
  // CHECK: memref.extract_aligned_pointer_as_index %[[Y]]
  // CHECK: %[[OUTPUT:.*]] = llvm.inttoptr
  // CHECK: %[[SIZE:.*]] = llvm.mlir.constant(72 : i32)
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 0]
  // CHECK: llvm.store %[[SIZE]], %[[FIELD]] : i32
  // CHECK: %[[TYPE:.*]] = llvm.mlir.constant(3 : i32)
  // CHECK: llvm.store %[[TYPE]]
  // CHECK: %[[SITE:.*]] = llvm.mlir.addressof @conorm.site.all_reduce.0
  // CHECK: llvm.store %[[SITE]]
  // CHECK: %[[GROUP:.*]] = llvm.mlir.addressof @conorm.group.tp
  // CHECK: llvm.store %[[GROUP]]
  // CHECK: %[[REDUCTION:.*]] = llvm.mlir.constant(1 : i32)
  // CHECK: llvm.store %[[REDUCTION]]
  // CHECK: %[[STRATEGY:.*]] = llvm.mlir.constant(2 : i32)
  // CHECK: llvm.store %[[STRATEGY]]
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 8]
  // CHECK: llvm.store %[[INPUT]], %[[FIELD]]
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 9]
  // CHECK: llvm.store %[[OUTPUT]], %[[FIELD]]
  // CHECK: %[[COUNT:.*]] = llvm.mlir.constant(32 : i64)
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 10]
  // CHECK: llvm.store %[[COUNT]], %[[FIELD]]
  // Without a table of strategies the last field is null.
  // CHECK: %[[NULL:.*]] = llvm.mlir.zero : !llvm.ptr
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 11]
  // CHECK: llvm.store %[[NULL]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce(%[[CONTEXT]], %[[ARGS]])
  // CHECK-NEXT: return
  comm.all_reduce %x on @tp reduction<max> strategy<two_shot>
    outs(%y : memref<4x8xbf16>) : memref<4x8xbf16> loc("dir/model.mlir":12:8)
  return
}

// The group is gone; its constant has no number of ranks.
// CHECK-NOT: comm.group
// CHECK: llvm.func @conorm_all_reduce(!llvm.ptr, !llvm.ptr) -> i32
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.site.all_reduce.0.label("model.mlir:12:8\00")
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.site.all_reduce.0()
// CHECK: llvm.mlir.constant(24 : i32)
// CHECK: llvm.mlir.addressof @conorm.site.all_reduce.0.label
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.group.tp.name("tp\00")
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.group.tp()
// CHECK: llvm.mlir.constant(32 : i32)
// CHECK: llvm.mlir.constant(0 : i32)
// CHECK: llvm.mlir.constant(0 : i32)
// CHECK: llvm.mlir.addressof @conorm.group.tp.name
// CHECK: llvm.mlir.zero

// -----

comm.group @pairs {replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}

// CHECK-LABEL: func.func @blocks(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<?x6x8xf32>
func.func @blocks(%x: memref<?x6x8xf32>, %s: memref<?x3x8xf32>, %g: memref<?x6x16xf32>) {
  // outer = rows, dim = 6, inner = 8. The output's rows are checked before.
  // CHECK: llvm.call @conorm_expect_size
  // CHECK: llvm.mlir.constant(80 : i32)
  // CHECK: %[[ROWS:.*]] = memref.dim %[[X]]
  // CHECK: %[[WIDE:.*]] = arith.index_cast %[[ROWS]] : index to i64
  // CHECK: %[[OUTER:.*]] = arith.muli %[[WIDE]]
  // CHECK: llvm.store %[[OUTER]]
  // CHECK: %[[DIM:.*]] = llvm.mlir.constant(6 : i64)
  // CHECK: llvm.store %[[DIM]]
  // CHECK: %[[INNER:.*]] = llvm.mlir.constant(8 : i64)
  // CHECK: llvm.store %[[INNER]]
  // CHECK: llvm.call @conorm_reduce_scatter
  comm.reduce_scatter %x on @pairs dim 1 outs(%s : memref<?x3x8xf32>) : memref<?x6x8xf32>
  // outer = rows * 6, dim = 8, inner = 1.
  // CHECK: %[[SIX:.*]] = llvm.mlir.constant(6 : i64)
  // CHECK: %[[OUTER:.*]] = arith.muli %{{.*}}, %[[SIX]]
  // CHECK: llvm.store %[[OUTER]]
  // CHECK: %[[DIM:.*]] = llvm.mlir.constant(8 : i64)
  // CHECK: llvm.store %[[DIM]]
  // CHECK: %[[INNER:.*]] = llvm.mlir.constant(1 : i64)
  // CHECK: llvm.store %[[INNER]]
  // CHECK: llvm.call @conorm_all_gather
  comm.all_gather %x on @pairs dim 2 outs(%g : memref<?x6x16xf32>) : memref<?x6x8xf32>
  return
}
// One constant for the group, however many calls.
// CHECK: @conorm.group.pairs.ranks(dense<[0, 1, 2, 3]> : tensor<4xi64>)
// CHECK-NOT: @conorm.group.pairs_

// -----

// A required size goes to group_size, with num_groups 0.
comm.group @four {size = 4 : i64}

// One argument structure of each type for a whole function.
// CHECK-LABEL: func.func @norms(
func.func @norms(%x: memref<2x4x8xf16>, %r: memref<2x4x8xf16>, %w: memref<8xf32>, %n: index) {
  // CHECK: llvm.alloca {{.*}}conorm_rms_norm_args
  // CHECK-NOT: llvm.alloca
  // CHECK: llvm.mlir.constant(104 : i32)
  // rows = 2 * 4, cols = 8.
  // CHECK: llvm.mlir.constant(8 : i64)
  // CHECK: llvm.mlir.constant(8 : i64)
  // CHECK: %[[EPSILON:.*]] = llvm.mlir.constant(1.000000e+00 : f32)
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 9, 0]
  // CHECK: llvm.mlir.constant(0.000000e+00 : f32)
  // CHECK: %[[ROUNDING:.*]] = llvm.mlir.constant(1 : i32)
  // CHECK: %[[NO_WEIGHT:.*]] = llvm.mlir.constant(0 : i32)
  // CHECK: llvm.call @conorm_rms_norm
  norm.rms_norm %x outs(%x : memref<2x4x8xf16>)
    {epsilon = 1.0 : f32, rounding = #norm.rounding<round_then_scale>} : memref<2x4x8xf16>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // The weight's own type: 1 is f32.
    // CHECK: llvm.mlir.constant(2.000000e+00 : f32)
    // CHECK: llvm.mlir.constant(0 : i32)
    // CHECK: llvm.mlir.constant(1 : i32)
    // CHECK: llvm.call @conorm_rms_norm
    norm.add_rms_norm %x, %r weight(%w : memref<8xf32>)
      outs(%x, %r : memref<2x4x8xf16>, memref<2x4x8xf16>)
      {epsilon = 1.0 : f32, weight_bias = 2.0 : f32} : memref<2x4x8xf16>, memref<2x4x8xf16>
  }
  return
}

// CHECK-LABEL: func.func @fused(
func.func @fused(%x: memref<4x8xf16>, %r: memref<4x8xf16>, %w: memref<8xf16>, %p: memref<8xf16>) {
  // CHECK: llvm.mlir.constant(200 : i32)
  // CHECK: %[[ONE:.*]] = llvm.mlir.constant(1 : i32) : i32
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 18]
  // CHECK: %[[NOT_REPLICATED:.*]] = llvm.mlir.constant(0 : i32) : i32
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 19]
  // CHECK-NEXT: llvm.store %[[NOT_REPLICATED]], %[[FIELD]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 20, 0]
  // CHECK: llvm.mlir.constant(5.000000e-01 : f32)
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 20, 1]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @four weight(%w : memref<8xf16>) residual(%r : memref<4x8xf16>)
    post_norm_weight(%p : memref<8xf16>)
    outs(residual_out = %r : memref<4x8xf16>, normed = %x : memref<4x8xf16>)
    {epsilon = 1.0e-6 : f32, post_norm_epsilon = 0.25 : f32, post_norm_weight_bias = 0.5 : f32}
    : memref<4x8xf16>
  return
}

// One number says both roundings of a norm.
// CHECK-LABEL: func.func @weight_rounding(
func.func @weight_rounding(%x: memref<4x8xf16>, %r: memref<4x8xf16>, %w: memref<8xf16>) {
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 16, 1]
  // CHECK: %[[TWO:.*]] = llvm.mlir.constant(2 : i32) : i32
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 16, 2]
  // CHECK-NEXT: llvm.store %[[TWO]], %[[FIELD]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 20, 1]
  // CHECK: %[[THREE:.*]] = llvm.mlir.constant(3 : i32) : i32
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 20, 2]
  // CHECK-NEXT: llvm.store %[[THREE]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @four weight(%w : memref<8xf16>) residual(%r : memref<4x8xf16>)
    post_norm_weight(%w : memref<8xf16>) outs(normed = %x : memref<4x8xf16>)
    {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32, weight_rounding = #norm.weight_rounding<element_type>,
     post_norm_epsilon = 0.25 : f32, post_norm_weight_bias = 0.5 : f32, post_norm_rounding = #norm.rounding<round_then_scale>,
     post_norm_weight_rounding = #norm.weight_rounding<element_type>}
    : memref<4x8xf16>
  return
}

// The field behind that of the sandwich: 0 above, 1 here.
// CHECK-LABEL: func.func @replicated(
func.func @replicated(%x: memref<4x8xf16>, %r: memref<4x8xf16>) {
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 18]
  // CHECK-NEXT: llvm.store %{{.*}}, %[[FIELD]]
  // CHECK-NEXT: %[[REPLICATED:.*]] = llvm.mlir.constant(1 : i32) : i32
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 19]
  // CHECK-NEXT: llvm.store %[[REPLICATED]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @four residual(%r : memref<4x8xf16>) outs(normed = %x : memref<4x8xf16>)
    {epsilon = 1.0e-6 : f32, replicated} : memref<4x8xf16>
  return
}
// CHECK: llvm.mlir.global {{.*}}@conorm.group.four()
// CHECK: llvm.mlir.constant(32 : i32)
// CHECK: llvm.mlir.constant(0 : i32)
// CHECK: llvm.mlir.constant(4 : i32)

// -----

// Contiguous with an offset: the pointer moves, nothing is copied.
// CHECK-LABEL: func.func @offset(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<4x8xf32, strided<[8, 1], offset: ?>>)
func.func @offset(%x: memref<4x8xf32, strided<[8, 1], offset: ?>>) {
  // CHECK-NOT: memref.copy
  // CHECK: %[[BASE:.*]] = llvm.inttoptr
  // CHECK: %{{.*}}, %[[OFFSET:.*]], %{{.*}}:2, %{{.*}}:2 = memref.extract_strided_metadata %[[X]]
  // CHECK: %[[WIDE:.*]] = arith.index_cast %[[OFFSET]] : index to i64
  // CHECK: llvm.getelementptr %[[BASE]][%[[WIDE]]] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  // CHECK-NOT: memref.copy
  norm.rms_norm %x outs(%x : memref<4x8xf32, strided<[8, 1], offset: ?>>) {epsilon = 1.0 : f32}
    : memref<4x8xf32, strided<[8, 1], offset: ?>>
  return
}

// The call takes an input whose first dimension has a stride of its own.
// CHECK-LABEL: func.func @row_groups(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>, %[[Y:.*]]: memref<?x2x8xf32>)
func.func @row_groups(%x: memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>, %y: memref<?x2x8xf32>) {
  // CHECK-NOT: memref.alloc
  // CHECK-NOT: scf.for
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 9, 4]
  // CHECK: %[[ROWS:.*]] = llvm.mlir.constant(2 : i64) : i64
  // CHECK-NEXT: %[[AT:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 10]
  // CHECK-NEXT: llvm.store %[[ROWS]], %[[AT]] : i64, !llvm.ptr
  // CHECK-NEXT: %[[STRIDE:.*]] = llvm.mlir.constant(64 : i64) : i64
  // CHECK-NEXT: %[[AT:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 11]
  // CHECK-NEXT: llvm.store %[[STRIDE]], %[[AT]] : i64, !llvm.ptr
  // CHECK: llvm.call @conorm_rms_norm
  // CHECK-NOT: memref.copy
  norm.rms_norm %x outs(%y : memref<?x2x8xf32>) {epsilon = 1.0 : f32}
    : memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>
  return
}

// Not if other rows than the input's are apart: one call for each index of the
// outer dimensions, within which rows are contiguous.
// CHECK-LABEL: func.func @heads(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>, %[[Y:.*]]: memref<?x2x8xf32, strided<[32, 8, 1]>>,
func.func @heads(%x: memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>, %y: memref<?x2x8xf32, strided<[32, 8, 1]>>,
                 %w: memref<8xf32>) {
  // CHECK-NOT: memref.alloc
  // CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step
  // CHECK: %[[IN:.*]] = memref.subview %[[X]][%[[I]], 0, 0] [1, 2, 8] [1, 1, 1] : {{.*}} to memref<2x8xf32, strided<[8, 1], offset: ?>>
  // CHECK: %[[OUT:.*]] = memref.subview %[[Y]][%[[I]], 0, 0] [1, 2, 8] [1, 1, 1]
  // CHECK: llvm.call @conorm_rms_norm
  // CHECK-NOT: memref.copy
  norm.rms_norm %x weight(%w : memref<8xf32>) outs(%y : memref<?x2x8xf32, strided<[32, 8, 1]>>) {epsilon = 1.0 : f32}
    : memref<?x2x8xf32, strided<[64, 8, 1], offset: 32>>
  return
}

// CHECK-LABEL: func.func @each_row(
func.func @each_row(%x: memref<3x?x8xf32, strided<[?, 16, 1]>>, %r: memref<3x?x8xf32>,
                    %y: memref<3x?x8xf32>) {
  // CHECK: scf.for
  // CHECK: scf.for
  // CHECK: memref.subview {{.*}} to memref<8xf32, strided<[1], offset: ?>>
  // CHECK: llvm.call @conorm_rms_norm
  norm.add_rms_norm %x, %r outs(%y, %r : memref<3x?x8xf32>, memref<3x?x8xf32>) {epsilon = 1.0 : f32}
    : memref<3x?x8xf32, strided<[?, 16, 1]>>, memref<3x?x8xf32>
  return
}

// Elements apart: through a temporary, and back for outputs. All ranks make one
// call for a collective.
// CHECK-LABEL: func.func @strided(
// CHECK-SAME:    %{{.*}}: !llvm.ptr, %[[X:.*]]: memref<?x8xf32, strided<[16, 2]>>, %[[Y:.*]]: memref<?x8xf32, strided<[32, 1]>>)
func.func @strided(%x: memref<?x8xf32, strided<[16, 2]>>, %y: memref<?x8xf32, strided<[32, 1]>>) {
  // CHECK: %[[IN:.*]] = memref.alloc(%{{.*}}) : memref<?x8xf32>
  // CHECK: memref.copy %[[X]], %[[IN]]
  // CHECK: llvm.call @conorm_rms_norm
  // CHECK-NEXT: memref.dealloc %[[IN]]
  norm.rms_norm %x outs(%x : memref<?x8xf32, strided<[16, 2]>>) {epsilon = 1.0 : f32}
    : memref<?x8xf32, strided<[16, 2]>>
  // CHECK: %[[IN:.*]] = memref.alloc(%{{.*}}) : memref<?x8xf32>
  // CHECK: memref.copy %[[X]], %[[IN]]
  // CHECK: %[[OUT:.*]] = memref.alloc(%{{.*}}) : memref<?x8xf32>
  // CHECK-NOT: scf.for
  // CHECK: llvm.call @conorm_all_reduce
  // CHECK-NEXT: memref.dealloc %[[IN]]
  // CHECK-NEXT: memref.copy %[[OUT]], %[[Y]]
  // CHECK-NEXT: memref.dealloc %[[OUT]]
  comm.all_reduce %x on @all outs(%y : memref<?x8xf32, strided<[32, 1]>>)
    : memref<?x8xf32, strided<[16, 2]>>
  return
}
comm.group @all

// -----

comm.group @tp

// Public functions and callers of the runtime take the context, others do not.
// CHECK-LABEL: func.func @entry(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<8xf32>)
func.func @entry(%x: memref<8xf32> {comm.donated, comm.per_rank}) {
  // CHECK: call @caller(%[[CONTEXT]], %[[X]]) : (!llvm.ptr, memref<8xf32>) -> ()
  // CHECK: call @pure(%[[X]]) : (memref<8xf32>) -> ()
  // CHECK: call @elsewhere(%[[X]]) : (memref<8xf32>) -> ()
  // CHECK: call @public(%[[CONTEXT]]) : (!llvm.ptr) -> ()
  call @caller(%x) : (memref<8xf32>) -> ()
  call @pure(%x) : (memref<8xf32>) -> ()
  call @elsewhere(%x) : (memref<8xf32>) -> ()
  call @public() : () -> ()
  return
}
// CHECK: func.func private @caller(%[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<8xf32>)
func.func private @caller(%x: memref<8xf32>) {
  // CHECK: call @leaf(%[[CONTEXT]], %[[X]])
  call @leaf(%x) : (memref<8xf32>) -> ()
  return
}
// CHECK: func.func private @leaf(%[[CONTEXT:.*]]: !llvm.ptr, %{{.*}}: memref<8xf32>)
func.func private @leaf(%x: memref<8xf32>) {
  // CHECK: llvm.call @conorm_all_reduce(%[[CONTEXT]],
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
  // The same operation again is another site.
  // CHECK: llvm.mlir.addressof @conorm.site.leaf.1
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
  return
}
// CHECK: func.func private @pure(%{{.*}}: memref<8xf32>)
func.func private @pure(%x: memref<8xf32>) { return }
// CHECK: func.func private @elsewhere(memref<8xf32>)
func.func private @elsewhere(%x: memref<8xf32>)
// CHECK: func.func @public(%{{.*}}: !llvm.ptr)
func.func @public() { return }

// CHECK: @conorm.site.leaf.0()
// CHECK: %[[ID0:.*]] = llvm.mlir.constant([[FIRST:.*]] : i64)
// CHECK: @conorm.site.leaf.1()
// CHECK-NOT: llvm.mlir.constant([[FIRST]] : i64)
// CHECK: llvm.return

// -----

comm.group @tp

// Without a place in a file the function names the site.
// CHECK-LABEL: func.func @unknown_place(
// CHECK: @conorm.site.unknown_place.0.label("@unknown_place\00")
func.func @unknown_place(%x: memref<8xf32>) {
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32> loc(unknown)
  return
}

// CHECK: @conorm.site.fused_place.0.label("layer.py:7:3\00")
func.func @fused_place(%x: memref<8xf32>) {
  comm.all_reduce %x on @tp outs(%x : memref<8xf32>) : memref<8xf32>
    loc(fused["name", callsite("/a/b/layer.py":7:3 at "c.py":1:1)])
  return
}
