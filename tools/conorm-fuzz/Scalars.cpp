//===- Scalars.cpp - One element of an operation --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalars.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace conorm::fuzz;

//===----------------------------------------------------------------------===//
// Numbers of each type
//===----------------------------------------------------------------------===//

static unsigned getWidth(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

static Bits truncate(Bits bits, unsigned width) {
  return width == 64 ? bits : bits & ((Bits(1) << width) - 1);
}

static int64_t toSigned(Bits bits, unsigned width) {
  return static_cast<int64_t>(bits << (64 - width)) >> (64 - width);
}

/// Exact: every type here has fewer numbers than f32.
static float toFloat(Type type, Bits bits) {
  if (type.isF32())
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
  if (type.isBF16())
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  auto floatType = cast<FloatType>(type);
  llvm::APFloat number(floatType.getFloatSemantics(),
                       llvm::APInt(floatType.getWidth(), bits));
  bool losesInfo;
  number.convert(llvm::APFloat::IEEEsingle(),
                 llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToFloat();
}

static Bits fromFloat(Type type, float value) {
  auto bits = llvm::bit_cast<uint32_t>(value);
  if (type.isF32())
    return bits;
  if (type.isBF16()) {
    if (std::isnan(value))
      return 0x7FC0;
    // Half of the last place, and a little less if that is even.
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  }
  llvm::APFloat number(value);
  bool losesInfo;
  number.convert(cast<FloatType>(type).getFloatSemantics(),
                 llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

Bits conorm::fuzz::getBits(Attribute number) {
  if (auto real = dyn_cast<FloatAttr>(number))
    return real.getValue().bitcastToAPInt().getZExtValue();
  return cast<IntegerAttr>(number).getValue().getZExtValue();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// IEEE 754-2019 maximum; `sign` of -1 makes it minimum.
static float maximum(float left, float right, float sign) {
  if (std::isnan(left) || std::isnan(right))
    return std::numeric_limits<float>::quiet_NaN();
  if (left == 0 && right == 0)
    return std::signbit(left) == (sign > 0) ? right : left;
  return sign * left < sign * right ? right : left;
}

static float computeFloat(Operation *op, float left, float right) {
  return llvm::TypeSwitch<Operation *, float>(op)
      .Case([&](arith::AddFOp) { return left + right; })
      .Case([&](arith::SubFOp) { return left - right; })
      .Case([&](arith::MulFOp) { return left * right; })
      .Case([&](arith::DivFOp) { return left / right; })
      .Case([&](arith::MaximumFOp) { return maximum(left, right, 1); })
      .Case([&](arith::MinimumFOp) { return maximum(left, right, -1); })
      .Case([&](arith::NegFOp) { return -left; });
}

/// The scale is a power of two: what its exponent says.
static float getScale(Type type, Bits bits) {
  if (isa<Float8E8M0FNUType>(type))
    return toFloat(type, bits);
  int exponent;
  std::frexp(toFloat(type, bits), &exponent);
  return std::ldexp(1.0f, exponent - 1);
}

static Bits compare(arith::CmpIOp op, Bits left, Bits right, unsigned width) {
  int64_t a = toSigned(left, width), b = toSigned(right, width);
  switch (op.getPredicate()) {
  case arith::CmpIPredicate::eq:
    return left == right;
  case arith::CmpIPredicate::ne:
    return left != right;
  case arith::CmpIPredicate::slt:
    return a < b;
  case arith::CmpIPredicate::sle:
    return a <= b;
  case arith::CmpIPredicate::sgt:
    return a > b;
  case arith::CmpIPredicate::sge:
    return a >= b;
  case arith::CmpIPredicate::ult:
    return left < right;
  case arith::CmpIPredicate::ule:
    return left <= right;
  case arith::CmpIPredicate::ugt:
    return left > right;
  case arith::CmpIPredicate::uge:
    return left >= right;
  }
  llvm_unreachable("a predicate is one of these");
}

bool conorm::fuzz::isElementwise(Operation *op) {
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::MaximumFOp, arith::MinimumFOp, arith::NegFOp, arith::ExtFOp,
             arith::TruncFOp, arith::ScalingTruncFOp, arith::AddIOp,
             arith::SubIOp, arith::MulIOp, arith::TruncIOp, arith::ExtUIOp,
             arith::CmpIOp, arith::SelectOp>(op);
}

Bits conorm::fuzz::computeElement(Operation *op, ArrayRef<Bits> operands) {
  Type from = getElementTypeOrSelf(op->getOperand(0));
  Type to = getElementTypeOrSelf(op->getResult(0));
  Bits first = operands[0], second = operands.size() > 1 ? operands[1] : 0;
  return llvm::TypeSwitch<Operation *, Bits>(op)
      .Case<arith::ExtFOp, arith::TruncFOp>(
          [&](auto) { return fromFloat(to, toFloat(from, first)); })
      .Case([&](arith::ScalingTruncFOp op) {
        Type scale = getElementTypeOrSelf(op.getScale());
        return fromFloat(to, toFloat(from, first) / getScale(scale, second));
      })
      .Case(
          [&](arith::AddIOp) { return truncate(first + second, getWidth(to)); })
      .Case(
          [&](arith::SubIOp) { return truncate(first - second, getWidth(to)); })
      .Case(
          [&](arith::MulIOp) { return truncate(first * second, getWidth(to)); })
      .Case([&](arith::TruncIOp) { return truncate(first, getWidth(to)); })
      .Case([&](arith::ExtUIOp) { return first; })
      .Case([&](arith::CmpIOp op) {
        return compare(op, first, second, getWidth(from));
      })
      .Case([&](arith::SelectOp) { return first ? second : operands[2]; })
      .Default([&](Operation *op) {
        float right = operands.size() > 1 ? toFloat(from, second) : 0;
        return fromFloat(to, computeFloat(op, toFloat(from, first), right));
      });
}
