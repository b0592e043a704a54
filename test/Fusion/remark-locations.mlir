// RUN: conorm-opt %s --conorm-fuse --select-strategy -o /dev/null \
// RUN:   --remarks-filter='.*' --remark-format=yaml --remarks-output-file=%t.yaml
// RUN: FileCheck %s < %t.yaml --implicit-check-not='Line: 0' --implicit-check-not='Column: 0'
// RUN: conorm-opt %s --pass-pipeline='builtin.module(func.func(fuse-all-reduce-norm))' -o /dev/null \
// RUN:   --mlir-disable-threading --remarks-filter-analyse='.*' --remark-format=yaml --remarks-output-file=%t.functions.yaml
// RUN: FileCheck %s --check-prefix=FUNCTION < %t.functions.yaml
// RUN: conorm-compile %s --emit=llvm-ir -o %t.ll \
// RUN:   --remarks-filter=fuse-all-reduce-norm --remark-format=yaml --remarks-output-file=%t.compiled.yaml
// RUN: FileCheck %s --check-prefix=COMPILED < %t.compiled.yaml

// Files of remarks have one place for each. A fused site's is that of its
// all_reduce, by whatever locations it came there.

// CHECK:      --- !Passed
// CHECK-NEXT: Pass: {{ *}}fuse-all-reduce-norm
// CHECK-NEXT: Name: {{ *}}AllReduceRMSNorm
// CHECK-NEXT: DebugLoc: {{ *}}{ File: {{.*}}
// CHECK:        Line: [[#@LINE+24]], Column: 8 }
// CHECK-NEXT: Function: {{ *}}sandwich

// The file, not the name, nor the call that it was inlined at.
// CHECK:      --- !Passed
// CHECK:      DebugLoc: {{ *}}{ File: model.py, Line: 7, Column: 3 }
// CHECK-NEXT: Function: {{ *}}inlined

// A range of columns is where it begins.
// CHECK:      --- !Missed
// CHECK:      DebugLoc: {{ *}}{ File: model.py, Line: 20, Column: 5 }
// CHECK-NEXT: Function: {{ *}}range

// The module is not spelled out: the first function is.
// CHECK:      --- !Analysis
// CHECK:      Name: {{ *}}Summary
// CHECK-NEXT: DebugLoc: {{ *}}{ File: {{.*}}
// CHECK:        Line: [[#@LINE+6]], Column: 1 }

// CHECK: Name: {{ *}}Strategy
// CHECK-NEXT: DebugLoc:

comm.group @tp
func.func @sandwich(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %2 = arith.addf %1, %r : tensor<4x8xf32>
  %3 = norm.rms_norm %2 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

func.func @inlined(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32> loc(callsite("reduce"("model.py":7:3) at "model.py":90:1))
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32> loc("model.py":8:3)
  return %1 : tensor<4x8xf32>
}

func.func @range(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32> loc("model.py":20:5 to 21:9)
  return %0 : tensor<4x8xf32>
}

// FUNCTION: Name: {{ *}}Summary
// FUNCTION-NEXT: DebugLoc: {{ *}}{ File: {{.*}}
// FUNCTION:   Line: {{[1-9][0-9]*}}, Column: 1 }

// COMPILED: --- !Passed
// COMPILED: DebugLoc: {{ *}}{ File: {{.*}}
// COMPILED:   Line: {{[1-9][0-9]*}}, Column: 8 }
