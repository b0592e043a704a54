//===- SmallFloats.cpp - Conversions of bf16, f16, f8 and scales ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SmallFloats.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;

Type conorm::withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

bool conorm::isF8(Type type) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(getElementTypeOrSelf(type));
}

bool conorm::isE8M0(Type type) {
  return isa<Float8E8M0FNUType>(getElementTypeOrSelf(type));
}

bool conorm::isSmallFloat(Type type) {
  return !isa<TensorType, BaseMemRefType>(type) &&
         (isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(type)) ||
          isF8(type));
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

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

Value conorm::roundTo(ImplicitLocOpBuilder &builder, Value value, Type to) {
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

//===----------------------------------------------------------------------===//
// Widening
//===----------------------------------------------------------------------===//

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

Value conorm::widen(ImplicitLocOpBuilder &builder, Value value, Type element) {
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

Value conorm::chopToF64(ImplicitLocOpBuilder &builder, Value value,
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
