//===- MoveReshapes.cpp -  ------------------------------------------------===//
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
#include "FusionReport.h"
#include "Placement.h"
#include "ReshapedSites.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

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
    // Where the fused operation can only take the norm's place, nothing may read
    // the reduced value before.
    Operation *before =
        findPlaces(site.getOperations()).first ? site.reduce.getOperation()
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
  auto norm = dyn_cast<norm::RMSNormOp>(site.norm);
  if (!norm || !llvm::all_of(site.reshapes, keepsRows))
    return failure();
  ArrayRef<Operation *> reshapes = site.reshapes;
  const auto *slice = llvm::find_if(reshapes, [](Operation *reshape) {
    return isa<tensor::ExtractSliceOp>(reshape);
  });
  if (slice == reshapes.end())
    return failure();
  for (const Constraint &constraint : getConstraints())
    if (constraint.check(site))
      return failure();
  moveBehindNorm(rewriter, norm, (*slice)->getOperand(0),
                 reshapes.drop_front(slice - reshapes.begin()));
  return success();
}

//===----------------------------------------------------------------------===//
// Before the addition
//===----------------------------------------------------------------------===//

static void moveBeforeSum(PatternRewriter &rewriter, const ReshapedSum &site) {
  auto [left, right] = *getAddends(site.sum);
  Operation *add = site.sum.getDefiningOp();
  Type type = site.sum.getType();
  SmallVector<Value, 2> addends = {left, right};
  Operation *last = site.reshapes.back();
  for (Value &addend : addends) {
    rewriter.setInsertionPoint(last);
    if (addend.getType() != type)
      addend = tensor::CastOp::create(rewriter, last->getLoc(), type, addend);
    for (Operation *reshape : site.reshapes)
      addend = applyReshape(rewriter, reshape, addend);
  }
  SmallVector<Operation *, 2> replaced = getAdditionOps(site.sum);
  auto sum =
      arith::AddFOp::create(rewriter, add->getLoc(), addends[0], addends[1]);
  keepAttributes(sum, replaced);
  readSizesOf(rewriter, site.sum, left);
  rewriter.replaceAllUsesWith(last->getResult(0), sum.getResult());
  eraseIfDead(rewriter, llvm::to_vector(llvm::reverse(site.reshapes)));
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// Between an addition and its norm.
struct ReshapedSumPattern : public OpRewritePattern<norm::RMSNormOp> {
  ReshapedSumPattern(MLIRContext *context, RankEquality &ranks)
      : OpRewritePattern(context), ranks(ranks) {}

  LogicalResult matchAndRewrite(norm::RMSNormOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ReshapedSum> site = getReshapedSum(op);
    if (!site)
      return failure();
    switch (getSumMove(*site, ranks)) {
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

  RankEquality &ranks;
};

/// Between an all_reduce, or the first norm of a sandwich, and what reads it.
template <typename NormOp>
struct ReshapedSitePattern : public OpRewritePattern<NormOp> {
  ReshapedSitePattern(MLIRContext *context, RankEquality &ranks)
      : OpRewritePattern<NormOp>(context), ranks(ranks) {}

  LogicalResult matchAndRewrite(NormOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Site> site = getReshapedSite(op);
    if (!site || (!site->reshapes.empty() && isFusedAsItIs(site->reduce)))
      return failure();
    if (findReshapeReason(*site, ranks))
      return moveSliceBehindNorm(rewriter, *site);
    Exchange(rewriter, *site).run();
    return success();
  }

  RankEquality &ranks;
};

} // namespace

void fusion::populateReshapedSumPatterns(RewritePatternSet &patterns,
                                         RankEquality &ranks) {
  patterns.add<ReshapedSumPattern>(patterns.getContext(), ranks);
}

void fusion::populateReshapedSitePatterns(RewritePatternSet &patterns,
                                          RankEquality &ranks) {
  patterns.add<ReshapedSitePattern<norm::RMSNormOp>,
               ReshapedSitePattern<norm::AddRMSNormOp>>(patterns.getContext(),
                                                        ranks);
}

//===----------------------------------------------------------------------===//
// Casts and quantizations
//===----------------------------------------------------------------------===//

/// What a reshape reads before casts and copies that change nothing, and may
/// read instead.
static Value getReshapeSource(Operation *reshape) {
  if (!changesShape(reshape))
    return {};
  Value source = getUncast(reshape->getOperand(0));
  // A cast of the shape alone is a reshape too.
  return source && source.getType() == reshape->getOperand(0).getType() &&
                 leadsToReduce(source)
             ? source
             : Value();
}

static LogicalResult isReshapeOfCopy(PatternRewriter &, Operation *op) {
  return success(static_cast<bool>(getReshapeSource(op)));
}

static void reshapeUncast(PatternRewriter &rewriter, Operation *op) {
  Value source = getReshapeSource(op);
  Operation *previous = op->getOperand(0).getDefiningOp();
  rewriter.modifyOpInPlace(op, [&] { op->setOperand(0, source); });
  eraseIfDead(rewriter, previous);
}

/// The narrow tensor that a reshape reads in f32, if an all_reduce is behind
/// it.
static Value getReshapedNarrow(Operation *op) {
  if (!changesShape(op))
    return {};
  Value narrow = getWidened(op->getOperand(0));
  return narrow && leadsToReduce(narrow) ? narrow : Value();
}

static LogicalResult isReshapeOfWidened(PatternRewriter &, Operation *op) {
  return success(static_cast<bool>(getReshapedNarrow(op)));
}

/// Reshapes before it widens.
static void widenReshaped(PatternRewriter &rewriter, Operation *op) {
  Value narrow = getReshapedNarrow(op);
  Type type = op->getResult(0).getType();
  rewriter.setInsertionPoint(op);
  auto from = cast<RankedTensorType>(op->getOperand(0).getType());
  auto source = from.clone(getElementTypeOrSelf(narrow));
  if (narrow.getType() != source)
    narrow = tensor::CastOp::create(rewriter, op->getLoc(), source, narrow);
  Value reshaped = applyReshape(rewriter, op, narrow);
  Value wide = arith::ExtFOp::create(rewriter, op->getLoc(), type, reshaped);
  Operation *previous = op->getOperand(0).getDefiningOp();
  if (isa<arith::ExtFOp>(previous))
    keepAttributes(wide.getDefiningOp(), previous);
  rewriter.replaceOp(op, wide);
  eraseIfDead(rewriter, previous);
}

/// The operations that round what a reshape gives: those that could as well
/// round what it reads, a sum or a norm in f32 with an all_reduce behind it.
static SmallVector<Operation *> getRoundings(Operation *op) {
  if (!changesShape(op))
    return {};
  Value wide = op->getOperand(0), reshaped = op->getResult(0);
  if (!getElementTypeOrSelf(wide).isF32())
    return {};
  SmallVector<Operation *> before;
  Operation *source = peel({getReshaped(wide, before)}).getOp();
  if (!isa_and_present<arith::AddFOp, norm::RMSNormOp>(source) ||
      !leadsToReduce(wide))
    return {};
  llvm::SetVector<Operation *> roundings;
  for (Operation *user : reshaped.getUsers()) {
    if (user->getNumResults() != 1 ||
        !haveCompatibleShapes(user->getResult(0), reshaped))
      continue;
    Element element = peel({user->getResult(0)});
    if (isa_and_present<arith::TruncFOp>(element.getOp()) &&
        isStrict(element.getOp()) &&
        getElementTypeOrSelf(element.value) ==
            getElementTypeOrSelf(user->getResult(0)) &&
        isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(element.value)) &&
        peelToTensor(element.getOperand(0)).value == reshaped)
      roundings.insert(user);
  }
  // Uses are listed from the last one to the first.
  return {roundings.rbegin(), roundings.rend()};
}

static LogicalResult isRoundedReshape(PatternRewriter &, Operation *op) {
  return success(!getRoundings(op).empty());
}

/// Rounds before it reshapes.
static void reshapeRounded(PatternRewriter &rewriter, Operation *op) {
  auto wide = cast<RankedTensorType>(op->getOperand(0).getType());
  for (Operation *rounding : getRoundings(op)) {
    Value result = rounding->getResult(0);
    rewriter.setInsertionPoint(rounding);
    Value narrow = arith::TruncFOp::create(
        rewriter, rounding->getLoc(), wide.clone(getElementTypeOrSelf(result)),
        op->getOperand(0));
    keepAttributes(narrow.getDefiningOp(), rounding);
    Value reshaped = applyReshape(rewriter, op, narrow);
    if (reshaped.getType() != result.getType())
      reshaped = tensor::CastOp::create(rewriter, op->getLoc(),
                                        result.getType(), reshaped);
    rewriter.replaceOp(rounding, reshaped);
  }
  eraseIfDead(rewriter, op);
}

static LogicalResult quantizesReshaped(PatternRewriter &, Operation *op) {
  std::optional<QuantizeSite> site =
      getReshapedQuantize(cast<norm::QuantizeOp>(op));
  if (!site || checkQuantizedRowsKept(site->quantize))
    return failure();
  for (const QuantizeConstraint &constraint : getQuantizeConstraints())
    if (constraint.check(*site))
      return failure();
  return success();
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

void fusion::registerReshapes(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("IsReshapeOfCopy", isReshapeOfCopy);
  patterns.registerConstraintFunction("IsReshapeOfWidened", isReshapeOfWidened);
  patterns.registerConstraintFunction("IsRoundedReshape", isRoundedReshape);
  patterns.registerConstraintFunction("QuantizesReshaped", quantizesReshaped);
  patterns.registerRewriteFunction("ReshapeUncast", reshapeUncast);
  patterns.registerRewriteFunction("WidenReshaped", widenReshaped);
  patterns.registerRewriteFunction("ReshapeRounded", reshapeRounded);
  patterns.registerRewriteFunction("ReshapeQuantized", reshapeQuantized);
}
