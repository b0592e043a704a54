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
    Known to be equal are:

    * arguments without `comm.per_rank` of a public function that nothing in the
      module refers to;
    * results of `comm.all_reduce` and `comm.all_gather` on the same group, or
      on one without `replica_groups`, which has all ranks;
    * of a fused operation on such a group, `reduced`; and the other results
      where its weights, residual and scale are equal, or it is marked already;
    * results of operations of `arith`, `index`, `linalg`, `math`, `norm` and
      `tensor` that have no effects, read nothing but equal values, and hold
      nothing of other dialects.

    Everything else may differ: results of calls and of control flow, arguments
    of blocks inside a function, what other dialects compute (the index of a
    process, for one). The time is linear in the number of operations, for each
    group that a fused operation names. What is marked already stays so.

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
    `comm.all_reduce_rms_norm` that leaves it open (`auto`), by a cost model of
    the target: where the module runs, as its attribute `comm.target` or
    `target-description` says. docs/performance-model.md derives the model.

    Where the sizes and the number of ranks are known, the operation gets the
    fastest strategy. Otherwise it gets a table (`dispatch`) by which the
    runtime chooses once it knows them: one program serves every size. All
    ranks have the same table, and so take the same strategy. A strategy that
    the program states stays. Without a target nothing changes, and the runtime
    chooses by itself; so it does for a fused operation on a CPU whose rows the
    ranks may share (`replicated`, with scales in rows, and not known to have
    fewer rows than ranks), unless a tuning file has thresholds.

    A remark for each operation (category `select-strategy`) says what was
    chosen, and by which numbers. `tuning-file` names a JSON file of measured
    constants and thresholds that replace the model's.

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
    Option<"targetDescription", "target-description", "std::string",
           /*default=*/"", "Where the module runs, a #comm.target, instead of "
           "what its attribute comm.target says">,
    Option<"tuningFile", "tuning-file", "std::string", /*default=*/"",
           "JSON file of constants and thresholds that replace the model's">,
    Option<"report", "report", "bool", /*default=*/"false",
           "Print the sizes from which each strategy is chosen, and the times "
           "that the model predicts there">
  ];
  let statistics = [
    Statistic<"numChosen", "num-chosen",
              "Number of operations given a strategy">,
    Statistic<"numDispatched", "num-dispatched",
              "Number of operations given a table for run time">,
    Statistic<"numKept", "num-kept",
              "Number of operations that state a strategy">,
    Statistic<"numLeft", "num-left",
              "Number of operations left to the runtime">
  ];
  let dependentDialects = ["::conorm::comm::CommDialect"];
}

#endif // CONORM_STRATEGY_PASSES_TD
