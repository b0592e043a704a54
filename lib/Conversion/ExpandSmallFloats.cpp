//===- ExpandSmallFloats.cpp - Rounding of bf16 and f16 -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

namespace conorm {
#define GEN_PASS_DEF_EXPANDSMALLFLOATS
#include "conorm/Conversion/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// `type`, scalar or vector, with another element type.
static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

static bool isSmallFloat(Type type) {
  return !isa<TensorType, BaseMemRefType>(type) &&
         isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(type));
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

/// f32 or f64 to bf16 or f16 of type `to`.
static Value roundTo(ImplicitLocOpBuilder &builder, Value value, Type to) {
  if (getElementTypeOrSelf(value).isF64())
    value = roundToOdd(builder, value);
  if (getElementTypeOrSelf(to).isBF16())
    return roundToBF16(builder, value);
  return arith::TruncFOp::create(builder, to, value);
}

/// bf16 or f16 to f32 or f64 of element type `element`, exactly. For bf16 it is
/// a shift: LLVM moves operations to before an extension that it recognizes,
/// and then calls helpers for bf16 that the C library lacks.
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
  }
  Type target = withElement(type, element);
  if (value.getType() == target)
    return value;
  return arith::ExtFOp::create(builder, target, value);
}

/// Computes `op` on wider floats.
static void expandArithmetic(ImplicitLocOpBuilder &builder, Operation *op) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isSmallFloat(operand.getType())
                           ? widen(builder, operand, builder.getF32Type())
                           : operand);
  // f64 holds every i32, so that there is one rounding.
  Type compute = isa<arith::SIToFPOp, arith::UIToFPOp>(op)
                     ? Type(builder.getF64Type())
                     : Type(builder.getF32Type());
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

/// Whether `op` computes with small floats, conversions apart.
static bool needsArithmetic(Operation *op) {
  if (!isa_and_nonnull<arith::ArithDialect, math::MathDialect>(
          op->getDialect()) ||
      isa<arith::ConstantOp, arith::SelectOp, arith::BitcastOp, arith::ExtFOp,
          arith::TruncFOp>(op))
    return false;
  return llvm::any_of(op->getOperandTypes(), isSmallFloat) ||
         llvm::any_of(op->getResultTypes(), isSmallFloat);
}

namespace {

struct ExpandSmallFloats
    : public conorm::impl::ExpandSmallFloatsBase<ExpandSmallFloats> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      bool rounds =
          isa<arith::TruncFOp>(op) && isSmallFloat(op->getResult(0).getType());
      bool widens =
          isa<arith::ExtFOp>(op) && isSmallFloat(op->getOperand(0).getType());
      if (rounds || widens || needsArithmetic(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      ImplicitLocOpBuilder builder(op->getLoc(), op);
      if (needsArithmetic(op))
        expandArithmetic(builder, op);
      else if (auto extend = dyn_cast<arith::ExtFOp>(op))
        expandExtension(builder, extend);
      else
        expandRounding(builder, cast<arith::TruncFOp>(op));
    }
    numExpanded += ops.size();
  }

  static void expandExtension(ImplicitLocOpBuilder &builder, arith::ExtFOp op) {
    if (!getElementTypeOrSelf(op.getIn()).isBF16())
      return;
    op.replaceAllUsesWith(
        widen(builder, op.getIn(), getElementTypeOrSelf(op.getType())));
    op.erase();
  }

  static void expandRounding(ImplicitLocOpBuilder &builder,
                             arith::TruncFOp op) {
    Value value = op.getIn();
    if (!getElementTypeOrSelf(value).isF32() &&
        !getElementTypeOrSelf(value).isF64())
      return;
    op.replaceAllUsesWith(roundTo(builder, value, op.getType()));
    op.erase();
  }
};

} // namespace
