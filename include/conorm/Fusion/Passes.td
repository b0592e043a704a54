//===- Passes.td - Fusion passes ---------------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_FUSION_PASSES_TD
#define CONORM_FUSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseAllReduceNorm : Pass<"fuse-all-reduce-norm"> {
  let summary = "Fuse comm.all_reduce with the normalization that reads it";
  let description = [{
    Works in stages, each of which runs to a fixpoint.

    1. *Normalize*: a norm over `1 + weight` takes the raw weight and
       `weight_bias = 1.0`, and `weight_rounding = element_type` where the
       program adds in bf16 or f16; an addition that a norm reads becomes
       `norm.add_rms_norm`; casts and copies that change nothing are ignored.
       Reshapes that keep rows whole move out of the way: those of a reduced
       value before the all_reduce, which is elementwise (rule R1), and those of
       a sum behind its norm. Slices of rows, and slices of columns before a
       norm, move before the all_reduce if nothing else reads the whole value
       and all ranks take the same part.
    2. *Fuse*: `comm.all_reduce` and the `norm.rms_norm` or `norm.add_rms_norm`
       that reads it become `comm.all_reduce_rms_norm`; so do an all_reduce, a
       norm, the addition of the residual and a second norm (the sandwich of
       Gemma 2 and 3). Other users of the reduced value or of the sum read
       results of the fused operation.
    3. *Quantize*: the `norm.quantize` that reads the norm of a fused operation,
       directly or through casts, copies, a widening or reshapes, becomes part of
       that operation. The norm stays a result if something else reads it.
       Elementwise arithmetic that quantizes a norm is raised to `norm.quantize`
       before, by `--raise-quantize`.

    No bit of any result changes.

    An operation that replaces others has their fused location and all of their
    discardable attributes. If several have an attribute of the same name, the
    value of the last operation in the program stays: the quantization's wins
    over the norm's, then the addition's, then the all_reduce's. A norm wins over
    the casts that it replaces. The remark `AttributeConflict` names each value
    that was dropped. Casts and copies that are only removed lose their
    attributes.

    A remark (category `fuse-all-reduce-norm`) explains every collective,
    sandwich and quantization: passed, with the operations that were fused, or
    missed, with the name of the constraint that failed and what it found.
    docs/MissedRemarks.md says what to change for each constraint. `report`
    prints a summary of the remarks to standard error. Collectives of other
    dialects are recognized by the names of their operations and count as
    missed. Without `report` the pass prints nothing, but conorm-opt and
    conorm-compile print its counts in one line
    (`conorm/Fusion/FusionSummary.h`). Other compilers can add patterns to the
    stages (`conorm/Fusion/FusionPatterns.h`).

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
      %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
      %1 = arith.addf %0, %r : tensor<4x8xbf16>
      %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>)
             {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
      %sum, %y = comm.all_reduce_rms_norm %x on @tp
        weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
        -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
      return %y, %sum : tensor<4x8xbf16>, tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let options = [
    Option<"weightBias", "weight-bias", "bool", /*default=*/"true",
           "Turn norms over 1 + weight into weight_bias = 1.0">,
    Option<"report", "report", "bool", /*default=*/"false",
           "Print how many sites were fused, by kind, and how many were "
           "missed, by reason">
  ];
  let statistics = [
    Statistic<"numSites", "num-all-reduces", "Number of comm.all_reduce seen">,
    Statistic<"numFused", "num-fused", "Number of fused operations made">,
    Statistic<"numWithResidual", "num-fused-residual",
              "Number of fused operations with a residual">,
    Statistic<"numWithWeightBias", "num-fused-weight-bias",
              "Number of fused operations with a weight_bias">,
    Statistic<"numWithPostNorm", "num-fused-post-norm",
              "Number of fused operations with two norms">,
    Statistic<"numWithQuantization", "num-fused-quantization",
              "Number of fused operations that quantize">,
    Statistic<"numMissed", "num-missed",
              "Number of comm.all_reduce left unfused">
  ];
  let dependentDialects = [
    "::conorm::comm::CommDialect", "::conorm::norm::NormDialect",
    "::mlir::arith::ArithDialect", "::mlir::pdl::PDLDialect",
    "::mlir::pdl_interp::PDLInterpDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def DecomposeFusedNorm : Pass<"decompose-fused-norm"> {
  let summary = "Split comm.all_reduce_rms_norm into its parts";
  let description = [{
    The inverse of `--fuse-all-reduce-norm`, and the fallback for targets
    without a fused kernel. The result is the normal form that the fusion's
    first stage produces, with the same bits. Each part has the location and all
    discardable attributes of the fused operation.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
      %y = norm.rms_norm %0 weight(%w : tensor<8xbf16>)
             {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let statistics = [
    Statistic<"numDecomposed", "num-decomposed",
              "Number of fused operations taken apart">
  ];
  let dependentDialects = [
    "::conorm::comm::CommDialect", "::conorm::norm::NormDialect"
  ];
}

#endif // CONORM_FUSION_PASSES_TD
