//===- Passes.td - Passes that choose strategies -----------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_STRATEGY_PASSES_TD
#define CONORM_STRATEGY_PASSES_TD

include "mlir/Pass/PassBase.td"

def MarkReplicated : Pass<"mark-replicated", "::mlir::ModuleOp"> {
  let summary = "Mark the fused operations whose rows one rank may finish for all";
  let description = [{
    Sets `replicated` on every `comm.all_reduce_rms_norm` whose weights,
    residual and scale are known to hold equal data on all members of its group.
    The following values are known to be equal:

    * arguments without `comm.per_rank` of a public function that nothing in the
      module refers to;
    * results of `comm.all_reduce` and `comm.all_gather` on the same group, or
      on a group without `replica_groups`, which has all ranks;
    * the result `reduced` of a fused operation on such a group, and its other
      results if its weights, residual and scale are equal or it is already
      marked;
    * results of operations of `arith`, `index`, `linalg`, `math`, `norm` and
      `tensor` that have no effects, read only equal values, and contain no
      operation of another dialect.

    All other values may differ: results of calls and of control flow, arguments
    of blocks inside a function, and results of other dialects (for example, the
    index of a process). The time is linear in the number of operations for each
    group that a fused operation names. Existing marks are kept.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
        : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, replicated}
        : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let statistics = [
    Statistic<"numMarked", "num-marked", "Number of operations marked">
  ];
}

def SelectStrategy : Pass<"select-strategy", "::mlir::ModuleOp"> {
  let summary = "Choose how each all_reduce is carried out";
  let description = [{
    Chooses the strategy of every `comm.all_reduce` and
    `comm.all_reduce_rms_norm` that leaves it open (`auto`), using a cost model
    of the target. The module's attribute `comm.target` or the option
    `target-description` states the target. docs/performance-model.md derives
    the model.

    If the sizes and the number of ranks are known, the operation gets the
    fastest strategy. Otherwise it gets a table (`dispatch`) from which the
    runtime chooses when it knows them, so one program serves every size. All
    ranks have the same table and so take the same strategy. A strategy that the
    program states is kept. Without a target nothing changes, and the runtime
    chooses by itself. It also chooses by itself for a fused operation on a CPU
    whose rows the ranks may share (`replicated`, with scales in rows, and not
    known to have fewer rows than ranks), unless a tuning file has thresholds.

    A remark for each operation (category `select-strategy`) states the chosen
    strategy and the numbers behind the choice. `tuning-file` names a JSON file
    of measured constants and thresholds that replace the model's.

    Before:

    ```mlir
    module attributes {comm.target = #comm.target<"sm_90" over nvlink,
                                                  world_size = 8>} {
      func.func @site(%x: tensor<512x8192xbf16>, %y: tensor<?x8192xbf16>)
          -> (tensor<512x8192xbf16>, tensor<?x8192xbf16>) {
        %0 = comm.all_reduce %x on @tp : tensor<512x8192xbf16>
        %1 = comm.all_reduce %y on @tp : tensor<?x8192xbf16>
        return %0, %1 : tensor<512x8192xbf16>, tensor<?x8192xbf16>
      }
      comm.group @tp
    }
    ```

    After:

    ```mlir
    #by_size = #comm.dispatch<cuda, [<8 ranks from 0 bytes: one_shot>,
                                     <8 ranks from 279552 bytes: two_shot>]>
    module attributes {comm.target = #comm.target<"sm_90" over nvlink,
                                                  world_size = 8>} {
      func.func @site(%x: tensor<512x8192xbf16>, %y: tensor<?x8192xbf16>)
          -> (tensor<512x8192xbf16>, tensor<?x8192xbf16>) {
        %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<512x8192xbf16>
        %1 = comm.all_reduce %y on @tp {dispatch = #by_size} : tensor<?x8192xbf16>
        return %0, %1 : tensor<512x8192xbf16>, tensor<?x8192xbf16>
      }
      comm.group @tp
    }
    ```
  }];
  let options = [
    Option<"targetDescription", "target-description", "::conorm::OptionText",
           /*default=*/"", "The target of the module, a #comm.target that "
           "replaces its attribute comm.target">,
    Option<"tuningFile", "tuning-file", "::conorm::OptionText",
           /*default=*/"",
           "JSON file of constants and thresholds that replace the model's">,
    Option<"backend", "backend", "std::string", /*default=*/"",
           "The back end that the module is compiled for, which its target must "
           "have (default: any)">,
    Option<"report", "report", "bool", /*default=*/"false",
           "Print the sizes from which each strategy is chosen, and the times "
           "that the model predicts there">
  ];
  let statistics = [
    Statistic<"numChosen", "num-chosen",
              "Number of operations given a strategy">,
    Statistic<"numDispatched", "num-dispatched",
              "Number of operations given a table for the runtime">,
    Statistic<"numKept", "num-kept",
              "Number of operations that state a strategy">,
    Statistic<"numLeft", "num-left",
              "Number of operations left to the runtime">
  ];
  let dependentDialects = ["::conorm::comm::CommDialect"];
}

#endif // CONORM_STRATEGY_PASSES_TD
