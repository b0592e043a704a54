//===- Passes.td - Passes that pipelines are made of -------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_PIPELINES_PASSES_TD
#define CONORM_PIPELINES_PASSES_TD

include "mlir/Pass/PassBase.td"

def RunWhereFound : Pass<"run-where-found"> {
  let summary = "Run a pipeline where there is work for it";
  let description = [{
    Runs the pipelines that are anchored on this operation if it is of the kind
    that `find` names, or holds an operation that is. A greedy rewrite costs as
    much where none of its patterns can match. After kernels are outlined, most
    of a model is one function of calls, and most passes have nothing to do
    there.

    ```
    conorm-opt --pass-pipeline='builtin.module(func.func(run-where-found{
      find=math pipelines={func.func(convert-math-to-llvm)}}))'
    ```

    Before:

    ```mlir
    func.func @f(%x: f32) -> f32 {
      %0 = math.sqrt %x : f32
      return %0 : f32
    }
    func.func @g(%x: f32) -> f32 {
      return %x : f32
    }
    ```

    After: the pipeline has not run on `@g`.

    ```mlir
    func.func @f(%x: f32) -> f32 {
      %0 = llvm.intr.sqrt(%x) : (f32) -> f32
      return %0 : f32
    }
    func.func @g(%x: f32) -> f32 {
      return %x : f32
    }
    ```
  }];
  let options = [
    Option<"find", "find", "::conorm::OpKind",
           /*default=*/"::conorm::OpKind::Any", "The kind of operation to find",
           "::conorm::OpKindValues()">,
    ListOption<"pipelines", "pipelines", "::mlir::OpPassManager",
               "The pipelines to run, each with its anchor, such as "
               "`func.func(cse)`">
  ];
}

#endif // CONORM_PIPELINES_PASSES_TD
