//===- Passes.td - Back to StableHLO -----------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_TD
#define CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerConormToStablehlo
    : Pass<"lower-conorm-to-stablehlo", "::mlir::ModuleOp"> {
  let summary = "Write comm and norm as StableHLO for another compiler";
  let description = [{
    For a module that was raised from StableHLO: the compiler that it came from
    carries on. Collectives that are not fused become those of StableHLO again,
    with their groups as lists of ranks. Every other operation of `comm` and
    `norm` becomes a `stablehlo.custom_call` of its name with the typed call
    interface (`api_version = 4`): `backend_config` has its attributes, as
    numbers and text, which operands and results are there
    (`operandSegmentSizes`), and the ranks of its group. Groups are erased, and so
    are marks of `comm.per_rank` on computations.

    Before:

    ```mlir
    comm.group @tp {size = 2 : i64}
    func.func @f(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
      %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32}
             : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %0 : tensor<4x8xbf16>
    }
    ```

    After:

    ```
    func.func @f(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
      %0 = "stablehlo.custom_call"(%x) {api_version = 4 : i32,
             backend_config = {epsilon = 1.0e-6 : f32, group = "tp", group_size = 2 : i64, ...},
             call_target_name = "comm.all_reduce_rms_norm", has_side_effect = true}
             : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
      return %0 : tensor<4x8xbf16>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCalls", "num-calls", "Number of custom calls made">,
    Statistic<"numCollectives", "num-collectives",
              "Number of collectives converted">
  ];
}

#endif // CONORM_CONVERSION_CONORMTOSTABLEHLO_PASSES_TD
