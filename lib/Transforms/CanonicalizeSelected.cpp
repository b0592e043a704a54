//===- CanonicalizeSelected.cpp - The canonicalizations that are needed ---===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that says which of upstream's canonicalizations run in our
// pipelines, and which of them are known to be wrong.
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Transforms/Passes.h"

#include "conorm/Transforms/UpstreamFaults.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringSet.h"

namespace conorm {
#define GEN_PASS_DEF_CANONICALIZESELECTED
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// What is wrong
//===----------------------------------------------------------------------===//

/// docs/UpstreamFaults.md has a program for each, and test/Docs a test that
/// fails once upstream has mended it.
static constexpr FaultyPattern kFaultyPatterns[] = {
    {"WhileMoveIfDown",
     "where scf.condition forwards a result of the scf.if twice, the second "
     "argument of the loop's body gets the value of the else branch"},
    {"FoldTensorCastOfOutputIntoForallOp",
     "results of an scf.forall are swapped if its outputs are written in "
     "another order than they are listed in"},
    {"OpWithOffsetSizesAndStridesConstantArgumentFolder<mlir::tensor::"
     "ExtractSliceOp",
     "a slice that drops a unit dimension other than the first ones becomes a "
     "cast between shapes that do not agree"},
    {"InsertSliceOpConstantArgumentFolder",
     "as for slices that are taken, so for slices that are put in"},
    {"InsertSliceOpSourceCastInserter",
     "without the former, a source of known sizes is put in at sizes that the "
     "operation does not know: the program is refused"},
};

llvm::ArrayRef<FaultyPattern> conorm::getFaultyPatterns() {
  return kFaultyPatterns;
}

bool conorm::isFaultyPattern(llvm::StringRef debugName) {
  return llvm::any_of(kFaultyPatterns, [&](const FaultyPattern &pattern) {
    return debugName.contains(pattern.name);
  });
}

//===----------------------------------------------------------------------===//
// What is needed
//===----------------------------------------------------------------------===//

/// Dialects of which something may be left when a pipeline canonicalizes: of
/// others no pattern can match, or lowering refuses the program anyway.
static bool isNeeded(Dialect *dialect) {
  static const llvm::StringSet<> names = {
      "affine", "arith", "bufferization", "builtin", "cf",
      "comm",   "func",  "index",         "linalg",  "math",
      "memref", "norm",  "scf",           "tensor",  "ub"};
  return names.contains(dialect->getNamespace());
}

/// Loops over many values at once become plain ones before anything depends on
/// their form.
static bool isNeeded(RegisteredOperationName op) {
  static const llvm::StringSet<> exceptions = {
      "scf.forall", "scf.forall.in_parallel", "scf.parallel", "scf.reduce"};
  return isNeeded(&op.getDialect()) && !exceptions.contains(op.getStringRef());
}

namespace {

struct CanonicalizeSelected
    : public conorm::impl::CanonicalizeSelectedBase<CanonicalizeSelected> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet all(context);
    for (Dialect *dialect : context->getLoadedDialects())
      if (isNeeded(dialect))
        dialect->getCanonicalizationPatterns(all);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      if (isNeeded(op))
        op.getCanonicalizationPatterns(all, context);
    llvm::erase_if(all.getNativePatterns(), [](const auto &pattern) {
      return isFaultyPattern(pattern->getDebugName());
    });
    patterns = std::make_shared<FrozenRewritePatternSet>(std::move(all));
    return success();
  }

  void runOnOperation() override {
    dropOverflowFlags();
    GreedyRewriteConfig config;
    // Blocks and their arguments stay as they are: simplifying them goes over
    // all of a function several times, and models have a block each.
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    // As `--canonicalize` does: in the other order upstream folds some
    // transposes between casts to another type.
    config.setUseTopDownTraversal(true);
    // It stops after some rounds; what it leaves is right all the same.
    (void)applyPatternsGreedily(getOperation(), *patterns, config);
  }

private:
  /// Folders keep the flags of an operation that they give another operand: of
  /// which nobody has said that it does not overflow. Without the flags each
  /// result is the same, or one in place of poison.
  void dropOverflowFlags() {
    getOperation()->walk([&](arith::ArithIntegerOverflowFlagsInterface op) {
      if (op.getOverflowAttr().getValue() == arith::IntegerOverflowFlags::none)
        return;
      op->setAttr(op.getIntegerOverflowAttrName(),
                  arith::IntegerOverflowFlagsAttr::get(
                      &getContext(), arith::IntegerOverflowFlags::none));
      ++numFlagsDropped;
    });
  }

  std::shared_ptr<const FrozenRewritePatternSet> patterns;
};

} // namespace
