//===- RunWhereFound.h - Passes for some operations only --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs passes where something is found that they are for. A greedy rewrite
// costs as much where none of its patterns can match: after outlining, most of
// a model is one function of calls that such passes have no business with.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_PIPELINES_RUNWHEREFOUND_H
#define CONORM_LIB_PIPELINES_RUNWHEREFOUND_H

#include "mlir/Pass/PassManager.h"

namespace conorm {

/// A pass on the operation that `pipeline` is anchored on: runs `pipeline` if
/// `look` interrupts its walk, in pre-order, over that operation and all in it.
/// What cannot hold anything of interest, `look` had better skip: a walk over a
/// large model waits for memory at every operation. `name` is what the timing
/// report calls the pass.
std::unique_ptr<mlir::Pass>
createRunWhereFound(llvm::StringRef name,
                    std::function<mlir::WalkResult(mlir::Operation *)> look,
                    const mlir::OpPassManager &pipeline);

} // namespace conorm

#endif // CONORM_LIB_PIPELINES_RUNWHEREFOUND_H
