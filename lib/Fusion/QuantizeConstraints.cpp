//===- QuantizeConstraints.cpp - The guards of stage 3 --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The guards of stage 3, between a fused operation and the quantization that
// reads its norm.
//
//===----------------------------------------------------------------------===//

#include "../Raise/Elementwise.h"
#include "../Raise/Placement.h"
#include "Fusion.h"

#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

AllReduceRMSNormOp fusion::getFusedNorm(Value value) {
  auto fused = value.getDefiningOp<AllReduceRMSNormOp>();
  return fused && fused.getNormed() == value ? fused : AllReduceRMSNormOp();
}

SmallVector<RankedTensorType, 2>
fusion::getOutputTypes(norm::QuantizeOp quantize, Value input) {
  norm::SchemeAttr scheme = quantize.getScheme();
  ArrayRef<int64_t> shape = cast<ShapedType>(input.getType()).getShape();
  SmallVector<RankedTensorType, 2> types;
  for (Value output : quantize.getOutputs()) {
    auto exprs = types.empty()
                     ? norm::getQuantizedSizeExprs(scheme, shape.size())
                     : norm::getScalesSizeExprs(scheme, shape.size());
    types.push_back(cast<RankedTensorType>(output.getType())
                        .clone(norm::evaluateSizes(exprs, shape)));
  }
  return types;
}

/// Whether `quantize` may read `input`, of which more is known than of its own
/// input, or less.
static bool fitsQuantization(norm::QuantizeOp quantize, Value input) {
  int64_t columns = cast<ShapedType>(input.getType()).getShape().back();
  int64_t block = quantize.getScheme().getBlockSize();
  if (block && !ShapedType::isDynamic(columns) && columns % block != 0)
    return false;
  return llvm::all_of(
      llvm::zip(quantize->getResultTypes(), getOutputTypes(quantize, input)),
      [](auto types) {
        return succeeded(
            verifyCompatibleShape(std::get<0>(types), std::get<1>(types)));
      });
}

Value fusion::getCastFusedNorm(norm::QuantizeOp quantize) {
  if (!quantize.getOuts().empty() || quantize->getNumResults() == 0)
    return {};
  Value input = quantize.getInput();
  auto fits = [&](Value source) {
    return getFusedNorm(source) && fitsQuantization(quantize, source);
  };
  if (auto copy = matchCopy(input); copy && fits(copy->source))
    return copy->source;
  if (auto widening = matchWidening(input); widening && fits(widening->narrow))
    return widening->narrow;
  return {};
}

static Violation checkQuantizedOnce(QuantizeSite site) {
  if (site.fused.getQuantization())
    return "the norm is quantized already: " +
           toString<Attribute>(site.fused.getQuantizationAttr());
  return std::nullopt;
}

static Violation checkQuantizeWithoutDestinations(QuantizeSite site) {
  if (!site.quantize.getOuts().empty())
    return "the quantization has destinations already";
  for (Value out : site.fused.getPartOuts())
    if (out)
      return "the fused operation has destinations already";
  return std::nullopt;
}

static Violation checkQuantizeInSameBlock(QuantizeSite site) {
  if (Violation violation = checkOneBlock(site.fused, site.quantize))
    return "the quantization " + *violation;
  if (!mayHaveSSADominance(*site.fused->getParentRegion()))
    return "they stand in a graph region";
  return std::nullopt;
}

static Violation checkScaleNotOfNorm(QuantizeSite site) {
  if (site.quantize.getScale() &&
      site.quantize.getScale().getDefiningOp() == site.fused)
    return "the scale is a result of the fused operation itself";
  return std::nullopt;
}

static Violation checkScaleSameOnEveryRank(QuantizeSite site) {
  Value scale = site.quantize.getScale();
  if (scale && mayDifferByRank(scale))
    return "the scale is an argument with comm.per_rank";
  return std::nullopt;
}

static Violation checkScaleDominates(QuantizeSite site) {
  SmallVector<Operation *> replaced = {site.fused};
  llvm::append_range(replaced, site.reshapes);
  replaced.push_back(site.quantize);
  Places places = findPlaces(replaced);
  if (places.first)
    return std::nullopt;
  if (!places.last)
    return "a result of the fused operation is read before the scale is there";
  // Only here does the collective move.
  if (Violation violation = checkNothingCommunicates(site.fused, site.quantize))
    return "the scale is made after the all_reduce, and " + *violation;
  return std::nullopt;
}

ArrayRef<Constraint<QuantizeSite>> fusion::getQuantizeConstraints() {
  static constexpr Constraint<QuantizeSite> constraints[] = {
      {"QuantizedOnce", checkQuantizedOnce},
      {"QuantizeWithoutDestinations", checkQuantizeWithoutDestinations},
      {"QuantizeInSameBlock", checkQuantizeInSameBlock},
      {"ScaleNotOfNorm", checkScaleNotOfNorm},
      {"ScaleSameOnEveryRank", checkScaleSameOnEveryRank},
      {"ScaleDominates", checkScaleDominates},
  };
  return constraints;
}

static LogicalResult fusibleQuantize(PatternRewriter &, Operation *op) {
  auto quantize = cast<norm::QuantizeOp>(op);
  QuantizeSite site{getFusedNorm(quantize.getInput()), quantize};
  return success(site.fused && !findReason(getQuantizeConstraints(), site));
}

static LogicalResult castFusedNorm(PatternRewriter &, Operation *op) {
  Value normed = getCastFusedNorm(cast<norm::QuantizeOp>(op));
  return success(static_cast<bool>(normed));
}

void fusion::registerQuantizeConstraints(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("FusibleQuantize", fusibleQuantize);
  patterns.registerConstraintFunction("CastFusedNorm", castFusedNorm);
}
