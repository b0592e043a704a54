//===- Passes.td - From StableHLO --------------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_STABLEHLOTOCONORM_PASSES_TD
#define CONORM_CONVERSION_STABLEHLOTOCONORM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertStablehloToConorm
    : Pass<"convert-stablehlo-to-conorm", "::mlir::ModuleOp"> {
  let summary = "Convert collectives and norms of StableHLO to comm and norm";
  let description = [{
    Operations of StableHLO and CHLO are read by their names, whether the
    dialects are registered or not. What is not named here stays as it is.

    * `all_reduce`, `reduce_scatter` and `all_gather` become those of `comm`, on
      a `comm.group` that has their ranks. Groups may be lists of ranks, padded
      or empty, or axes of a `sdy.mesh`; every rank is in one of them, and all
      have one size. An operation with several operands becomes several.
    * Arithmetic that is an RMS norm becomes `norm.rms_norm`, with the rounding,
      the `weight_bias` and the epsilon that it has.
    * Calls of private functions that hold either, or nothing but elementwise
      steps, are inlined first.

    Each collective that stays, and each reciprocal square root that looks like
    that of a norm and is not, gets a remark. It names the first step that
    differs, what was expected and what is there (docs/MissedRemarks.md).
    docs/Frontends.md says what may change in the last bit.

    Arguments of a `sdy.manual_computation` that are split along an axis are
    marked with `comm.per_rank`.

    Before:

    ```
    %1 = "stablehlo.all_reduce"(%0) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %sum = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%sum) : (tensor<bf16>) -> ()
    }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
    ```

    After:

    ```mlir
    comm.group @ranks {size = 2 : i64}
    func.func @f(%0: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
      %1 = comm.all_reduce %0 on @ranks : tensor<4x8xbf16>
      return %1 : tensor<4x8xbf16>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCollectives", "num-collectives",
              "Number of collectives converted">,
    Statistic<"numNorms", "num-norms", "Number of norms converted">,
    Statistic<"numCalls", "num-calls", "Number of calls inlined">
  ];
  let dependentDialects = [
    "::conorm::comm::CommDialect", "::conorm::norm::NormDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // CONORM_CONVERSION_STABLEHLOTOCONORM_PASSES_TD
