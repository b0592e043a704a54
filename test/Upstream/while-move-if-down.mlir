// A result of scf.if that scf.condition forwards twice: the second argument of
// the loop's body gets the value of the branch that was not taken. Fails once
// upstream has mended it: see docs/UpstreamFaults.md.

// RUN: %mlir_opt %s --canonicalize | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %s --canonicalize-selected | FileCheck %s
// RUN: %conorm_opt %s --conorm-fuse | FileCheck %s

// FAULT-LABEL: @forwarded_twice
// FAULT: %[[ELSE:.*]] = arith.constant 20 : index
// FAULT: scf.yield %[[ELSE]]

// CHECK-LABEL: @forwarded_twice
// CHECK: %[[V:.*]] = scf.if
// CHECK: scf.condition(%{{.*}}) %[[V]],
// CHECK: ^bb0(%[[ARG:.*]]: index, %{{.*}}: index):
// CHECK-NEXT: scf.yield %[[ARG]]
func.func @forwarded_twice() -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c20 = arith.constant 20 : index
  %o:3 = scf.while (%state = %c0) : (index) -> (index, index, index) {
    %go = arith.cmpi slt, %state, %c1 : index
    %v = scf.if %go -> index {
      %next = arith.addi %state, %c2 : index
      scf.yield %next : index
    } else {
      scf.yield %c20 : index
    }
    scf.condition(%go) %v, %v, %state : index, index, index
  } do {
  ^bb0(%first: index, %second: index, %old: index):
    scf.yield %second : index
  }
  return %o#2 : index
}
