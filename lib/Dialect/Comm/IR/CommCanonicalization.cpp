//===- CommCanonicalization.cpp -  ----------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include <bitset>

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

/// A collective among one rank moves nothing: its resource effect orders it
/// against no other rank's call.
static bool isOneRankGroup(Operation *op, FlatSymbolRefAttr name) {
  GroupOp group = lookupGroup(op, name);
  return group && group.getGroupSize() == 1;
}

/// Whether `op` reads its own result, as a graph region allows: it stands for
/// no other value then.
static bool readsItself(Operation *op) {
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return operand.getDefiningOp() == op;
  });
}

/// Folds a collective among one rank to its input. The fold of one element is
/// the element itself, so no rounding is lost.
static LogicalResult foldOneRank(Operation *op, Value input,
                                 FlatSymbolRefAttr group,
                                 PatternRewriter &rewriter) {
  if (op->getNumResults() != 1 || !isOneRankGroup(op, group) || readsItself(op))
    return failure();
  if (op->getResult(0).getType() != input.getType())
    return failure();
  rewriter.replaceOp(op, input);
  return success();
}

LogicalResult AllReduceOp::canonicalize(AllReduceOp op,
                                        PatternRewriter &rewriter) {
  return foldOneRank(op, op.getInput(), op.getGroupAttr(), rewriter);
}

LogicalResult ReduceScatterOp::canonicalize(ReduceScatterOp op,
                                            PatternRewriter &rewriter) {
  return foldOneRank(op, op.getInput(), op.getGroupAttr(), rewriter);
}

LogicalResult AllGatherOp::canonicalize(AllGatherOp op,
                                        PatternRewriter &rewriter) {
  return foldOneRank(op, op.getInput(), op.getGroupAttr(), rewriter);
}

//===----------------------------------------------------------------------===//
// The fused operation
//===----------------------------------------------------------------------===//

using Part = AllReduceRMSNormOp::Part;
using Parts = std::bitset<AllReduceRMSNormOp::kNumParts>;

static Parts getPresentParts(AllReduceRMSNormOp op) {
  Parts present;
  for (auto [part, result] : llvm::enumerate(op.getPartResults()))
    present[part] = static_cast<bool>(result);
  return present;
}

/// The parts that something reads. A quantization makes values and scales, or
/// neither.
static Parts getReadParts(AllReduceRMSNormOp op) {
  Parts read;
  for (auto [part, result] : llvm::enumerate(op.getPartResults()))
    read[part] = result && !result.use_empty();
  bool readsQuantization = read[Part::Quantized] || read[Part::Scales];
  read[Part::Quantized] = read[Part::Scales] = readsQuantization;
  return read & getPresentParts(op);
}

/// The parts to keep of an operation that nothing reads: what is cheapest to
/// make.
static Parts getCheapestParts(Parts present) {
  for (Part part : {Part::Reduced, Part::ResidualOut, Part::Normed})
    if (present[part])
      return Parts().set(part);
  return present;
}

/// Replaces `op` by one that makes only `kept`.
static void keepParts(AllReduceRMSNormOp op, Parts kept,
                      PatternRewriter &rewriter) {
  auto results = op.getPartResults(), outs = op.getPartOuts();
  std::array<Type, AllReduceRMSNormOp::kNumParts> types{};
  for (auto [part, result] : llvm::enumerate(results)) {
    types[part] = kept[part] ? result.getType() : Type();
    if (!kept[part])
      outs[part] = nullptr;
  }
  AllReduceRMSNormOp::Properties properties = op.getProperties();
  Value scale = op.getScale();
  if (!kept[Part::Quantized]) {
    properties.quantization = nullptr;
    scale = nullptr;
  }
  auto slim = AllReduceRMSNormOp::create(
      rewriter, op.getLoc(), types,
      ValueRange{op.getInput(), op.getWeight(), op.getResidual(), scale,
                 op.getPostNormWeight()},
      outs, properties);
  slim->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  SmallVector<Value> replacements;
  for (auto [result, replacement] : llvm::zip(results, slim.getPartResults()))
    if (result)
      replacements.push_back(replacement);
  rewriter.replaceOp(op, replacements);
}

/// Drops results that nothing reads, but for the last one: the collective
/// itself stays.
static LogicalResult dropUnusedResults(AllReduceRMSNormOp op,
                                       PatternRewriter &rewriter) {
  Parts present = getPresentParts(op), kept = getReadParts(op);
  if (kept.none())
    kept = getCheapestParts(present);
  if (kept == present)
    return failure();
  keepParts(op, kept, rewriter);
  return success();
}

/// Removes roundings of weight sums that change nothing.
static LogicalResult dropWeightRoundings(AllReduceRMSNormOp op,
                                         PatternRewriter &rewriter) {
  auto input = cast<ShapedType>(op.getInput().getType());
  bool drops =
      op.getWeightRounding() != norm::WeightRounding::None &&
      norm::isWeightSumExact(input, op.getWeight(), op.getWeightBias());
  bool dropsPostNorm =
      op.getPostNormWeightRounding() != norm::WeightRounding::None &&
      norm::isWeightSumExact(input, op.getPostNormWeight(),
                             op.getPostNormWeightBias());
  if (!drops && !dropsPostNorm)
    return failure();
  rewriter.modifyOpInPlace(op, [&] {
    if (drops)
      op.setWeightRounding(norm::WeightRounding::None);
    if (dropsPostNorm)
      op.setPostNormWeightRounding(norm::WeightRounding::None);
  });
  return success();
}

LogicalResult AllReduceRMSNormOp::canonicalize(AllReduceRMSNormOp op,
                                               PatternRewriter &rewriter) {
  if (op->getNumResults() == 0)
    return failure();
  if (succeeded(dropUnusedResults(op, rewriter)))
    return success();
  if (succeeded(dropWeightRoundings(op, rewriter)))
    return success();
  if (!isOneRankGroup(op, op.getGroupAttr()) || readsItself(op))
    return failure();
  rewriter.replaceOp(op, decomposeFusedNorm(rewriter, op, op.getInput()));
  return success();
}

SmallVector<Value> conorm::comm::decomposeFusedNorm(RewriterBase &rewriter,
                                                    AllReduceRMSNormOp op,
                                                    Value reduced) {
  Location loc = op.getLoc();
  // Each part has what the program notes on the whole: fused again, they give
  // the same.
  auto annotate = [&](auto part) {
    part->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    return part;
  };
  if (!reduced)
    reduced = annotate(AllReduceOp::create(
                           rewriter, loc, op.getInput(), Value(),
                           op.getGroupAttr(), ReductionAttr(),
                           op.getStrategyAttr(), op.getDispatchAttr()))
                  .getReduced();
  Value value = reduced;
  if (op.isSandwich())
    value = annotate(norm::RMSNormOp::create(
                         rewriter, loc, value, op.getPostNormWeight(), Value(),
                         op.getPostNormEpsilonAttr(),
                         op.getPostNormWeightBiasAttr(),
                         op.getPostNormRoundingAttr(),
                         op.getPostNormWeightRoundingAttr()))
                .getNormed();
  Value normed, residualOut;
  if (op.getResidual()) {
    auto add = annotate(norm::AddRMSNormOp::create(
        rewriter, loc, value, op.getResidual(), op.getWeight(), ValueRange(),
        op.getEpsilonAttr(), op.getWeightBiasAttr(), op.getRoundingAttr(),
        op.getWeightRoundingAttr()));
    normed = add.getNormed();
    residualOut = add.getResidualOut();
  } else {
    normed = annotate(norm::RMSNormOp::create(
                          rewriter, loc, value, op.getWeight(), Value(),
                          op.getEpsilonAttr(), op.getWeightBiasAttr(),
                          op.getRoundingAttr(), op.getWeightRoundingAttr()))
                 .getNormed();
  }
  std::array<Value, AllReduceRMSNormOp::kNumParts> parts = {
      reduced, residualOut, normed, {}, {}};
  if (op.getQuantization()) {
    SmallVector<Type> types;
    for (Value result : {op.getQuantized(), op.getScales()})
      if (result)
        types.push_back(result.getType());
    auto quantize = annotate(
        norm::QuantizeOp::create(rewriter, loc, types, normed, op.getScale(),
                                 ValueRange(), op.getQuantizationAttr()));
    for (auto [index, output] : llvm::enumerate(quantize.getOutputs()))
      parts[Part::Quantized + index] = output;
  }
  SmallVector<Value> replacements;
  for (auto [part, result] : llvm::zip(parts, op.getPartResults()))
    if (result)
      replacements.push_back(part);
  return replacements;
}
