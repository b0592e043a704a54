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
