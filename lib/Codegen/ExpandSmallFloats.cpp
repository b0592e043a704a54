//===- ExpandSmallFloats.cpp - Arithmetic on bf16, f16 and f8 -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "SmallFloats.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

namespace conorm {
#define GEN_PASS_DEF_EXPANDSMALLFLOATS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

/// Computes `op` on wider floats.
static void expandArithmetic(ImplicitLocOpBuilder &builder, Operation *op) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isSmallFloat(operand.getType())
                           ? widen(builder, operand, builder.getF32Type())
                           : operand);
  // f64 holds every i32, so that there is one rounding.
  Type compute = builder.getF32Type();
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op)) {
    compute = builder.getF64Type();
    operands[0] =
        chopToF64(builder, operands[0], /*isSigned=*/isa<arith::SIToFPOp>(op));
  }
  SmallVector<Type> types;
  for (Type type : op->getResultTypes())
    types.push_back(isSmallFloat(type) ? withElement(type, compute) : type);
  OperationState state(op->getLoc(), op->getName(), operands, types,
                       op->getAttrs());
  Operation *wide = builder.create(state);
  for (auto [from, to] : llvm::zip(op->getResults(), wide->getResults())) {
    Value result = to;
    if (isSmallFloat(from.getType()))
      result = roundTo(builder, result, from.getType());
    from.replaceAllUsesWith(result);
  }
  op->erase();
}

/// Whether `op` computes with floats that `isMeant` holds for, conversions
/// apart.
static bool needsArithmetic(Operation *op, bool (*isMeant)(Type)) {
  if (!isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
          op->getDialect()) ||
      isa<arith::ConstantOp, arith::SelectOp, arith::BitcastOp, arith::ExtFOp,
          arith::TruncFOp, arith::ScalingExtFOp, arith::ScalingTruncFOp>(op))
    return false;
  return llvm::any_of(op->getOperandTypes(), isMeant) ||
         llvm::any_of(op->getResultTypes(), isMeant);
}

/// Conversions by a scale, in the steps that arith documents.
template <typename OpTy>
static void expandScaling(OpTy op) {
  constexpr bool truncates = std::is_same_v<OpTy, arith::ScalingTruncFOp>;
  ImplicitLocOpBuilder builder(op.getLoc(), op);
  // The wider of both types, in which the scaling is done.
  Type type = truncates ? op.getIn().getType() : op.getType();
  if (isa<TensorType>(type))
    return;
  Value scale = op.getScale();
  if (getElementTypeOrSelf(scale).getIntOrFloatBitWidth() >= 16)
    scale = arith::TruncFOp::create(
        builder, withElement(type, builder.getType<Float8E8M0FNUType>()),
        scale);
  scale = arith::ExtFOp::create(builder,
                                withElement(type, builder.getF32Type()), scale);
  int width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  if (width > 32)
    scale = arith::ExtFOp::create(builder, type, scale);
  else if (width < 32)
    scale = arith::TruncFOp::create(builder, type, scale);
  Value result;
  if constexpr (truncates) {
    result = arith::DivFOp::create(builder, op.getIn(), scale);
    result = arith::TruncFOp::create(builder, op.getType(), result);
  } else {
    result = arith::ExtFOp::create(builder, type, op.getIn());
    result = arith::MulFOp::create(builder, result, scale);
  }
  op.replaceAllUsesWith(result);
  op.erase();
}

/// Whether a truncation is written out here.
static bool isRounded(arith::TruncFOp op) {
  Type from = getElementTypeOrSelf(op.getIn());
  return isSmallFloat(op.getType()) ||
         (isE8M0(op.getType()) &&
          isa<BFloat16Type, Float16Type, Float32Type, Float64Type>(from));
}

/// What is written out here rounds to nearest even.
static LogicalResult checkRounding(Operation *op) {
  auto rounding = dyn_cast<arith::ArithRoundingModeInterface>(op);
  if (!rounding || !rounding.getRoundingModeAttr())
    return success();
  Type type = op->getResult(0).getType();
  arith::RoundingMode mode = rounding.getRoundingModeAttr().getValue();
  if (mode == arith::RoundingMode::to_nearest_even ||
      (!isSmallFloat(type) && !isE8M0(type)))
    return success();
  return op->emitOpError("expected the rounding mode to_nearest_even for ")
         << getElementTypeOrSelf(type) << ", found "
         << arith::stringifyRoundingMode(mode);
}

/// Scales are converted, and nothing is computed with them.
static LogicalResult checkNoArithmetic(Operation *op) {
  if (!needsArithmetic(op, isE8M0))
    return success();
  return op->emitOpError(
      "expected f8E8M0FNU to be converted before arithmetic");
}

/// Scales are powers of two, or rounded to them, one for each element.
static LogicalResult checkScale(Operation *op) {
  if (!isa<arith::ScalingExtFOp, arith::ScalingTruncFOp>(op))
    return success();
  Type in = op->getOperand(0).getType(), scale = op->getOperand(1).getType();
  if (withElement(in, getElementTypeOrSelf(scale)) != scale)
    return op->emitOpError("expected a scale for each element of ")
           << in << ", found " << scale;
  for (Type type : {in, op->getResult(0).getType(), scale})
    if (!isSmallFloat(type) && !isE8M0(type) &&
        !isa<Float32Type, Float64Type>(getElementTypeOrSelf(type)))
      return op->emitOpError("expected bf16, f16, f32, f64, f8E4M3FN, f8E5M2 "
                             "or f8E8M0FNU, found ")
             << getElementTypeOrSelf(type);
  if (isF8(scale))
    return op->emitOpError("expected scales of f8E8M0FNU or of 16 bits or "
                           "more, found ")
           << getElementTypeOrSelf(scale);
  return success();
}

namespace {

struct ExpandSmallFloats
    : public conorm::impl::ExpandSmallFloatsBase<ExpandSmallFloats> {
  void runOnOperation() override {
    if (failed(check()))
      return signalPassFailure();
    // Makes conversions, which are found after it.
    getOperation()->walk([](Operation *op) {
      llvm::TypeSwitch<Operation *>(op)
          .Case<arith::ScalingExtFOp, arith::ScalingTruncFOp>(
              [](auto op) { expandScaling(op); });
    });
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isExpanded(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      expand(op);
    numExpanded += ops.size();
  }

private:
  LogicalResult check() {
    WalkResult checked = getOperation()->walk([](Operation *op) {
      if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
        return WalkResult::advance();
      return WalkResult(success(succeeded(checkRounding(op)) &&
                                succeeded(checkScale(op)) &&
                                succeeded(checkNoArithmetic(op))));
    });
    return failure(checked.wasInterrupted());
  }

  static bool isExpanded(Operation *op) {
    if (auto truncation = dyn_cast<arith::TruncFOp>(op))
      return isRounded(truncation);
    if (auto extension = dyn_cast<arith::ExtFOp>(op))
      return isSmallFloat(extension.getIn().getType()) ||
             isE8M0(extension.getIn().getType());
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return isF8(constant.getType()) || isE8M0(constant.getType());
    return needsArithmetic(op, isSmallFloat);
  }

  static void expand(Operation *op) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    llvm::TypeSwitch<Operation *>(op)
        .Case([&](arith::ConstantOp op) { expandConstant(builder, op); })
        .Case([&](arith::ExtFOp op) { expandExtension(builder, op); })
        .Case([&](arith::TruncFOp op) { expandRounding(builder, op); })
        .Default([&](Operation *op) { expandArithmetic(builder, op); });
  }

  /// LLVM has no such numbers.
  static void expandConstant(ImplicitLocOpBuilder &builder,
                             arith::ConstantOp op) {
    auto number = dyn_cast<FloatAttr>(op.getValue());
    if (!number)
      return;
    Value bits = arith::ConstantOp::create(
        builder, builder.getIntegerAttr(
                     builder.getI8Type(),
                     number.getValue().bitcastToAPInt().getZExtValue()));
    op.replaceAllUsesWith(
        arith::BitcastOp::create(builder, op.getType(), bits).getResult());
    op.erase();
  }

  static void expandExtension(ImplicitLocOpBuilder &builder, arith::ExtFOp op) {
    if (getElementTypeOrSelf(op.getIn()).isF16())
      return;
    op.replaceAllUsesWith(
        widen(builder, op.getIn(), getElementTypeOrSelf(op.getType())));
    op.erase();
  }

  static void expandRounding(ImplicitLocOpBuilder &builder,
                             arith::TruncFOp op) {
    Value value = op.getIn();
    if (isSmallFloat(value.getType()))
      value = widen(builder, value, builder.getF32Type());
    op.replaceAllUsesWith(roundTo(builder, value, op.getType()));
    op.erase();
  }
};

} // namespace
