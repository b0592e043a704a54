// RUN: %conorm_opt %s --conorm-to-llvm | FileCheck %s --check-prefixes=CHECK,FUSED \
// RUN:   --implicit-check-not=comm. --implicit-check-not=norm.rms --implicit-check-not=linalg. \
// RUN:   --implicit-check-not=arith. --implicit-check-not=memref. --implicit-check-not=func.func \
// RUN:   --implicit-check-not=unrealized --implicit-check-not=fastmath --implicit-check-not=truncsf
// RUN: %conorm_opt %s --conorm-to-llvm=fuse=false | FileCheck %s --check-prefixes=CHECK,UNFUSED
// RUN: %conorm_opt %s --conorm-to-llvm=weight-bias=false | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: not %conorm_opt %s --conorm-to-llvm='target-description={#comm.target<"sm_90" over nvlink>}' 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MISMATCH
// RUN: %conorm_opt %s --conorm-to-llvm='target=cuda target-description={#comm.target<"sm_90" over nvlink>}' \
// RUN:   | FileCheck %s --check-prefix=DISPATCH
// RUN: %conorm_opt %s --conorm-to-llvm='target=cuda target-description={#comm.target<"sm_90" over nvlink, world_size = 4>}' \
// RUN:   | FileCheck %s --check-prefix=CHOSEN
// RUN: not %conorm_opt %s --conorm-to-llvm=tuning-file=%t.missing.json 2>&1 | FileCheck %s --check-prefix=TUNING
// RUN: %conorm_opt %s --conorm-to-llvm=decompose | FileCheck %s --check-prefixes=CHECK,DECOMPOSED
// RUN: %conorm_opt %s --conorm-to-llvm --mlir-print-ir-before=select-strategy -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MARKED

// What follows the choice of strategies knows which rows are equal everywhere.
// MARKED-LABEL: func.func @site(
// MARKED:       comm.all_reduce_rms_norm {{.*}}replicated

// TUNING: error: tuning file '{{.*}}.missing.json'
// CHOSEN-NOT: @conorm.dispatch
// DISPATCH: @conorm.dispatch
// MISMATCH: to-llvm.mlir:{{.*}}: error: expected a #comm.target of cpu, which the module is compiled for, found #comm.target<"sm_90" over nvlink>, which is of cuda

comm.group @tp

// CHECK-LABEL: llvm.func @site(%arg0: !llvm.ptr,
// FUSED:       llvm.call @conorm_all_reduce_rms_norm(%arg0,
// FUSED-NOT:   llvm.call @conorm
// UNFUSED:     llvm.call @conorm_all_reduce(
// UNFUSED:     llvm.call @conorm_rms_norm(
// The f32 weight over a bf16 input is guarded against where it is not a bias.
// PLAIN:       llvm.call @conorm_all_reduce(
// PLAIN:       llvm.call @conorm_rms_norm(
// DECOMPOSED:  llvm.call @conorm_all_reduce(
// DECOMPOSED:  llvm.call @conorm_rms_norm(
func.func @site(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>)
    -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  %one = arith.constant dense<1.0> : tensor<8xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %wide = arith.extf %w : tensor<8xbf16> to tensor<8xf32>
  %gamma = arith.addf %wide, %one : tensor<8xf32>
  %2 = norm.rms_norm %1 weight(%gamma : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// What is fused already stays so unless it is to be taken apart.
// CHECK-LABEL:     llvm.func @fused_by_hand(
// FUSED:           llvm.call @conorm_all_reduce_rms_norm(
// UNFUSED:         llvm.call @conorm_all_reduce_rms_norm(
// PLAIN:           llvm.call @conorm_all_reduce_rms_norm(
// DECOMPOSED:      llvm.call @conorm_all_reduce(
// DECOMPOSED:      llvm.call @conorm_rms_norm(
func.func @fused_by_hand(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// What else stands in a module.
// CHECK-LABEL: llvm.func @others(
func.func @others(%x: tensor<?x8xf16>, %n: index, %c: i1) -> tensor<?x8xf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<?x8xf16> {
    %1 = math.tanh %v : tensor<?x8xf16>
    %2 = scf.if %c -> tensor<?x8xf16> {
      %3 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<?x8xf16>
      scf.yield %3 : tensor<?x8xf16>
    } else {
      scf.yield %1 : tensor<?x8xf16>
    }
    scf.yield %2 : tensor<?x8xf16>
  }
  %dim = tensor.dim %0, %c0 : tensor<?x8xf16>
  %empty = tensor.empty(%dim) : tensor<?x8xf16>
  %4 = linalg.elementwise kind=#linalg.elementwise_kind<exp>
    ins(%0 : tensor<?x8xf16>) outs(%empty : tensor<?x8xf16>) -> tensor<?x8xf16>
  return %4 : tensor<?x8xf16>
}
