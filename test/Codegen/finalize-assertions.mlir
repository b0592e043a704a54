// RUN: conorm-opt %s --finalize-to-llvm | FileCheck %s

// A check of bounds has failed: the context has the error.
// CHECK-LABEL: llvm.func @returns
// CHECK: llvm.cond_br %{{.*}}, ^[[REST:.*]], ^[[EXIT:.*]]
// CHECK: ^[[REST]]:
// CHECK: llvm.return
// CHECK: ^[[EXIT]]:
// CHECK-NEXT: %[[ZERO:.*]] = llvm.mlir.zero : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
// CHECK-NEXT: llvm.return %[[ZERO]]
func.func @returns(%ok: i1, %a: memref<4xf32>) -> memref<4xf32> {
  cf.assert %ok, "conorm.return"
  return %a : memref<4xf32>
}

// CHECK-LABEL: llvm.func @returns_nothing
// CHECK: llvm.return
// CHECK-NOT: abort
// CHECK: llvm.return
func.func @returns_nothing(%ok: i1) {
  cf.assert %ok, "conorm.return"
  return
}

// Those of the program end the process.
// CHECK-LABEL: llvm.func @aborts
// CHECK: llvm.call @abort
func.func @aborts(%ok: i1) {
  cf.assert %ok, "not so"
  return
}
