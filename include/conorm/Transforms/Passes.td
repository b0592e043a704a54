//===- Passes.td - Passes of no family ---------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TRANSFORMS_PASSES_TD
#define CONORM_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def CanonicalizeSelected : Pass<"canonicalize-selected"> {
  let summary = "Canonicalize with the patterns that the pipelines need";
  let description = [{
    As `--canonicalize`, with fewer patterns: those of the dialects that the
    pipelines lower, without the ones of the pinned MLIR that are known to change
    what a program means. docs/UpstreamFaults.md lists these, each with a
    program. Blocks stay as they are.

    Flags that say that an integer operation does not overflow are dropped
    first: upstream's folders keep them where they do not hold.

    Before:

    ```mlir
    func.func @f(%a: i32) -> i8 {
      %0 = arith.trunci %a : i32 to i16
      %1 = arith.trunci %0 overflow<nuw> : i16 to i8
      return %1 : i8
    }
    ```

    After:

    ```mlir
    func.func @f(%a: i32) -> i8 {
      %0 = arith.trunci %a : i32 to i8
      return %0 : i8
    }
    ```
  }];
  let statistics = [
    Statistic<"numFlagsDropped", "num-flags-dropped",
              "Number of operations whose overflow flags were dropped">
  ];
}

def RefuseCircles : Pass<"refuse-circles"> {
  let summary = "Fail where an operation reads its own result";
  let description = [{
    In a graph region, such as the body of a module, an operation may read its
    own result, directly or through other operations. Folders of upstream
    operations follow such a cycle forever: on `%0 = arith.negf %0`, the
    canonicalizer never terminates. The pipelines begin with this pass, which
    fails with an error at an operation of the cycle.
  }];
}

#endif // CONORM_TRANSFORMS_PASSES_TD
