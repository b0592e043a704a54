//===- SharedBuffers.h - Tensors that share a buffer unseen -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A caller overwrites a result that it reads last, and one-shot analysis has no
// way to tell it that another result lies in the same buffer. The same holds
// for the results of a loop, which it takes to be a new buffer each. So what
// returns or yields two tensors gives each a buffer of its own.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_BUFFERIZATION_SHAREDBUFFERS_H
#define CONORM_LIB_BUFFERIZATION_SHAREDBUFFERS_H

#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace conorm {

/// After the analysis of `function`, which knows what shares a buffer: makes
/// the copies, and what the analysis would find out of them. Results are copied
/// only if the function is called.
mlir::LogicalResult
unshareAnalyzed(mlir::func::FuncOp function, bool isCalled,
                mlir::bufferization::OneShotAnalysisState &state,
                const mlir::bufferization::BufferizationState &buffers);

/// Before an analysis that cannot be asked: copies all but the first of what is
/// returned or yielded.
mlir::LogicalResult unshareUnanalyzed(
    mlir::ModuleOp module,
    const mlir::bufferization::OneShotBufferizationOptions &options,
    const mlir::bufferization::BufferizationState &buffers);

} // namespace conorm

#endif // CONORM_LIB_BUFFERIZATION_SHAREDBUFFERS_H
