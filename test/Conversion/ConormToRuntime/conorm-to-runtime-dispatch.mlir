// RUN: %conorm_opt %s --convert-conorm-to-runtime | FileCheck %s

// Tables of strategies are constants, each of them once.

#table = #comm.dispatch<cuda, [<2 ranks from 0 bytes: one_shot>, <4 ranks from 0 bytes: one_shot>,
                               <4 ranks from 131072 bytes: two_shot>]>
#other = #comm.dispatch<cpu, [<2 ranks from 0 bytes: nccl>]>

// Nothing of the dialect is left, and so no target.
// CHECK-NOT: #comm
// CHECK: module {
module attributes {comm.target = #comm.target<"sm_90" over nvlink>} {
comm.group @tp

// CHECK-LABEL: func.func @all_reduce(
func.func @all_reduce(%x: memref<?x8xbf16>) {
  // CHECK: %[[ARGS:.*]] = llvm.alloca %{{.*}} x !llvm.struct<"conorm_all_reduce_args"
  // The strategy is left open.
  // CHECK: llvm.getelementptr inbounds %[[ARGS]][0, 5]
  // CHECK-NEXT: llvm.store %[[AUTO:.*]], %{{.*}} : i32
  // CHECK: %[[TABLE:.*]] = llvm.mlir.addressof @conorm.dispatch :
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 11]
  // CHECK: llvm.store %[[TABLE]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce
  comm.all_reduce %x on @tp outs(%x : memref<?x8xbf16>) {dispatch = #table} : memref<?x8xbf16>
  return
}

// CHECK-LABEL: func.func @fused(
func.func @fused(%x: memref<?x8xbf16>) {
  // CHECK: %[[ARGS:.*]] = llvm.alloca %{{.*}} x !llvm.struct<"conorm_all_reduce_rms_norm_args"
  // CHECK: %[[TABLE:.*]] = llvm.mlir.addressof @conorm.dispatch :
  // CHECK: %[[FIELD:.*]] = llvm.getelementptr inbounds %[[ARGS]][0, 21]
  // CHECK: llvm.store %[[TABLE]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  // CHECK: llvm.mlir.addressof @conorm.dispatch_{{[0-9]+}} :
  // CHECK: llvm.call @conorm_all_reduce(
  comm.all_reduce_rms_norm %x on @tp outs(normed = %x : memref<?x8xbf16>)
    {dispatch = #table, epsilon = 1.0e-6 : f32} : memref<?x8xbf16>
  comm.all_reduce %x on @tp outs(%x : memref<?x8xbf16>) {dispatch = #other} : memref<?x8xbf16>
  return
}
}

// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.dispatch.ranges()
// CHECK-SAME: !llvm.array<3 x struct<"conorm_strategy_range", (i32, i32, i64)>>
// CHECK: llvm.mlir.constant(4 : i32)
// CHECK: llvm.mlir.constant(2 : i32)
// CHECK: llvm.mlir.constant(131072 : i64)
// CHECK: llvm.return
// CHECK: llvm.mlir.global internal unnamed_addr constant @conorm.dispatch()
// The size of the structure, the backend, and the number of ranges.
// CHECK: llvm.mlir.constant(24 : i32)
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK: llvm.mlir.constant(3 : i32)
// CHECK: llvm.mlir.addressof @conorm.dispatch.ranges
