//===- ExpandSmallFloats.cpp - Rounding of bf16, f16 and f8 ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

namespace conorm {
#define GEN_PASS_DEF_EXPANDSMALLFLOATS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// `type`, scalar or vector, with another element type.
static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

/// The floats of eight bits that are written out here.
static bool isF8(Type type) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(getElementTypeOrSelf(type));
}

/// A scale's power of two.
static bool isE8M0(Type type) {
  return isa<Float8E8M0FNUType>(getElementTypeOrSelf(type));
}

static bool isSmallFloat(Type type) {
  return !isa<TensorType, BaseMemRefType>(type) &&
         (isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(type)) ||
          isF8(type));
}

/// An integer constant for every element of `like`.
static Value makeInteger(ImplicitLocOpBuilder &builder, Type like,
                         unsigned width, int64_t number) {
  Type element = builder.getIntegerType(width);
  Type type = withElement(like, element);
  TypedAttr value = builder.getIntegerAttr(element, number);
  if (auto vector = dyn_cast<VectorType>(type))
    value = DenseElementsAttr::get(vector, static_cast<Attribute>(value));
  return arith::ConstantOp::create(builder, type, value);
}

/// f32 to bf16. Adding half of the last place, less one if the result would be
/// odd otherwise, carries into the exponent where it has to.
static Value roundToBF16(ImplicitLocOpBuilder &builder, Value value) {
  Type type = value.getType();
  auto i32 = [&](int64_t number) {
    return makeInteger(builder, type, 32, number);
  };
  Type wide = withElement(type, builder.getI32Type());
  Type narrow = withElement(type, builder.getIntegerType(16));
  Value bits = arith::BitcastOp::create(builder, wide, value);
  Value high = arith::ShRUIOp::create(builder, bits, i32(16));
  Value odd = arith::AndIOp::create(builder, high, i32(1));
  Value bias = arith::AddIOp::create(builder, odd, i32(0x7fff));
  Value sum = arith::AddIOp::create(builder, bits, bias);
  Value rounded = arith::TruncIOp::create(
      builder, narrow, arith::ShRUIOp::create(builder, sum, i32(16)));
  Value isNaN =
      arith::CmpFOp::create(builder, arith::CmpFPredicate::UNO, value, value);
  Value quiet = makeInteger(builder, type, 16, 0x7fc0);
  Value result = arith::SelectOp::create(builder, isNaN, quiet, rounded);
  return arith::BitcastOp::create(
      builder, withElement(type, builder.getBF16Type()), result);
}

/// f32 to f8. What is beyond the largest number becomes infinity, or NaN where
/// there is none: truncation does not saturate.
static Value roundToF8(ImplicitLocOpBuilder &builder, Value value, Type to) {
  auto format = cast<FloatType>(getElementTypeOrSelf(to));
  const llvm::fltSemantics &semantics = format.getFloatSemantics();
  int64_t fraction = llvm::APFloat::semanticsPrecision(semantics) - 1;
  int64_t bias = 1 - llvm::APFloat::semanticsMinExponent(semantics);
  int64_t shift = 23 - fraction;
  int64_t largest =
      llvm::APFloat::getLargest(semantics).bitcastToAPInt().getZExtValue();
  Type type = value.getType();
  Type wide = withElement(type, builder.getI32Type());
  Type narrow = withElement(type, builder.getI8Type());
  auto i32 = [&](int64_t number) {
    return makeInteger(builder, type, 32, number);
  };
  using arith::CmpIPredicate;
  Value bits = arith::BitcastOp::create(builder, wide, value);
  Value magnitude = arith::AndIOp::create(builder, bits, i32(0x7fffffff));
  Value sign = arith::AndIOp::create(
      builder, arith::ShRUIOp::create(builder, bits, i32(24)), i32(0x80));
  // As in bf16, with the exponent's bias changed.
  Value odd = arith::AndIOp::create(
      builder, arith::ShRUIOp::create(builder, magnitude, i32(shift)), i32(1));
  Value sum = arith::AddIOp::create(
      builder, magnitude,
      arith::AddIOp::create(builder, odd, i32((1 << (shift - 1)) - 1)));
  Value normal = arith::SubIOp::create(
      builder, arith::ShRUIOp::create(builder, sum, i32(shift)),
      i32((127 - bias) << fraction));
  // A number whose last place is that of the denormals rounds to it, added.
  Value align = i32((127 + 24 - bias - fraction) << 23);
  Value added = arith::AddFOp::create(
      builder, arith::BitcastOp::create(builder, type, magnitude),
      arith::BitcastOp::create(builder, type, align));
  Value denormal = arith::SubIOp::create(
      builder, arith::BitcastOp::create(builder, wide, added), align);
  Value isDenormal = arith::CmpIOp::create(builder, CmpIPredicate::ult,
                                           magnitude, i32((128 - bias) << 23));
  Value code = arith::SelectOp::create(builder, isDenormal, denormal, normal);
  Value isBeyond =
      arith::CmpIOp::create(builder, CmpIPredicate::sgt, code, i32(largest));
  code = arith::SelectOp::create(builder, isBeyond, i32(largest + 1), code);
  Value isNaN = arith::CmpIOp::create(builder, CmpIPredicate::ugt, magnitude,
                                      i32(0x7f800000));
  code = arith::SelectOp::create(builder, isNaN, i32(0x7f), code);
  code = arith::OrIOp::create(builder, code, sign);
  return arith::BitcastOp::create(
      builder, to, arith::TruncIOp::create(builder, narrow, code));
}

/// f64 to f32, rounded to odd: what is rounded to fewer bits after that is
/// rounded as if once.
static Value roundToOdd(ImplicitLocOpBuilder &builder, Value value) {
  Type type = value.getType();
  Type f32 = withElement(type, builder.getF32Type());
  Type i32 = withElement(type, builder.getI32Type());
  Value nearest = arith::TruncFOp::create(builder, f32, value);
  Value back = arith::ExtFOp::create(builder, type, nearest);
  // NaN compares as exact here, and stays as it is.
  Value inexact =
      arith::CmpFOp::create(builder, arith::CmpFPredicate::ONE, back, value);
  Value isAway = arith::CmpFOp::create(builder, arith::CmpFPredicate::OGT,
                                       math::AbsFOp::create(builder, back),
                                       math::AbsFOp::create(builder, value));
  Value one = makeInteger(builder, type, 32, 1);
  Value zero = makeInteger(builder, type, 32, 0);
  Value bits = arith::BitcastOp::create(builder, i32, nearest);
  Value chopped = arith::SubIOp::create(
      builder, bits, arith::SelectOp::create(builder, isAway, one, zero));
  Value odd = arith::OrIOp::create(builder, chopped, one);
  Value result = arith::SelectOp::create(builder, inexact, odd, bits);
  return arith::BitcastOp::create(builder, f32, result);
}

/// f32 to f8E8M0FNU: the exponent, and NaN for what is not finite. A fraction
/// is cut off and a sign is lost, as upstream's `arith-expand` does it.
static Value roundToE8M0(ImplicitLocOpBuilder &builder, Value value, Type to) {
  Type type = value.getType();
  Value bits = arith::BitcastOp::create(
      builder, withElement(type, builder.getI32Type()), value);
  bits =
      arith::ShRUIOp::create(builder, bits, makeInteger(builder, type, 32, 23));
  Value code = arith::TruncIOp::create(
      builder, withElement(type, builder.getI8Type()), bits);
  return arith::BitcastOp::create(builder, to, code);
}

/// f32 or f64 to the small float `to`.
static Value roundTo(ImplicitLocOpBuilder &builder, Value value, Type to) {
  if (isE8M0(to)) {
    if (getElementTypeOrSelf(value).isF64())
      value = arith::TruncFOp::create(
          builder, withElement(to, builder.getF32Type()), value);
    return roundToE8M0(builder, value, to);
  }
  if (getElementTypeOrSelf(value).isF64())
    value = roundToOdd(builder, value);
  if (getElementTypeOrSelf(to).isBF16())
    return roundToBF16(builder, value);
  if (isF8(to))
    return roundToF8(builder, value, to);
  return arith::TruncFOp::create(builder, to, value);
}

/// f8 to f16 or f32, exactly.
static Value widenF8(ImplicitLocOpBuilder &builder, Value value) {
  Type type = value.getType();
  Type narrow = withElement(type, builder.getI8Type());
  Value code = arith::BitcastOp::create(builder, narrow, value);
  if (isa<Float8E5M2Type>(getElementTypeOrSelf(type))) {
    // The upper half of an f16.
    Value bits = arith::ExtUIOp::create(
        builder, withElement(type, builder.getI16Type()), code);
    bits =
        arith::ShLIOp::create(builder, bits, makeInteger(builder, type, 16, 8));
    return arith::BitcastOp::create(
        builder, withElement(type, builder.getF16Type()), bits);
  }
  Type i32 = withElement(type, builder.getI32Type());
  Type f32 = withElement(type, builder.getF32Type());
  auto number = [&](int64_t bits) {
    return makeInteger(builder, type, 32, bits);
  };
  code = arith::ExtUIOp::create(builder, i32, code);
  Value rest = arith::AndIOp::create(builder, code, number(0x7f));
  Value sign = arith::ShLIOp::create(
      builder, arith::AndIOp::create(builder, code, number(0x80)), number(24));
  // The exponent's biases differ by 120; the product normalizes denormals too.
  Value scaled = arith::MulFOp::create(
      builder,
      arith::BitcastOp::create(
          builder, f32, arith::ShLIOp::create(builder, rest, number(20))),
      arith::BitcastOp::create(builder, f32, number((127 + 120) << 23)));
  Value isNaN = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, rest,
                                      number(0x7f));
  Value bits =
      arith::SelectOp::create(builder, isNaN, number(0x7fc00000),
                              arith::BitcastOp::create(builder, i32, scaled));
  return arith::BitcastOp::create(builder, f32,
                                  arith::OrIOp::create(builder, bits, sign));
}

/// f8E8M0FNU to f32: the code is the exponent, but for the least, which is a
/// denormal of f32, and for NaN.
static Value widenE8M0(ImplicitLocOpBuilder &builder, Value value) {
  Type type = value.getType();
  auto number = [&](int64_t bits) {
    return makeInteger(builder, type, 32, bits);
  };
  auto select = [&](Value code, int64_t special, int64_t bits, Value other) {
    Value is = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq, code,
                                     number(special));
    return arith::SelectOp::create(builder, is, number(bits), other);
  };
  Value code = arith::ExtUIOp::create(
      builder, withElement(type, builder.getI32Type()),
      arith::BitcastOp::create(builder, withElement(type, builder.getI8Type()),
                               value));
  Value bits = arith::ShLIOp::create(builder, code, number(23));
  bits = select(code, 0, 0x400000, bits);
  bits = select(code, 255, 0x7fc00000, bits);
  return arith::BitcastOp::create(
      builder, withElement(type, builder.getF32Type()), bits);
}

/// A small float to one of element type `element` that holds it exactly. For
/// bf16 it is a shift: LLVM moves operations to before an extension that it
/// recognizes, and then calls helpers for bf16 that the C library lacks.
static Value widen(ImplicitLocOpBuilder &builder, Value value, Type element) {
  Type type = value.getType();
  if (getElementTypeOrSelf(type).isBF16()) {
    Type narrow = withElement(type, builder.getIntegerType(16));
    Type wide = withElement(type, builder.getI32Type());
    Value bits = arith::BitcastOp::create(builder, narrow, value);
    bits = arith::ExtUIOp::create(builder, wide, bits);
    bits = arith::ShLIOp::create(builder, bits,
                                 makeInteger(builder, type, 32, 16));
    value = arith::BitcastOp::create(
        builder, withElement(type, builder.getF32Type()), bits);
  } else if (isF8(type)) {
    value = widenF8(builder, value);
  } else if (isE8M0(type)) {
    value = widenE8M0(builder, value);
  }
  Type target = withElement(type, element);
  if (value.getType() == target)
    return value;
  if (element.isBF16() || element.isF16()) {
    if (getElementTypeOrSelf(value).isF16())
      value = arith::ExtFOp::create(
          builder, withElement(type, builder.getF32Type()), value);
    return roundTo(builder, value, target);
  }
  return arith::ExtFOp::create(builder, target, value);
}

/// An integer of more bits than f64 holds, chopped to what f64 holds and made
/// odd if that loses anything: what is rounded after that is rounded as if
/// once.
static Value chopToF64(ImplicitLocOpBuilder &builder, Value value,
                       bool isSigned) {
  Type type = value.getType();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  if (width <= 53 || width > 64)
    return value;
  auto i64 = [&](int64_t number) {
    return makeInteger(builder, type, 64, number);
  };
  Type wide = withElement(type, builder.getI64Type());
  if (width < 64)
    value = isSigned ? arith::ExtSIOp::create(builder, wide, value).getResult()
                     : arith::ExtUIOp::create(builder, wide, value).getResult();
  using arith::CmpIPredicate;
  Value low = arith::AndIOp::create(builder, value, i64(0xfff));
  Value isCut = arith::CmpIOp::create(builder, CmpIPredicate::ne, low, i64(0));
  Value chopped = arith::OrIOp::create(
      builder, arith::AndIOp::create(builder, value, i64(~int64_t(0xfff))),
      arith::SelectOp::create(builder, isCut, i64(0x800), i64(0)));
  // Up to 2^53 all are exact.
  constexpr int64_t kExact = int64_t(1) << 53;
  Value shifted =
      isSigned ? arith::AddIOp::create(builder, value, i64(kExact)).getResult()
               : value;
  Value isExact = arith::CmpIOp::create(builder, CmpIPredicate::ult, shifted,
                                        i64(isSigned ? 2 * kExact : kExact));
  return arith::SelectOp::create(builder, isExact, value, chopped);
}

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
    SmallVector<Operation *> ops;
    WalkResult checked = getOperation()->walk([](Operation *op) {
      if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<TensorType>))
        return WalkResult::advance();
      return WalkResult(success(succeeded(checkRounding(op)) &&
                                succeeded(checkScale(op)) &&
                                succeeded(checkNoArithmetic(op))));
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    // Makes conversions, for the walk after this one.
    getOperation()->walk([](Operation *op) {
      llvm::TypeSwitch<Operation *>(op)
          .Case<arith::ScalingExtFOp, arith::ScalingTruncFOp>(
              [](auto op) { expandScaling(op); });
    });
    getOperation()->walk([&](Operation *op) {
      auto truncation = dyn_cast<arith::TruncFOp>(op);
      bool rounds = truncation && isRounded(truncation);
      bool widens = isa<arith::ExtFOp>(op) &&
                    (isSmallFloat(op->getOperand(0).getType()) ||
                     isE8M0(op->getOperand(0).getType()));
      bool isF8Constant =
          isa<arith::ConstantOp>(op) && (isF8(op->getResult(0).getType()) ||
                                         isE8M0(op->getResult(0).getType()));
      if (rounds || widens || isF8Constant || needsArithmetic(op, isSmallFloat))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      ImplicitLocOpBuilder builder(op->getLoc(), op);
      if (needsArithmetic(op, isSmallFloat))
        expandArithmetic(builder, op);
      else if (auto constant = dyn_cast<arith::ConstantOp>(op))
        expandConstant(builder, constant);
      else if (auto extend = dyn_cast<arith::ExtFOp>(op))
        expandExtension(builder, extend);
      else
        expandRounding(builder, cast<arith::TruncFOp>(op));
    }
    numExpanded += ops.size();
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
