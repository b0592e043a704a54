//===- FusionPatterns.h - Patterns from outside -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_FUSIONPATTERNS_H
#define CONORM_LIB_FUSION_FUSIONPATTERNS_H

#include "conorm/Fusion/FusionPatterns.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseSet.h"

namespace conorm::fusion {

/// The operations at which patterns from outside are rooted.
class OutsideRoots {
public:
  /// Adds those of `patterns`.
  void add(mlir::RewritePatternSet &patterns);

  bool contains(mlir::Operation *op) const {
    return any || kinds.contains(op->getName());
  }

private:
  /// A pattern may be rooted at an operation of any kind.
  bool any = false;
  llvm::DenseSet<mlir::OperationName> kinds;
};

/// Adds the patterns that were registered for `stage` to `patterns`, and
/// returns their roots.
OutsideRoots populateOutsidePatterns(FusionStage stage,
                                     mlir::RewritePatternSet &patterns);

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_FUSIONPATTERNS_H
