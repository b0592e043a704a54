//===- NormCasts.cpp - Casts and copies around norms ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"
#include "Norms.h"
#include "Reshapes.h"
#include "Rewriting.h"
#include "conorm/Raise/RaisePatterns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SetVector.h"

// The generated header defines `populateGeneratedPDLLPatterns`.
namespace conorm::raise::casts {
using namespace ::mlir;
#include "NormCasts.h.inc"
} // namespace conorm::raise::casts

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Next to a norm
//===----------------------------------------------------------------------===//

/// What `weight` is before it is extended, step by step.
static Value getExtended(Value weight) {
  Element element{weight};
  if (getStep(element.getOp()) != Step::Extend)
    return {};
  return element.getOperand(0).value;
}

static LogicalResult extendsInputType(PatternRewriter &, Value weight,
                                      Operation *norm) {
  Value narrow = getExtended(weight);
  return success(narrow && getElementTypeOrSelf(narrow) ==
                               getElementTypeOrSelf(norm->getOperand(0)));
}

static void uncastWeight(PatternRewriter &rewriter, Operation *norm) {
  setWeight(rewriter, norm,
            getExtended(cast<norm::NormOpInterface>(norm).getWeight()));
}

static LogicalResult isCastOrCopy(PatternRewriter &, Value value,
                                  Operation *op) {
  auto norm = cast<norm::NormOpInterface>(op);
  std::optional<Copy> copy = matchCopy(value);
  return success(copy && fitsNorm(norm, value, copy->source));
}

/// Whether the result of `op` is `wide` rounded to the type of `narrow`.
static bool isNarrowing(Operation *op, Value wide, Value narrow) {
  if (op->getNumResults() != 1 ||
      !haveCompatibleShapes(op->getResult(0), narrow))
    return false;
  std::optional<Rounding> rounding = matchRounding(op->getResult(0));
  return rounding && rounding->wide == wide &&
         getElementTypeOrSelf(op->getResult(0)) == getElementTypeOrSelf(narrow);
}

static LogicalResult onlyNarrowed(PatternRewriter &, Operation *op,
                                  Value wide) {
  auto norm = cast<norm::NormOpInterface>(op);
  std::optional<Widening> widening = matchWidening(wide);
  if (!widening || norm->use_empty() || !fitsNorm(norm, wide, widening->narrow))
    return failure();
  return success(llvm::all_of(norm->getUsers(), [&](Operation *user) {
    return isNarrowing(user, norm.getNormed(), widening->narrow);
  }));
}

/// Gives `norm` an operand without the casts before it. Where its shape is
/// known to another degree, those who read the norm's results see the one they
/// had.
static void uncastOperand(PatternRewriter &rewriter, Operation *norm,
                          unsigned index) {
  Value value = matchCopy(norm->getOperand(index))->source;
  Operation *previous = norm->getOperand(index).getDefiningOp();
  rewriter.modifyOpInPlace(norm, [&] { norm->setOperand(index, value); });
  if (index == 0)
    for (Value result : norm->getResults())
      setResultType(rewriter, result, value.getType());
  eraseIfDead(rewriter, previous);
}

static void uncastInput(PatternRewriter &rewriter, Operation *norm) {
  uncastOperand(rewriter, norm, 0);
}

static void uncastResidual(PatternRewriter &rewriter, Operation *norm) {
  uncastOperand(rewriter, norm, 1);
}

/// OnlyNarrowed holds: each that reads the norm rounds it to narrow's type.
static void narrowNorm(PatternRewriter &rewriter, Operation *norm) {
  auto wide = cast<norm::RMSNormOp>(norm);
  Value narrow = matchWidening(wide.getInput())->narrow;
  // Uses are listed from the last one to the first.
  SmallVector<Operation *> users(norm->getUsers());
  llvm::SetVector<Operation *> casts(users.rbegin(), users.rend());
  // Of their attributes those of the norm stay.
  SmallVector<Operation *> replaced(casts.getArrayRef());
  replaced.push_back(norm);
  auto rounding = norm::RoundingAttr::get(rewriter.getContext(),
                                          norm::Rounding::ScaleThenRound);
  rewriter.setInsertionPoint(norm);
  auto narrowed = norm::RMSNormOp::create(
      rewriter, fuseLocations(rewriter, replaced), narrow, wide.getWeight(),
      Value(), wide.getEpsilonAttr(), wide.getWeightBiasAttr(), rounding,
      // In f32 the sum is not rounded, whatever the attribute says.
      norm::WeightRoundingAttr());
  keepAttributes(narrowed, replaced);
  for (Operation *cast : casts) {
    Value result = cast->getResult(0);
    rewriter.replaceAllUsesWith(
        result, castShape(rewriter, narrowed.getNormed(), result.getType()));
  }
  eraseIfDead(rewriter, casts.getArrayRef());
}

//===----------------------------------------------------------------------===//
// Behind a reshape
//===----------------------------------------------------------------------===//

/// What a reshape reads before casts and copies that change nothing, and may
/// read instead.
static Value getReshapeSource(Operation *reshape) {
  if (!changesShape(reshape))
    return {};
  std::optional<Copy> copy = matchCopy(reshape->getOperand(0));
  // A cast of the shape alone is a reshape too.
  return copy && copy->source.getType() == reshape->getOperand(0).getType() &&
                 leadsToReduce(copy->source)
             ? copy->source
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
  std::optional<Widening> widening = matchWidening(op->getOperand(0));
  return widening && leadsToReduce(widening->narrow) ? widening->narrow
                                                     : Value();
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
  if (getStep(previous) == Step::Extend)
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
  if ((getStep(source) != Step::Add &&
       !isa_and_present<norm::RMSNormOp>(source)) ||
      !leadsToReduce(wide))
    return {};
  llvm::SetVector<Operation *> roundings;
  for (Operation *user : reshaped.getUsers()) {
    if (user->getNumResults() != 1 ||
        !isa<BFloat16Type, Float16Type>(
            getElementTypeOrSelf(user->getResult(0))))
      continue;
    std::optional<Rounding> rounding = matchRounding(user->getResult(0));
    if (rounding && rounding->wide == reshaped)
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

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void conorm::populateNormCastPatterns(RewritePatternSet &patterns) {
  PDLPatternModule &native = patterns.getPDLPatterns();
  registerNormConstraints(native);
  native.registerConstraintFunction("ExtendsInputType", extendsInputType);
  native.registerConstraintFunction("IsCastOrCopy", isCastOrCopy);
  native.registerConstraintFunction("OnlyNarrowed", onlyNarrowed);
  native.registerConstraintFunction("IsReshapeOfCopy", isReshapeOfCopy);
  native.registerConstraintFunction("IsReshapeOfWidened", isReshapeOfWidened);
  native.registerConstraintFunction("IsRoundedReshape", isRoundedReshape);
  native.registerRewriteFunction("UncastWeight", uncastWeight);
  native.registerRewriteFunction("NarrowNorm", narrowNorm);
  native.registerRewriteFunction("UncastInput", uncastInput);
  native.registerRewriteFunction("UncastResidual", uncastResidual);
  native.registerRewriteFunction("ReshapeUncast", reshapeUncast);
  native.registerRewriteFunction("WidenReshaped", widenReshaped);
  native.registerRewriteFunction("ReshapeRounded", reshapeRounded);
  casts::populateGeneratedPDLLPatterns(patterns);
}
