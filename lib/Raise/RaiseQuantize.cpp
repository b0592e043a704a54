//===- RaiseQuantize.cpp - Arithmetic becomes norm.quantize ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "Candidates.h"
#include "Norms.h"
#include "OutsidePatterns.h"
#include "Placement.h"
#include "QuantizeChain.h"
#include "Reshapes.h"
#include "Rewriting.h"
#include "conorm/Raise/Passes.h"
#include "conorm/Raise/RaisePatterns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

namespace conorm {
#define GEN_PASS_DEF_RAISEQUANTIZE
#include "conorm/Raise/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// The rewrite
//===----------------------------------------------------------------------===//

/// Where the scale of a raised quantization may stand: before the all_reduce
/// with which the norm may be fused, or else before the norm, if the value that
/// it is made from is there.
static Operation *getScalePlace(Value input, Value scale, Operation *root) {
  SmallVector<Operation *> reshapes;
  auto inBlock = [&](Operation *op) {
    return op->getBlock() == root->getBlock();
  };
  // Of two the later one is fused.
  Operation *reduce = nullptr;
  for (Operation *found : findReduces(input))
    if (inBlock(found) && (!reduce || reduce->isBeforeInBlock(found)))
      reduce = found;
  for (Operation *op : {reduce, getReshaped(input, reshapes).getDefiningOp()})
    if (op && inBlock(op) && (!scale || isAvailable(scale, op)))
      return op;
  return root;
}

/// The scale as `norm.quantize` takes it: one f32 in a tensor.
static Value makeScale(PatternRewriter &rewriter, Location loc,
                       const ChainScale &scale) {
  auto type = RankedTensorType::get({1}, rewriter.getF32Type());
  if (scale.constant)
    return arith::ConstantOp::create(
        rewriter, loc, DenseElementsAttr::get(type, *scale.constant));
  Value value = scale.value;
  if (value.getType() == type)
    return value;
  if (auto tensor = dyn_cast<RankedTensorType>(value.getType())) {
    Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
    value = tensor::ExtractOp::create(
        rewriter, loc, value, SmallVector<Value>(tensor.getRank(), zero));
  }
  if (!value.getType().isF32())
    value = arith::ExtFOp::create(rewriter, loc, rewriter.getF32Type(), value);
  return tensor::FromElementsOp::create(rewriter, loc, type, value);
}

/// The operations on tensors that are replaced together with `root`, in order:
/// those that nothing else reads.
static SmallVector<Operation *> getReplaced(const Chain &chain,
                                            Operation *root) {
  llvm::SetVector<Operation *> replaced;
  for (const ChainStep &step : chain.steps)
    if (isa<RankedTensorType>(step.op->getResult(0).getType()) &&
        step.op->hasOneUse())
      replaced.insert(step.op);
  replaced.remove(root);
  replaced.insert(root);
  return replaced.takeVector();
}

/// Replaces the chain that ends in `root`: the guards hold, so it is
/// `per_tensor`.
static void raiseQuantize(PatternRewriter &rewriter, Operation *root,
                          const Chain &chain) {
  Violation none;
  ChainScale found = *getChainScale(chain, none);
  rewriter.setInsertionPoint(getScalePlace(chain.input, found.value, root));
  Value scale = makeScale(rewriter, root->getLoc(), found);
  rewriter.setInsertionPoint(root);
  auto scheme = norm::SchemeAttr::get(
      rewriter.getContext(), norm::SchemeKind::PerTensor, /*group_size=*/0,
      norm::ScaleLayout::Linear, found.mode);
  auto type = cast<RankedTensorType>(root->getResult(0).getType());
  auto quantizedType = chain.reshapes.empty()
                           ? type
                           : cast<RankedTensorType>(chain.input.getType())
                                 .clone(type.getElementType());
  SmallVector<Operation *> replaced = getReplaced(chain, root);
  auto quantize = norm::QuantizeOp::create(
      rewriter, fuseLocations(rewriter, replaced), TypeRange(quantizedType),
      chain.input, scale, ValueRange(), scheme);
  keepAttributes(quantize, replaced);
  Value quantized = quantize.getResult(0);
  for (Operation *reshape : chain.reshapes)
    quantized = applyReshape(rewriter, reshape, quantized);
  rewriter.replaceAllUsesWith(root->getResult(0),
                              castShape(rewriter, quantized, type));
  eraseIfDead(rewriter, root);
}

namespace {
/// A chain may be spread over operations on tensors and bodies of linalg
/// operations, which is why it is read and not matched.
struct RaiseQuantizePattern : public RewritePattern {
  RaiseQuantizePattern(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *root,
                                PatternRewriter &rewriter) const override {
    std::optional<Chain> chain = getQuantizeChain(root);
    if (!chain || findReason(getChainConstraints(), *chain))
      return failure();
    raiseQuantize(rewriter, root, *chain);
    return success();
  }
};
} // namespace

void conorm::populateRaiseQuantizePatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseQuantizePattern>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct RaiseQuantizePass
    : public conorm::impl::RaiseQuantizeBase<RaiseQuantizePass> {
  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  LogicalResult applyOutside(bool &changed);
  LogicalResult raiseChains(ArrayRef<Operation *> roots, bool &changed);

  /// Made when they are first needed: compiling them costs more than raising
  /// does in a module without casts around norms.
  const FrozenRewritePatternSet &getCastPatterns();

  FrozenRewritePatternSet outside, raise;
  std::optional<FrozenRewritePatternSet> casts;
  OutsideRoots outsideRoots;
};

/// Counts the quantizations that patterns make.
struct QuantizeCounter : public RewriterBase::Listener {
  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    count += isa<norm::QuantizeOp>(op);
  }

  unsigned count = 0;
};
} // namespace

LogicalResult RaiseQuantizePass::initialize(MLIRContext *context) {
  RewritePatternSet outsidePatterns(context), raisePatterns(context);
  outsideRoots = populateOutsideRaisePatterns(outsidePatterns);
  outside = std::move(outsidePatterns);
  populateRaiseQuantizePatterns(raisePatterns);
  raise = std::move(raisePatterns);
  return success();
}

const FrozenRewritePatternSet &RaiseQuantizePass::getCastPatterns() {
  if (!casts) {
    RewritePatternSet patterns(&getContext());
    populateNormCastPatterns(patterns);
    casts.emplace(std::move(patterns));
  }
  return *casts;
}

LogicalResult RaiseQuantizePass::applyOutside(bool &changed) {
  if (outsideRoots.isEmpty())
    return success();
  SmallVector<Operation *> roots;
  getOperation()->walk([&](Operation *op) {
    if (outsideRoots.contains(op))
      roots.push_back(op);
  });
  return applyAtRoots(roots, outside, nullptr, &changed);
}

LogicalResult RaiseQuantizePass::raiseChains(ArrayRef<Operation *> roots,
                                             bool &changed) {
  // Casts around a norm hide what is quantized; the fusion removes them too.
  llvm::SetVector<Operation *> wide;
  for (Operation *root : roots)
    wide.insert_range(findWideNorms(root));
  bool changesCasts = false, changesChains = false;
  QuantizeCounter counter;
  if (!wide.empty() &&
      failed(applyAtRoots(wide.getArrayRef(), getCastPatterns(), nullptr,
                          &changesCasts)))
    return failure();
  if (failed(applyAtRoots(roots, raise, &counter, &changesChains)))
    return failure();
  numRaised += counter.count;
  changed |= changesCasts || changesChains;
  return success();
}

void RaiseQuantizePass::runOnOperation() {
  bool changed = false;
  if (failed(applyOutside(changed)))
    return signalPassFailure();
  // What was found before is not what is there now.
  std::optional<Candidates> found;
  if (changed)
    found.emplace(getOperation());
  ArrayRef<Operation *> ends =
      found ? found->getChainEnds() : getAnalysis<Candidates>().getChainEnds();
  // What nothing reads is not for us to remove: the fusion would then see a
  // norm without readers.
  SmallVector<Operation *> roots(llvm::make_filter_range(
      ends, [](Operation *op) { return !op->use_empty(); }));
  if (failed(raiseChains(roots, changed)))
    return signalPassFailure();
  if (!changed)
    markAllAnalysesPreserved();
}
