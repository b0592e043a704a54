//===- FusionRewrites.cpp - The operations that patterns build ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Raise/Elementwise.h"
#include "../Raise/Norms.h"
#include "../Raise/Placement.h"
#include "../Raise/Reshapes.h"
#include "../Raise/Rewriting.h"
#include "Fusion.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

/// The guards hold: the norm's weight is another one plus 1. A sum that is no
/// f32 is of the input's element type, and so rounded to it.
static void foldWeightSum(PatternRewriter &rewriter, Operation *op) {
  auto norm = cast<norm::NormOpInterface>(op);
  Value sum = norm.getWeight();
  Type type = getElementTypeOrSelf(norm.getInput());
  PlusConstant parts = *matchPlusConstant(sum, type);
  rewriter.modifyOpInPlace(norm, [&] {
    norm->setAttr("weight_bias", rewriter.getF32FloatAttr(1.0f));
    if (!getElementTypeOrSelf(sum).isF32())
      norm->setAttr("weight_rounding", norm::WeightRoundingAttr::get(
                                           rewriter.getContext(),
                                           norm::WeightRounding::ElementType));
    if (sum.hasOneUse())
      keepAttributes(norm, {parts.addition, sum.getDefiningOp(), norm});
  });
  setWeight(rewriter, norm, parts.weight);
}

static void mergeAddition(PatternRewriter &rewriter, Value sum,
                          Operation *norm) {
  Sum addition = *matchSum(sum);
  auto rms = cast<norm::RMSNormOp>(norm);
  Operation *add = sum.getDefiningOp();
  // AdditionPlaceable holds: one of the two places will do.
  rewriter.setInsertionPoint(findPlaces({add, norm}).last ? norm : add);
  SmallVector<Operation *, 2> replaced = addition.getOps();
  replaced.push_back(norm);
  auto merged = norm::AddRMSNormOp::create(
      rewriter, fuseLocations(rewriter, replaced), addition.left,
      addition.right, rms.getWeight(), ValueRange(), rms.getEpsilonAttr(),
      rms.getWeightBiasAttr(), rms.getRoundingAttr(),
      rms.getWeightRoundingAttr());
  keepAttributes(merged, replaced);
  readSizesOf(rewriter, sum, addition.left);
  Type type = sum.getType();
  if (!rms.getNormed().use_empty())
    rewriter.replaceAllUsesWith(rms.getNormed(),
                                castShape(rewriter, merged.getNormed(), type));
  rewriter.eraseOp(norm);
  if (!sum.use_empty())
    rewriter.replaceAllUsesWith(
        sum, castShape(rewriter, merged.getResidualOut(), type));
  eraseIfDead(rewriter, add);
}

static void swapAddends(PatternRewriter &rewriter, Operation *norm) {
  auto add = cast<norm::AddRMSNormOp>(norm);
  Value input = add.getInput(), residual = add.getResidual();
  rewriter.modifyOpInPlace(add, [&] {
    add.getInputMutable().assign(residual);
    add.getResidualMutable().assign(input);
  });
  // The shape of one may be known to another degree.
  for (Value result : add->getResults())
    setResultType(rewriter, result, residual.getType());
}

//===----------------------------------------------------------------------===//
// Fused operations
//===----------------------------------------------------------------------===//

using Part = AllReduceRMSNormOp::Part;

namespace {
/// The operands, attributes and result types of a fused operation to be made.
struct FusedParts {
  Value input, weight, residual, scale, postNormWeight;
  std::array<Type, AllReduceRMSNormOp::kNumParts> types{};
  AllReduceRMSNormOp::Properties properties;

  void setNorm(norm::NormOpInterface norm) {
    weight = norm.getWeight();
    residual = norm.getResidual();
    properties.epsilon = norm.getEpsilonAttr();
    properties.weight_bias = norm.getWeightBiasAttr();
    properties.rounding =
        norm::RoundingAttr::get(norm->getContext(), norm.getRounding());
    properties.weight_rounding = norm::WeightRoundingAttr::get(
        norm->getContext(), norm.getWeightRounding());
  }

  void setPostNorm(norm::RMSNormOp norm) {
    postNormWeight = norm.getWeight();
    properties.post_norm_epsilon = norm.getEpsilonAttr();
    properties.post_norm_weight_bias = norm.getWeightBiasAttr();
    properties.post_norm_rounding = norm.getRoundingAttr();
    properties.post_norm_weight_rounding = norm.getWeightRoundingAttr();
  }

  /// Takes the place of `replaced`, and the attributes that they carry.
  AllReduceRMSNormOp create(PatternRewriter &rewriter,
                            ArrayRef<Operation *> replaced) {
    // A guard holds: one of the two places will do. The first is the better
    // one, since the order of collectives does not change there.
    Places places = findPlaces(replaced);
    rewriter.setInsertionPoint(places.first ? replaced.front()
                                            : replaced.back());
    auto fused = AllReduceRMSNormOp::create(
        rewriter, fuseLocations(rewriter, replaced), types,
        ValueRange{input, weight, residual, scale, postNormWeight},
        ValueRange(), properties);
    keepAttributes(fused, replaced);
    return fused;
  }
};
} // namespace

/// Replaces an all_reduce and its norm, or its two norms in a sandwich.
static void fuseSite(PatternRewriter &rewriter, Site site) {
  FusedParts parts;
  parts.setNorm(site.norm);
  Value reduced = site.reduce.getReduced(), normed = site.norm.getNormed(),
        residualOut;
  if (auto add = dyn_cast<norm::AddRMSNormOp>(*site.norm))
    residualOut = add.getResidualOut();
  if (site.postNorm)
    parts.setPostNorm(site.postNorm);
  parts.input = site.reduce.getInput();
  parts.properties.group = site.reduce.getGroupAttr();
  parts.properties.strategy = site.reduce.getStrategyAttr();
  parts.properties.dispatch = site.reduce.getDispatchAttr();

  // Where the reduced value or the sum has other users it becomes a result. In
  // a block that nothing reaches an all_reduce may read its own result.
  SmallVector<Operation *, 3> replaced = site.getOperations();
  for (Operation *op : replaced)
    for (Value result : op->getResults())
      readSizesOf(rewriter, result, parts.input);
  bool keepsReduced = parts.input == reduced ||
                      llvm::any_of(reduced.getUsers(), [&](Operation *user) {
                        return !llvm::is_contained(replaced, user);
                      });
  bool keepsSum = residualOut && !residualOut.use_empty();
  bool keepsNormed = !normed.use_empty() || (!keepsReduced && !keepsSum);
  parts.types[Part::Reduced] = keepsReduced ? reduced.getType() : Type();
  parts.types[Part::ResidualOut] = keepsSum ? residualOut.getType() : Type();
  parts.types[Part::Normed] = keepsNormed ? normed.getType() : Type();

  AllReduceRMSNormOp fused = parts.create(rewriter, replaced);
  std::array<Value, 3> from = {reduced, residualOut, normed};
  for (auto [value, result] : llvm::zip(from, fused.getPartResults()))
    if (value && result)
      rewriter.replaceAllUsesWith(value, result);
  for (Operation *op : llvm::reverse(replaced))
    rewriter.eraseOp(op);
}

static void fuseNorm(PatternRewriter &rewriter, Operation *reduce,
                     Operation *norm) {
  fuseSite(rewriter,
           {cast<AllReduceOp>(reduce), cast<norm::NormOpInterface>(norm)});
}

static void fuseSandwich(PatternRewriter &rewriter, Operation *reduce,
                         Operation *first, Operation *second) {
  fuseSite(rewriter,
           {cast<AllReduceOp>(reduce), cast<norm::NormOpInterface>(second),
            cast<norm::RMSNormOp>(first)});
}

/// CastFusedNorm holds: the quantization reads the norm itself.
static void uncastQuantized(PatternRewriter &rewriter, Operation *op) {
  auto quantize = cast<norm::QuantizeOp>(op);
  Value normed = getCastFusedNorm(quantize);
  Operation *previous = quantize.getInput().getDefiningOp();
  rewriter.modifyOpInPlace(quantize,
                           [&] { quantize.getInputMutable().assign(normed); });
  for (auto [output, type] :
       llvm::zip(quantize.getOutputs(), getOutputTypes(quantize, normed)))
    setResultType(rewriter, output, type);
  eraseIfDead(rewriter, previous);
}

/// A fused operation becomes one that quantizes as well.
static void extendByQuantize(PatternRewriter &rewriter, Operation *op) {
  auto quantize = cast<norm::QuantizeOp>(op);
  AllReduceRMSNormOp fused = getFusedNorm(quantize.getInput());
  FusedParts parts;
  parts.input = fused.getInput();
  parts.weight = fused.getWeight();
  parts.residual = fused.getResidual();
  parts.postNormWeight = fused.getPostNormWeight();
  parts.scale = quantize.getScale();
  parts.properties = fused.getProperties();
  parts.properties.quantization = quantize.getSchemeAttr();
  // What the program states of the operands does not speak of the new one.
  if (parts.scale)
    parts.properties.replicated = nullptr;
  for (Value result :
       {fused.getReduced(), fused.getResidualOut(), fused.getNormed()})
    if (result)
      readSizesOf(rewriter, result, parts.input);
  auto previous = fused.getPartResults();
  for (auto [type, result] : llvm::zip(parts.types, previous))
    type = result ? result.getType() : Type();
  if (fused.getNormed().hasOneUse())
    parts.types[Part::Normed] = Type();
  for (auto [index, output] : llvm::enumerate(quantize.getOutputs()))
    parts.types[Part::Quantized + index] = output.getType();

  AllReduceRMSNormOp extended = parts.create(rewriter, {fused, quantize});
  auto results = extended.getPartResults();
  for (auto [index, output] : llvm::enumerate(quantize.getOutputs()))
    rewriter.replaceAllUsesWith(output, results[Part::Quantized + index]);
  rewriter.eraseOp(quantize);
  for (auto [value, result] : llvm::zip(previous, results))
    if (value && result)
      rewriter.replaceAllUsesWith(value, result);
  rewriter.eraseOp(fused);
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void fusion::registerNormalizeRewrites(PDLPatternModule &patterns) {
  patterns.registerRewriteFunction("FoldWeightSum", foldWeightSum);
  patterns.registerRewriteFunction("MergeAddition", mergeAddition);
  patterns.registerRewriteFunction("SwapAddends", swapAddends);
}

void fusion::registerFuseRewrites(PDLPatternModule &patterns) {
  patterns.registerRewriteFunction("FuseNorm", fuseNorm);
  patterns.registerRewriteFunction("FuseSandwich", fuseSandwich);
}

void fusion::registerQuantizeRewrites(PDLPatternModule &patterns) {
  patterns.registerRewriteFunction("UncastQuantized", uncastQuantized);
  patterns.registerRewriteFunction("ExtendByQuantize", extendByQuantize);
}
