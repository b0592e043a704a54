//===- InPlaceAnalysis.h - Which tensors are overwritten --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decides for every tensor operand of a function whether it is bufferized in
// place. The rule looks at a value and its views alone, never at everything
// that comes to lie in the same buffer, so that the cost is linear: a residual
// that is overwritten in every layer is one buffer with thousands of versions,
// all of which one-shot analysis compares with each other.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_BUFFERIZATION_INPLACEANALYSIS_H
#define CONORM_LIB_BUFFERIZATION_INPLACEANALYSIS_H

#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace conorm {

/// What decided how many operands.
struct InPlaceStatistics {
  int64_t numInPlace = 0;
  int64_t numOutOfPlace = 0;
  /// Operands that were left to one-shot analysis.
  int64_t numUndecided = 0;
};

/// Limits of one-shot analysis, which is worse than linear.
struct InPlaceOptions {
  /// A function with at most so many operations is left to it as a whole where
  /// the rule does not decide everything.
  unsigned analysisLimit = 0;
};

/// Decides for all operands in `function` and writes that into `state`, with
/// what `bufferization::analyzeOp` would find out besides.
mlir::LogicalResult
analyzeInPlace(mlir::func::FuncOp function,
               mlir::bufferization::OneShotAnalysisState &state,
               const InPlaceOptions &options, InPlaceStatistics &statistics);

} // namespace conorm

#endif // CONORM_LIB_BUFFERIZATION_INPLACEANALYSIS_H
