//===- FusionRewrites.cpp -  ----------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fusion.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

/// Erases `op` and then its producers as long as nothing reads them.
static void eraseIfDead(PatternRewriter &rewriter, Operation *op) {
  if (!op || !isOpTriviallyDead(op))
    return;
  SmallVector<Operation *> producers;
  for (Value operand : op->getOperands())
    if (Operation *producer = operand.getDefiningOp())
      if (!llvm::is_contained(producers, producer))
        producers.push_back(producer);
  rewriter.eraseOp(op);
  for (Operation *producer : producers)
    eraseIfDead(rewriter, producer);
}

static MutableOperandRange getWeightMutable(Operation *norm) {
  if (auto op = dyn_cast<norm::RMSNormOp>(norm))
    return op.getWeightMutable();
  return cast<norm::AddRMSNormOp>(norm).getWeightMutable();
}

static void setWeight(PatternRewriter &rewriter, Operation *norm,
                      Value weight) {
  Operation *previous = norm->getOperand(norm->getNumOperands() - 1)
                            .getDefiningOp();
  rewriter.modifyOpInPlace(norm,
                           [&] { getWeightMutable(norm).assign(weight); });
  eraseIfDead(rewriter, previous);
}

static void setWeightAndBias(PatternRewriter &rewriter, Operation *norm,
                             Value weight) {
  rewriter.modifyOpInPlace(norm, [&] {
    norm->setAttr("weight_bias", rewriter.getF32FloatAttr(1.0f));
  });
  setWeight(rewriter, norm, weight);
}

static void mergeAddition(PatternRewriter &rewriter, Operation *add,
                          Operation *norm, Value input, Value residual) {
  auto rms = cast<norm::RMSNormOp>(norm);
  // AdditionPlaceable holds: one of the two places will do.
  Value sum = add->getResult(0);
  rewriter.setInsertionPoint(usersFollow(sum, norm, norm) ? norm : add);
  auto merged = norm::AddRMSNormOp::create(
      rewriter, rewriter.getFusedLoc({add->getLoc(), norm->getLoc()}), input,
      residual, rms.getWeight(), ValueRange(), rms.getEpsilonAttr(),
      rms.getWeightBiasAttr(), rms.getRoundingAttr());
  merged->setDiscardableAttrs(norm->getDiscardableAttrDictionary());
  rewriter.replaceOp(norm, merged.getNormed());
  rewriter.replaceOp(add, merged.getResidualOut());
}

namespace {
/// What the fused operation takes from either kind of norm.
struct NormParts {
  explicit NormParts(AllReduceOp reduce, Operation *norm) {
    if (auto op = dyn_cast<norm::RMSNormOp>(norm)) {
      fill(op);
      normed = op.getNormed();
      return;
    }
    auto op = cast<norm::AddRMSNormOp>(norm);
    fill(op);
    residual = op.getInput() == reduce.getReduced() ? op.getResidual()
                                                    : op.getInput();
    normed = op.getNormed();
    residualOut = op.getResidualOut();
  }

  template <typename NormOp>
  void fill(NormOp op) {
    weight = op.getWeight();
    properties.epsilon = op.getEpsilonAttr();
    properties.weight_bias = op.getWeightBiasAttr();
    properties.rounding = op.getRoundingAttr();
  }

  Value weight, residual, normed, residualOut;
  AllReduceRMSNormOp::Properties properties;
};
} // namespace

static void fuseNorm(PatternRewriter &rewriter, Operation *reduceOp,
                     Operation *norm) {
  auto reduce = cast<AllReduceOp>(reduceOp);
  NormParts parts(reduce, norm);
  parts.properties.group = reduce.getGroupAttr();
  parts.properties.strategy = reduce.getStrategyAttr();

  // Where the reduced value or the sum has other users it becomes a result.
  bool keepsReduced = llvm::any_of(reduce.getReduced().getUsers(),
                                   [&](Operation *user) {
                                     return user != norm;
                                   });
  bool keepsSum = parts.residualOut && !parts.residualOut.use_empty();
  bool keepsNormed = !parts.normed.use_empty() || (!keepsReduced && !keepsSum);
  Type type = reduce.getReduced().getType();
  std::array<Type, 5> types{};
  types[0] = keepsReduced ? type : Type();
  types[1] = keepsSum ? type : Type();
  types[2] = keepsNormed ? type : Type();

  // UsersDominated holds: one of the two places will do. The all_reduce's own
  // is the better one, since the order of collectives does not change there.
  bool operandsThere = llvm::all_of(norm->getOperands(), [&](Value operand) {
    return operand == reduce.getReduced() || dominates(operand, reduce);
  });
  rewriter.setInsertionPoint(operandsThere ? reduceOp : norm);
  auto fused = AllReduceRMSNormOp::create(
      rewriter, rewriter.getFusedLoc({reduce.getLoc(), norm->getLoc()}), types,
      ValueRange{reduce.getInput(), parts.weight, parts.residual, Value(),
                 Value()},
      ValueRange(), parts.properties);
  fused->setDiscardableAttrs(norm->getDiscardableAttrDictionary());

  auto replace = [&](Value from, Value to) {
    if (from && to)
      rewriter.replaceAllUsesWith(from, to);
  };
  replace(parts.normed, fused.getNormed());
  replace(parts.residualOut, fused.getResidualOut());
  rewriter.eraseOp(norm);
  replace(reduce.getReduced(), fused.getReduced());
  rewriter.eraseOp(reduce);
}

void fusion::registerRewrites(PDLPatternModule &patterns) {
  patterns.registerRewriteFunction("SetWeight", setWeight);
  patterns.registerRewriteFunction("SetWeightAndBias", setWeightAndBias);
  patterns.registerRewriteFunction("MergeAddition", mergeAddition);
  patterns.registerRewriteFunction("FuseNorm", fuseNorm);
}
