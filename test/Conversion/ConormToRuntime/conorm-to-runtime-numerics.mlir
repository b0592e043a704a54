// RUN: conorm-opt %s --convert-conorm-to-runtime=numerics=relaxed | FileCheck %s --check-prefixes=CHECK,RELAXED
// RUN: conorm-opt %s --convert-conorm-to-runtime | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: conorm-opt %s --convert-conorm-to-runtime=numerics=relaxed --remarks-filter-passed=convert-conorm-to-runtime -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK --implicit-check-not=remark:
// RUN: conorm-opt %s --convert-conorm-to-runtime --remarks-filter-passed=convert-conorm-to-runtime -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE --allow-empty
// RUN: not conorm-opt %s --convert-conorm-to-runtime=numerics=loose 2>&1 | FileCheck %s --check-prefix=INVALID

// NONE-NOT: remark:
// INVALID: numerics option: Cannot find option named 'loose'

comm.group @tp

// Every collective says which bits it keeps; what only moves data, or takes a
// maximum, gives the same bits in any order, and no remark.
// CHECK-LABEL: func.func @collectives(
func.func @collectives(%x: memref<4x8xbf16>, %s: memref<1x8xbf16>, %g: memref<16x8xbf16>) {
  // REMARK: [[@LINE+8]]:3: remark: [Passed] Relaxed | Category:convert-conorm-to-runtime | Operation=comm.all_reduce, Remark="left the order of the sum to the strategy"
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 5] : {{.*}}"conorm_all_reduce_args"
  // CHECK-NEXT: llvm.store
  // RELAXED-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(1 : i32)
  // EXACT-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(0 : i32)
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 6]
  // CHECK-NEXT: llvm.store %[[NUMERICS]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce
  comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
  // CHECK: llvm.call @conorm_all_reduce
  comm.all_reduce %x on @tp reduction<max> outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
  // REMARK: [[@LINE+8]]:3: remark: [Passed] Relaxed | {{.*}}Operation=comm.reduce_scatter
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 5] : {{.*}}"conorm_scatter_gather_args"
  // CHECK-NEXT: llvm.store
  // RELAXED-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(1 : i32)
  // EXACT-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(0 : i32)
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 6]
  // CHECK-NEXT: llvm.store %[[NUMERICS]], %[[FIELD]]
  // CHECK: llvm.call @conorm_reduce_scatter
  comm.reduce_scatter %x on @tp dim 0 outs(%s : memref<1x8xbf16>) : memref<4x8xbf16>
  // CHECK: llvm.call @conorm_all_gather
  comm.all_gather %x on @tp dim 0 outs(%g : memref<16x8xbf16>) : memref<4x8xbf16>
  // REMARK: [[@LINE+8]]:3: remark: [Passed] Relaxed | {{.*}}Operation=comm.all_reduce_rms_norm
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 4] : {{.*}}"conorm_all_reduce_rms_norm_args"
  // CHECK-NEXT: llvm.store
  // RELAXED-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(1 : i32)
  // EXACT-NEXT: %[[NUMERICS:.*]] = llvm.mlir.constant(0 : i32)
  // CHECK-NEXT: %[[FIELD:.*]] = llvm.getelementptr inbounds %{{.*}}[0, 5]
  // CHECK-NEXT: llvm.store %[[NUMERICS]], %[[FIELD]]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @tp outs(normed = %x : memref<4x8xbf16>)
    {epsilon = 1.0 : f32} : memref<4x8xbf16>
  return
}
