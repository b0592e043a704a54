// RUN: conorm-opt %s --conorm-to-llvm -o /dev/null 2>&1 | FileCheck %s
// RUN: conorm-compile %s --variants=fused,unfused --emit=llvm-ir -o %t.ll 2>&1 | FileCheck %s
// RUN: %stock_opt %s -o /dev/null 2>&1 \
// RUN:   --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(conorm-to-llvm)' | FileCheck %s

// However often an operation is verified, copied and replaced, each attribute is
// named once: here before the fusion, which puts those of the norm on what it
// makes, and not again.

// CHECK:     warning: 'norm.rms_norm' op ignores 'eps'
// CHECK-NOT: warning:

comm.group @tp

func.func @site(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32, eps = 2} : tensor<4x8xbf16>
  return %1 : tensor<4x8xbf16>
}
