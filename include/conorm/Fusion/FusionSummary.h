//===- FusionSummary.h - What became of the collectives ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pass prints nothing, so that stock mlir-opt stays silent with our plugin.
// Tools that want their users to hear that nothing fused ask for it here.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_FUSION_FUSIONSUMMARY_H
#define CONORM_FUSION_FUSIONSUMMARY_H

#include "mlir/Support/LLVM.h"

#include <map>
#include <string>

namespace mlir {
class DialectRegistry;
class MLIRContext;
class Operation;
} // namespace mlir

namespace conorm {

/// What fusions saw, and what they made of it.
struct FusionCounts {
  /// Collectives of any dialect that were not fused before, by the names of
  /// their operations.
  std::map<std::string, unsigned> seen;
  /// How many of them were fused.
  unsigned numFused = 0;

  unsigned getNumSeen() const;
  unsigned getNumMissed() const { return getNumSeen() - numFused; }
};

/// Whether `op` is a collective of any dialect. Operations go by their names,
/// those of dialects that are not registered too, and calls of libraries
/// (`torch.operator`, `stablehlo.custom_call`) by the names of what they call.
/// Returns that name, or an empty one.
llvm::StringRef getCollectiveName(mlir::Operation *op);

/// Makes every context of `registry` count what its fusions see. When a context
/// in which there was a collective ends, one line with the counts goes to the
/// standard error; it begins with `tool` and says which option of `tool` tells
/// why something was not fused.
void printFusionSummary(mlir::DialectRegistry &registry, llvm::StringRef tool);

/// What was counted in `context` so far; nothing if nobody asked for that.
FusionCounts getFusionCounts(mlir::MLIRContext &context);

} // namespace conorm

#endif // CONORM_FUSION_FUSIONSUMMARY_H
