//===- MergeEqualSteps.cpp - What is computed twice -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream's elimination of common subexpressions leaves alone what is not
// registered. Three products that quantize one activation each by themselves
// would keep the fusion from quantizing it once.
//
//===----------------------------------------------------------------------===//

#include "StablehloToConorm.h"

#include "../../Raise/StableHLO/Reader.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

namespace {
/// Equal but for their places in the source.
struct EqualSteps : public llvm::DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *op) {
    return OperationEquivalence::computeHash(
        const_cast<Operation *>(op), OperationEquivalence::directHashValue,
        OperationEquivalence::ignoreHashValue,
        OperationEquivalence::IgnoreLocations);
  }
  static bool isEqual(const Operation *left, const Operation *right) {
    if (left == right)
      return true;
    if (left == getEmptyKey() || left == getTombstoneKey() ||
        right == getEmptyKey() || right == getTombstoneKey())
      return false;
    return OperationEquivalence::isEquivalentTo(
        const_cast<Operation *>(left), const_cast<Operation *>(right),
        OperationEquivalence::IgnoreLocations);
  }
};
} // namespace

/// Whether `op` gives the same wherever it stands.
static bool isStep(Operation *op) {
  return raise::stablehlo::isStablehlo(op) && op->getNumRegions() == 0 &&
         op->getNumResults() != 0 && getStep(op) != Step::Unknown;
}

static void mergeInBlock(Block &block) {
  llvm::DenseSet<Operation *, EqualSteps> steps;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isStep(&op))
      continue;
    auto [it, isNew] = steps.insert(&op);
    if (isNew)
      continue;
    op.replaceAllUsesWith((*it)->getResults());
    op.erase();
  }
}

void raise::stablehlo::mergeEqualSteps(ModuleOp module) {
  module.walk([](Block *block) { mergeInBlock(*block); });
}
