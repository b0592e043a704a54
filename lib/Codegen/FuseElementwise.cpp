//===- FuseElementwise.cpp - Elementwise operations as one ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace conorm {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Operations of a body beyond which it is not made larger.
static constexpr size_t kMaxOps = 128;

static bool isPointwise(linalg::LinalgOp op) {
  return op.hasPureTensorSemantics() && op.getNumReductionLoops() == 0 &&
         op.getNumLoops() == op.getNumParallelLoops();
}

static size_t countOps(linalg::GenericOp op) {
  return op.getBody()->getOperations().size();
}

/// Whether everything that reads `producer` comes after `consumer`, in its
/// block, so that one operation in place of the consumer can have the results
/// of both.
static bool areOtherUsersLater(linalg::GenericOp producer,
                               Operation *consumer) {
  return llvm::all_of(producer->getUsers(), [&](Operation *user) {
    return user == consumer || (user->getBlock() == consumer->getBlock() &&
                                consumer->isBeforeInBlock(user));
  });
}

/// Whether the operand's producer may become part of the operation that reads
/// it.
static bool isFused(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || !consumer || !isPointwise(producer) ||
      countOps(producer) + countOps(consumer) > kMaxOps)
    return false;
  return true;
}

static bool isOnlyReader(OpOperand *operand) {
  return llvm::all_of(
      operand->get().getDefiningOp()->getUsers(),
      [&](Operation *user) { return user == operand->getOwner(); });
}

/// Whether one operation can have the results of both, for other readers of the
/// producer too.
static bool canHaveBoth(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = cast<linalg::GenericOp>(operand->getOwner());
  // Results of both have to be of the same points.
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  return isPointwise(consumer) && map.isPermutation() &&
         producer->getBlock() == consumer->getBlock() &&
         areOtherUsersLater(producer, consumer);
}

namespace {

/// Upstream's pattern leaves a producer for its other readers, and so computes
/// it twice.
struct FuseWithFirstReader : public OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      if (!linalg::areElementwiseOpsFusable(operand) || !isFused(operand) ||
          isOnlyReader(operand) || !canHaveBoth(operand))
        continue;
      FailureOr<linalg::ElementwiseOpFusionResult> fused =
          linalg::fuseElementwiseOps(rewriter, operand);
      if (failed(fused))
        continue;
      for (auto [value, replacement] : fused->replacements)
        rewriter.replaceUsesWithIf(value, replacement, [&](OpOperand &use) {
          return use.getOwner() != op && use.getOwner() != fused->fusedOp;
        });
      rewriter.eraseOp(op);
      return success();
    }
    return failure();
  }
};

struct FuseElementwise
    : public conorm::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    generalize();
    repeatForReductions();
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(
        patterns, [&](OpOperand *operand) {
          bool isTaken = isFused(operand) && isOnlyReader(operand);
          numFused += isTaken;
          return isTaken;
        });
    patterns.add<FuseWithFirstReader>(&getContext());
    linalg::populateFoldReshapeOpsByExpansionPatterns(
        patterns, [](OpOperand *operand) {
          return operand->get().hasOneUse() &&
                 operand->get().getDefiningOp() != nullptr;
        });
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::EmptyOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns,
                                                         &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }

private:
  /// Only generic operations are fused. Upstream folds fills as they are, and
  /// passes that come later know those that a sum starts from.
  void generalize() {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp, linalg::FillOp>(op) &&
          (isPointwise(op) || isa<linalg::ReduceOp>(op)))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      (void)linalg::generalizeNamedOp(rewriter, op);
    }
  }

  /// Gives each reduction a producer of its own: computing it twice costs less
  /// than writing and reading it.
  void repeatForReductions() {
    SmallVector<OpOperand *> operands;
    getOperation()->walk([&](linalg::GenericOp op) {
      if (!op.hasPureTensorSemantics() || op.getNumReductionLoops() == 0 ||
          linalg::isaContractionOpInterface(op))
        return;
      for (OpOperand *operand : op.getDpsInputOperands()) {
        auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
        if (producer && isPointwise(producer) && !producer->hasOneUse() &&
            linalg::areElementwiseOpsFusable(operand))
          operands.push_back(operand);
      }
    });
    for (OpOperand *operand : operands) {
      OpResult result = cast<OpResult>(operand->get());
      if (result.hasOneUse())
        continue;
      OpBuilder builder(operand->getOwner());
      Operation *copy = builder.clone(*result.getOwner());
      operand->set(copy->getResult(result.getResultNumber()));
    }
  }
};

} // namespace
