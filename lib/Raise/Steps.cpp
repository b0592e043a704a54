//===- Steps.cpp - What an operation computes, in any dialect -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Steps.h"

#include "StableHLO/Reader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

bool raise::isExactExtension(Type from, Type to) {
  auto narrow = dyn_cast<FloatType>(getElementTypeOrSelf(from));
  auto wide = dyn_cast<FloatType>(getElementTypeOrSelf(to));
  if (!narrow || !wide)
    return false;
  // The least power of two is a denormal there.
  if (isa<Float8E8M0FNUType>(narrow))
    return isa<BFloat16Type, Float32Type, Float64Type>(wide);
  return APFloat::isRepresentableBy(narrow.getFloatSemantics(),
                                    wide.getFloatSemantics());
}

/// The reader of upstream's dialects on tensors and in bodies.
static Step getUpstreamStep(Operation *op) {
  return llvm::TypeSwitch<Operation *, Step>(op)
      .Case([](arith::AddFOp) { return Step::Add; })
      .Case([](arith::SubFOp) { return Step::Subtract; })
      .Case([](arith::MulFOp) { return Step::Multiply; })
      .Case([](arith::DivFOp) { return Step::Divide; })
      .Case([](arith::MaximumFOp) { return Step::Maximum; })
      .Case([](arith::MinimumFOp) { return Step::Minimum; })
      .Case([](arith::MaxNumFOp) { return Step::MaximumNumber; })
      .Case([](arith::MinNumFOp) { return Step::MinimumNumber; })
      .Case([](arith::NegFOp) { return Step::Negate; })
      .Case([](arith::ExtFOp extend) {
        // By their widths alone types of few bits may be extended to others
        // that lack a sign, digits or exponents.
        return isExactExtension(extend.getIn().getType(), extend.getType())
                   ? Step::Extend
                   : Step::Unknown;
      })
      .Case([](arith::TruncFOp) { return Step::Round; })
      .Case([](math::AbsFOp) { return Step::Absolute; })
      .Case([](math::RsqrtOp) { return Step::Rsqrt; })
      .Case([](math::SqrtOp) { return Step::Sqrt; })
      .Case([](math::PowFOp) { return Step::Power; })
      .Case<tensor::SplatOp, tensor::FromElementsOp, tensor::ExtractOp>(
          [](Operation *) { return Step::Broadcast; })
      .Case([](arith::ConstantOp) { return Step::Constant; })
      .Case<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ReshapeOp>(
          [](Operation *) { return Step::Reshape; })
      .Case([](tensor::ExtractSliceOp) { return Step::Slice; })
      .Default([](Operation *) { return Step::Unknown; });
}

Step raise::getStep(Operation *op) {
  if (!op)
    return Step::Unknown;
  if (stablehlo::isStablehlo(op))
    return stablehlo::getStep(op);
  return getUpstreamStep(op);
}

std::string raise::getStepName(Value value) {
  Operation *op = value.getDefiningOp();
  return op ? op->getName().getStringRef().str() : "an argument";
}

bool raise::isElementwise(Step step) {
  return step >= Step::Add && step <= Step::Copy;
}

bool raise::mapsElements(Operation *op) {
  if (!op || op->getNumResults() != 1 || op->getNumRegions() != 0)
    return false;
  if (isElementwise(getStep(op)) || OpTrait::hasElementwiseMappableTraits(op))
    return true;
  // Of an operation that is not registered the shapes are all that is known.
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return result && stablehlo::isStablehlo(op) && op->getNumOperands() != 0 &&
         llvm::all_of(op->getOperandTypes(), [&](Type type) {
           auto operand = dyn_cast<RankedTensorType>(type);
           return operand && operand.getShape() == result.getShape();
         });
}

bool raise::hasNoEffects(Operation *op) {
  return stablehlo::isStablehlo(op) ? stablehlo::hasNoEffects(op)
                                    : isMemoryEffectFree(op);
}

std::optional<APFloat> raise::getConstant(Value value) {
  FloatAttr scalar;
  if (matchPattern(value, m_Constant(&scalar)))
    return scalar.getValue();
  DenseFPElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    elements = dyn_cast_or_null<DenseFPElementsAttr>(
        stablehlo::getConstant(value.getDefiningOp()));
  if (elements && elements.isSplat() && elements.getNumElements() > 0)
    return elements.getSplatValue<APFloat>();
  return std::nullopt;
}

std::optional<SmallVector<int64_t>> raise::getBroadcastDims(Operation *op) {
  return op && stablehlo::isStablehlo(op) ? stablehlo::getBroadcastDims(op)
                                          : std::nullopt;
}

std::optional<ReduceStep> raise::getReduceStep(Operation *op) {
  return op && stablehlo::isStablehlo(op) ? stablehlo::getReduceStep(op)
                                          : std::nullopt;
}
