// One-shot bufferization refuses the poison that --lift-cf-to-scf leaves. Fails
// once upstream has mended it: see docs/UpstreamFaults.md.

// RUN: not %mlir_opt %s --lift-cf-to-scf --one-shot-bufferize='bufferize-function-boundaries allow-return-allocs-from-loops' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %s --conorm-bufferize | FileCheck %s
// RUN: %conorm_opt %s --conorm-bufferize=bufferization=one-shot | FileCheck %s

// FAULT: error: op was not bufferized
// FAULT: "ub.poison"

// CHECK-LABEL: func.func @loop_with_exit
// CHECK: scf.while
func.func @loop_with_exit(%c: i1, %x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^bb1(%x : tensor<4xf32>)
^bb1(%a: tensor<4xf32>):
  %0 = math.exp %a : tensor<4xf32>
  cf.cond_br %c, ^bb2, ^bb3
^bb2:
  %1 = math.log %0 : tensor<4xf32>
  cf.cond_br %c, ^bb1(%1 : tensor<4xf32>), ^bb4(%1 : tensor<4xf32>)
^bb3:
  cf.br ^bb4(%0 : tensor<4xf32>)
^bb4(%r: tensor<4xf32>):
  return %r : tensor<4xf32>
}
