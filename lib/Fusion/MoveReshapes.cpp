//===- MoveReshapes.cpp - Reshapes out of the way -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Moves reshapes out of the way of the fusion. Those between an all_reduce and
// what reads it go before the all_reduce, whose arithmetic is elementwise (R1):
// the residual is not touched, and slices are of what each rank sends. Those
// between an addition and its norm, and behind a norm, go behind it.
//
//===----------------------------------------------------------------------===//

#include "../Raise/Elementwise.h"
#include "../Raise/Placement.h"
#include "../Raise/Rewriting.h"
#include "ReshapedSites.h"
#include "conorm/Fusion/FusionPatterns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Before the all_reduce
//===----------------------------------------------------------------------===//

namespace {
/// Exchanges an all_reduce and its reshapes.
class Exchange {
public:
  Exchange(PatternRewriter &rewriter, Site site)
      : rewriter(rewriter), site(site), reshapes(site.reshapes) {
    llvm::append_range(reshapes, site.postReshapes);
    values.push_back(site.reduce.getReduced());
    for (Operation *reshape : reshapes)
      values.push_back(reshape->getResult(0));
  }

  void run() {
    Value reduced = values.front();
    // Where the fused operation can only take the norm's place, nothing may
    // read the reduced value before.
    Operation *before = findPlaces(site.getOperations()).first
                            ? site.reduce.getOperation()
                            : site.norm;
    readSizesOf(rewriter, reduced, site.reduce.getInput());
    findReaders();
    setOrder();
    setOperands();
    rewriter.setInsertionPointAfter(before);
    restoreShapes();
  }

private:
  /// Who else reads the elements of the value number `index`.
  using Readers = SmallVector<OpOperand *>;

  void findReaders() {
    SmallVector<Operation *, 3> operations = site.getOperations();
    readers.resize(values.size());
    for (auto [index, value] : llvm::enumerate(values))
      for (OpOperand &use : value.getUses()) {
        Operation *user = use.getOwner();
        bool isInside =
            llvm::is_contained(operations, user) && user != site.norm;
        if (!isInside && !readsSize(user))
          readers[index].push_back(&use);
      }
  }

  /// The reshapes go up, if what they read besides is there, and otherwise the
  /// all_reduce down: the guards hold, so nothing is in its way then.
  void setOrder() {
    bool goUp = llvm::all_of(reshapes, [&](Operation *reshape) {
      return llvm::all_of(
          reshape->getOperands().drop_front(),
          [&](Value operand) { return isAvailable(operand, site.reduce); });
    });
    if (goUp) {
      for (Operation *reshape : reshapes)
        rewriter.moveOpBefore(reshape, site.reduce);
      return;
    }
    rewriter.moveOpAfter(site.reduce, reshapes.back());
    if (site.postNorm && site.postNorm->isBeforeInBlock(site.reduce))
      rewriter.moveOpAfter(site.postNorm, site.reduce);
  }

  void setOperands() {
    Value source = site.reduce.getInput();
    for (Operation *reshape : reshapes) {
      rewriter.modifyOpInPlace(reshape,
                               [&] { reshape->setOperand(0, source); });
      source = reshape->getResult(0);
    }
    rewriter.modifyOpInPlace(site.reduce, [&] {
      site.reduce.getInputMutable().assign(source);
      site.reduce.getReduced().setType(
          cast<RankedTensorType>(source.getType()));
    });
    if (site.postNorm)
      rewriter.modifyOpInPlace(site.postNorm, [&] {
        site.postNorm.getInputMutable().assign(site.reduce.getReduced());
        site.postNorm.getNormed().setType(
            cast<RankedTensorType>(source.getType()));
      });
  }

  /// Those that read the reduced value in another shape get it from the new
  /// one.
  void restoreShapes() {
    Value value = site.reduce.getReduced();
    replace(readers.back(),
            site.postReshapes.empty() ? value : site.postNorm.getNormed());
    for (size_t index = reshapes.size(); index-- > 0;) {
      bool isRead =
          llvm::any_of(ArrayRef(readers).take_front(index + 1),
                       [](const Readers &list) { return !list.empty(); });
      if (!isRead)
        return;
      value = invertReshape(rewriter, reshapes[index], value);
      replace(readers[index], value);
    }
  }

  void replace(const Readers &list, Value value) {
    for (OpOperand *use : list)
      rewriter.modifyOpInPlace(use->getOwner(), [&] { use->set(value); });
  }

  PatternRewriter &rewriter;
  Site site;
  SmallVector<Operation *> reshapes;
  /// The reduced value, and what each reshape gave.
  SmallVector<Value> values;
  SmallVector<Readers> readers;
};
} // namespace

//===----------------------------------------------------------------------===//
// Behind the norm
//===----------------------------------------------------------------------===//

/// Those between `norm` and `source`, in order.
static void moveBehindNorm(PatternRewriter &rewriter, norm::RMSNormOp norm,
                           Value source, ArrayRef<Operation *> reshapes) {
  rewriter.modifyOpInPlace(norm, [&] {
    norm.getInputMutable().assign(source);
    norm.getNormed().setType(cast<RankedTensorType>(source.getType()));
  });
  rewriter.setInsertionPointAfter(norm);
  SmallPtrSet<Operation *, 4> made;
  Value value = norm.getNormed();
  for (Operation *reshape : reshapes) {
    value = applyReshape(rewriter, reshape, value);
    if (made.empty())
      made.insert(value.getDefiningOp());
  }
  rewriter.replaceUsesWithIf(norm.getNormed(), value, [&](OpOperand &use) {
    return !made.contains(use.getOwner());
  });
  eraseIfDead(rewriter, llvm::to_vector(llvm::reverse(reshapes)));
}

/// A slice that cannot go before the all_reduce, because the whole value is
/// read as well or because ranks may take other rows: a norm of all rows gives
/// those that are taken.
static LogicalResult moveSliceBehindNorm(PatternRewriter &rewriter, Site site) {
  auto norm = dyn_cast<norm::RMSNormOp>(*site.norm);
  if (!norm || !llvm::all_of(site.reshapes, keepsRows))
    return failure();
  ArrayRef<Operation *> reshapes = site.reshapes;
  const auto *slice = llvm::find_if(reshapes, [](Operation *reshape) {
    return isa<tensor::ExtractSliceOp>(reshape);
  });
  if (slice == reshapes.end())
    return failure();
  if (findReason(getConstraints(), site))
    return failure();
  moveBehindNorm(rewriter, norm, (*slice)->getOperand(0),
                 reshapes.drop_front(slice - reshapes.begin()));
  return success();
}

//===----------------------------------------------------------------------===//
// Before the addition
//===----------------------------------------------------------------------===//

static void moveBeforeSum(PatternRewriter &rewriter, const ReshapedSum &site) {
  Sum addition = *matchSum(site.sum);
  Operation *add = site.sum.getDefiningOp();
  Type type = site.sum.getType();
  SmallVector<Value, 2> addends = {addition.left, addition.right};
  Operation *last = site.reshapes.back();
  for (Value &addend : addends) {
    rewriter.setInsertionPoint(last);
    if (addend.getType() != type)
      addend = tensor::CastOp::create(rewriter, last->getLoc(), type, addend);
    for (Operation *reshape : site.reshapes)
      addend = applyReshape(rewriter, reshape, addend);
  }
  auto sum =
      arith::AddFOp::create(rewriter, add->getLoc(), addends[0], addends[1]);
  keepAttributes(sum, addition.getOps());
  readSizesOf(rewriter, site.sum, addition.left);
  rewriter.replaceAllUsesWith(last->getResult(0), sum.getResult());
  eraseIfDead(rewriter, llvm::to_vector(llvm::reverse(site.reshapes)));
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// Between an addition and its norm.
struct ReshapedSumPattern : public OpRewritePattern<norm::RMSNormOp> {
  ReshapedSumPattern(MLIRContext *context, std::shared_ptr<RankEquality> ranks)
      : OpRewritePattern(context), ranks(std::move(ranks)) {}

  LogicalResult matchAndRewrite(norm::RMSNormOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ReshapedSum> site = getReshapedSum(op);
    if (!site)
      return failure();
    switch (getSumMove(*site, *ranks)) {
    case SumMove::None:
      return failure();
    case SumMove::BehindNorm:
      moveBehindNorm(rewriter, op, site->sum, site->reshapes);
      return success();
    case SumMove::BeforeSum:
      moveBeforeSum(rewriter, *site);
      return success();
    }
    llvm_unreachable("unknown move");
  }

  std::shared_ptr<RankEquality> ranks;
};

/// Between an all_reduce, or the first norm of a sandwich, and what reads it.
template <typename NormOp>
struct ReshapedSitePattern : public OpRewritePattern<NormOp> {
  ReshapedSitePattern(MLIRContext *context, std::shared_ptr<RankEquality> ranks)
      : OpRewritePattern<NormOp>(context), ranks(std::move(ranks)) {}

  LogicalResult matchAndRewrite(NormOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Site> site = getReshapedSite(op);
    if (!site || (!site->reshapes.empty() && isFusedAsItIs(site->reduce)))
      return failure();
    if (findReshapeReason(*site, *ranks))
      return moveSliceBehindNorm(rewriter, *site);
    Exchange(rewriter, *site).run();
    return success();
  }

  std::shared_ptr<RankEquality> ranks;
};

} // namespace

void fusion::populateReshapedSumPatterns(RewritePatternSet &patterns,
                                         std::shared_ptr<RankEquality> ranks) {
  patterns.add<ReshapedSumPattern>(patterns.getContext(), std::move(ranks));
}

void fusion::populateReshapedSitePatterns(RewritePatternSet &patterns,
                                          std::shared_ptr<RankEquality> ranks) {
  patterns.add<ReshapedSitePattern<norm::RMSNormOp>,
               ReshapedSitePattern<norm::AddRMSNormOp>>(patterns.getContext(),
                                                        ranks);
}

void conorm::populateReshapedSumPatterns(RewritePatternSet &patterns,
                                         Operation *root) {
  populateReshapedSumPatterns(patterns, std::make_shared<RankEquality>(root));
}

void conorm::populateReshapedSitePatterns(RewritePatternSet &patterns,
                                          Operation *root) {
  populateReshapedSitePatterns(patterns, std::make_shared<RankEquality>(root));
}

//===----------------------------------------------------------------------===//
// Behind a quantization
//===----------------------------------------------------------------------===//

static LogicalResult quantizesReshaped(PatternRewriter &, Operation *op) {
  std::optional<QuantizeSite> site =
      getReshapedQuantize(cast<norm::QuantizeOp>(op));
  return success(site && !checkQuantizedRowsKept(site->quantize) &&
                 !findReason(getQuantizeConstraints(), *site));
}

static void reshapeQuantized(PatternRewriter &rewriter, Operation *op) {
  auto quantize = cast<norm::QuantizeOp>(op);
  QuantizeSite site = *getReshapedQuantize(quantize);
  Value normed = site.fused.getNormed();
  Operation *previous = quantize.getInput().getDefiningOp();
  SmallVector<Type> types(quantize->getResultTypes());
  auto newTypes = getOutputTypes(quantize, normed);
  rewriter.modifyOpInPlace(quantize, [&] {
    quantize.getInputMutable().assign(normed);
    for (auto [output, type] : llvm::zip(quantize.getOutputs(), newTypes))
      output.setType(type);
  });
  rewriter.setInsertionPointAfter(quantize);
  norm::SchemeKind kind = quantize.getScheme().getKind();
  bool isLinear = quantize.getScheme().getLayout() == norm::ScaleLayout::Linear;
  for (auto [index, output] : llvm::enumerate(quantize.getOutputs())) {
    if (output.use_empty())
      continue;
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : output.getUses())
      uses.push_back(&use);
    Value value = output;
    bool isResized = index != 0 || kind == norm::SchemeKind::NVFP4;
    if (index == 0 || isLinear)
      for (Operation *reshape : site.reshapes)
        value = applyReshape(rewriter, reshape, value, isResized);
    if (value.getType() != types[index])
      value = tensor::CastOp::create(rewriter, quantize.getLoc(), types[index],
                                     value);
    for (OpOperand *use : uses)
      rewriter.modifyOpInPlace(use->getOwner(), [&] { use->set(value); });
  }
  eraseIfDead(rewriter, previous);
}

void fusion::registerQuantizeReshapes(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("QuantizesReshaped", quantizesReshaped);
  patterns.registerRewriteFunction("ReshapeQuantized", reshapeQuantized);
}
