//===- FusionRewrites.cpp -  ----------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Raise/RaiseQuantize.h"
#include "../Support/RemarkLocation.h"
#include "Fusion.h"
#include "FusionReport.h"
#include "Placement.h"
#include "ReshapedSites.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

static Location fuseLocations(RewriterBase &rewriter,
                              ArrayRef<Operation *> ops) {
  SmallVector<Location> locations;
  for (Operation *op : ops)
    locations.push_back(op->getLoc());
  return rewriter.getFusedLoc(locations);
}

static MutableOperandRange getWeightMutable(Operation *norm) {
  if (auto op = dyn_cast<norm::RMSNormOp>(norm))
    return op.getWeightMutable();
  return cast<norm::AddRMSNormOp>(norm).getWeightMutable();
}

static void setWeight(PatternRewriter &rewriter, Operation *norm,
                      Value weight) {
  Operation *previous =
      norm->getOperand(norm->getNumOperands() - 1).getDefiningOp();
  rewriter.modifyOpInPlace(norm,
                           [&] { getWeightMutable(norm).assign(weight); });
  eraseIfDead(rewriter, previous);
}

/// The guards hold: the norm's weight is another one plus 1.
static void setWeightAndBias(PatternRewriter &rewriter, Operation *norm) {
  Value sum = norm->getOperand(norm->getNumOperands() - 1);
  Type type = getElementTypeOrSelf(norm->getOperand(0));
  Value weight = getPlusConstant(sum, type)->weight;
  rewriter.modifyOpInPlace(norm, [&] {
    norm->setAttr("weight_bias", rewriter.getF32FloatAttr(1.0f));
    if (sum.hasOneUse())
      keepAttributes(norm, {sum.getDefiningOp(), norm});
  });
  setWeight(rewriter, norm, weight);
}

/// What relaxed numerics allow is named where it is done.
static void foldRoundedWeight(PatternRewriter &rewriter, Operation *norm) {
  using Arg = remark::detail::Remark::Arg;
  remark::passed(getRemarkLocation(norm), getRemarkOptions(norm, "Relaxed"))
      << "added 1 to the weight in f32 where the program rounds the sum"
      << Arg("Rewrite", "RoundedWeightBias")
      << Arg("Rounded", toString(getElementTypeOrSelf(norm->getOperand(0))));
  setWeightAndBias(rewriter, norm);
}

/// Those who read `result`, whose shape is known to another degree from now on,
/// see the type that they had.
static void setResultType(PatternRewriter &rewriter, Value result, Type type) {
  Type previous = result.getType();
  if (previous == type)
    return;
  rewriter.modifyOpInPlace(result.getDefiningOp(),
                           [&] { result.setType(type); });
  if (result.use_empty())
    return;
  Value cast = castShape(rewriter, result, previous);
  rewriter.replaceAllUsesExcept(result, cast, cast.getDefiningOp());
}

/// Gives `norm` an operand without the casts before it. Where its shape is
/// known to another degree, those who read the norm's results see the one they
/// had.
static void uncastOperand(PatternRewriter &rewriter, Operation *norm,
                          unsigned index) {
  Value value = getUncast(norm->getOperand(index));
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
  Value narrow = getWidened(wide.getInput());
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
      Value(), wide.getEpsilonAttr(), wide.getWeightBiasAttr(), rounding);
  keepAttributes(narrowed, replaced);
  for (Operation *cast : casts) {
    Value result = cast->getResult(0);
    rewriter.replaceAllUsesWith(
        result, castShape(rewriter, narrowed.getNormed(), result.getType()));
  }
  eraseIfDead(rewriter, casts.getArrayRef());
}

static void mergeAddition(PatternRewriter &rewriter, Value sum,
                          Operation *norm) {
  auto [left, right] = *getAddends(sum);
  auto rms = cast<norm::RMSNormOp>(norm);
  Operation *add = sum.getDefiningOp();
  // AdditionPlaceable holds: one of the two places will do.
  rewriter.setInsertionPoint(findPlaces({add, norm}).last ? norm : add);
  SmallVector<Operation *, 2> replaced = getAdditionOps(sum);
  replaced.push_back(norm);
  auto merged = norm::AddRMSNormOp::create(
      rewriter, fuseLocations(rewriter, replaced), left, right, rms.getWeight(),
      ValueRange(), rms.getEpsilonAttr(), rms.getWeightBiasAttr(),
      rms.getRoundingAttr());
  keepAttributes(merged, replaced);
  readSizesOf(rewriter, sum, left);
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
// Raised quantizations
//===----------------------------------------------------------------------===//

/// Where the scale of a raised quantization may stand: before the operation
/// that makes the norm, if the value it is made from is there.
static Operation *getScalePlace(Value input, Value scale, Operation *root) {
  SmallVector<Operation *> reshapes;
  Operation *norm = getReshaped(input, reshapes).getDefiningOp();
  bool before = norm->getBlock() == root->getBlock() &&
                (!scale || isAvailable(scale, norm));
  return before ? norm : root;
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
  for (const Step &step : chain.steps)
    if (isa<RankedTensorType>(step.op->getResult(0).getType()) &&
        step.op->hasOneUse())
      replaced.insert(step.op);
  replaced.remove(root);
  replaced.insert(root);
  return replaced.takeVector();
}

/// The guards hold: the chain that ends in `root` is `per_tensor`.
static void raiseQuantize(PatternRewriter &rewriter, Operation *root) {
  Chain chain = *getQuantizeChain(root);
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

//===----------------------------------------------------------------------===//
// Fused operations
//===----------------------------------------------------------------------===//

namespace {
/// The operands, attributes and result types of a fused operation to be made.
struct FusedParts {
  Value input, weight, residual, scale, postNormWeight;
  std::array<Type, AllReduceRMSNormOp::kNumParts> types{};
  AllReduceRMSNormOp::Properties properties;

  template <typename NormOp>
  void setNorm(NormOp norm) {
    weight = norm.getWeight();
    properties.epsilon = norm.getEpsilonAttr();
    properties.weight_bias = norm.getWeightBiasAttr();
    properties.rounding = norm.getRoundingAttr();
  }

  void setPostNorm(norm::RMSNormOp norm) {
    postNormWeight = norm.getWeight();
    properties.post_norm_epsilon = norm.getEpsilonAttr();
    properties.post_norm_weight_bias = norm.getWeightBiasAttr();
    properties.post_norm_rounding = norm.getRoundingAttr();
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
  Value reduced = site.reduce.getReduced(), normed, residualOut;
  if (auto norm = dyn_cast<norm::RMSNormOp>(site.norm)) {
    parts.setNorm(norm);
    normed = norm.getNormed();
  } else {
    auto add = cast<norm::AddRMSNormOp>(site.norm);
    parts.setNorm(add);
    parts.residual = add.getResidual();
    normed = add.getNormed();
    residualOut = add.getResidualOut();
  }
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
  parts.types[0] = keepsReduced ? reduced.getType() : Type();
  parts.types[1] = keepsSum ? residualOut.getType() : Type();
  parts.types[2] = keepsNormed ? normed.getType() : Type();

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
  fuseSite(rewriter, {cast<AllReduceOp>(reduce), norm});
}

static void fuseSandwich(PatternRewriter &rewriter, Operation *reduce,
                         Operation *first, Operation *second) {
  fuseSite(rewriter,
           {cast<AllReduceOp>(reduce), second, cast<norm::RMSNormOp>(first)});
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
    parts.types[2] = Type();
  for (auto [index, output] : llvm::enumerate(quantize.getOutputs()))
    parts.types[3 + index] = output.getType();

  AllReduceRMSNormOp extended = parts.create(rewriter, {fused, quantize});
  auto results = extended.getPartResults();
  for (auto [index, output] : llvm::enumerate(quantize.getOutputs()))
    rewriter.replaceAllUsesWith(output, results[3 + index]);
  rewriter.eraseOp(quantize);
  for (auto [value, result] : llvm::zip(previous, results))
    if (value && result)
      rewriter.replaceAllUsesWith(value, result);
  rewriter.eraseOp(fused);
}

void fusion::registerRewrites(PDLPatternModule &patterns) {
  patterns.registerRewriteFunction("SetWeight", setWeight);
  patterns.registerRewriteFunction("SetWeightAndBias", setWeightAndBias);
  patterns.registerRewriteFunction("FoldRoundedWeight", foldRoundedWeight);
  patterns.registerRewriteFunction("UncastInput", uncastInput);
  patterns.registerRewriteFunction("UncastResidual", uncastResidual);
  patterns.registerRewriteFunction("NarrowNorm", narrowNorm);
  patterns.registerRewriteFunction("MergeAddition", mergeAddition);
  patterns.registerRewriteFunction("SwapAddends", swapAddends);
  patterns.registerRewriteFunction("FuseNorm", fuseNorm);
  patterns.registerRewriteFunction("FuseSandwich", fuseSandwich);
  patterns.registerRewriteFunction("RaiseQuantize", raiseQuantize);
  patterns.registerRewriteFunction("UncastQuantized", uncastQuantized);
  patterns.registerRewriteFunction("ExtendByQuantize", extendByQuantize);
}
