//===- MathFunctions.cpp - Functions in arithmetic on f64 -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MathFunctions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;
using namespace conorm;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double kLog2 = 0.6931471805599453;
static constexpr double kLog2Rest = 2.3190468138462996e-17;
static constexpr double kLog2E = 1.4426950408889634;
static constexpr double kLog10E = 0.4342944819032518;
/// A quarter of a turn in three parts.
static constexpr double kQuarter[] = {1.5707963267948966, 6.123233995736766e-17,
                                      -1.4973849048591698e-33};
/// Adding it leaves the nearest integer in the low bits.
static constexpr double kRounder = 6755399441055744.0;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value MathFunctions::number(double value) {
  return arith::ConstantOp::create(builder, builder.getF64FloatAttr(value));
}
Value MathFunctions::bits(int64_t value) {
  return arith::ConstantOp::create(builder, builder.getI64IntegerAttr(value));
}
Value MathFunctions::add(Value x, Value y) {
  return arith::AddFOp::create(builder, x, y);
}
Value MathFunctions::sub(Value x, Value y) {
  return arith::SubFOp::create(builder, x, y);
}
Value MathFunctions::mul(Value x, Value y) {
  return arith::MulFOp::create(builder, x, y);
}
Value MathFunctions::div(Value x, Value y) {
  return arith::DivFOp::create(builder, x, y);
}
Value MathFunctions::fma(Value x, Value y, Value z) {
  return math::FmaOp::create(builder, x, y, z);
}
Value MathFunctions::abs(Value x) { return math::AbsFOp::create(builder, x); }
Value MathFunctions::withSign(Value x, Value sign) {
  return math::CopySignOp::create(builder, x, sign);
}
Value MathFunctions::isLess(Value x, Value y) {
  return arith::CmpFOp::create(builder, arith::CmpFPredicate::OLT, x, y);
}
Value MathFunctions::isEqual(Value x, Value y) {
  return arith::CmpFOp::create(builder, arith::CmpFPredicate::OEQ, x, y);
}
Value MathFunctions::choose(Value condition, Value x, Value y) {
  return arith::SelectOp::create(builder, condition, x, y);
}
Value MathFunctions::toBits(Value x) {
  return arith::BitcastOp::create(builder, builder.getI64Type(), x);
}
Value MathFunctions::fromBits(Value x) {
  return arith::BitcastOp::create(builder, builder.getF64Type(), x);
}

Value MathFunctions::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = number(coefficients.front());
  for (double coefficient : coefficients.drop_front())
    sum = fma(sum, x, number(coefficient));
  return sum;
}

std::pair<Value, Value> MathFunctions::nearest(Value x) {
  Value shifted = add(x, number(kRounder));
  return {sub(shifted, number(kRounder)), toBits(shifted)};
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

Value MathFunctions::scaleExp(Value x, Value n, Value r) {
  // Taylor's series to r^11; |r| is at most log(2) / 2.
  Value power = polynomial(r, {1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                               1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
                               1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0});
  Value exponent = arith::ShLIOp::create(
      builder, arith::AddIOp::create(builder, n, bits(1023)), bits(52));
  Value result = mul(power, fromBits(exponent));
  // Everything of f32 is between; NaN takes neither.
  result = choose(isLess(number(130.0), x), number(kInfinity), result);
  return choose(isLess(x, number(-160.0)), number(0.0), result);
}

Value MathFunctions::exp(Value x) {
  auto [rounded, n] = nearest(mul(x, number(kLog2E)));
  Value r = fma(rounded, number(-kLog2), x);
  return scaleExp(x, n, fma(rounded, number(-kLog2Rest), r));
}

Value MathFunctions::exp2(Value x) {
  auto [rounded, n] = nearest(x);
  return scaleExp(x, n, mul(sub(x, rounded), number(kLog2)));
}

Value MathFunctions::expm1(Value x) {
  Value small = mul(x, polynomial(x, {1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0}));
  return choose(isLess(abs(x), number(1.0e-3)), small,
                sub(exp(x), number(1.0)));
}

Value MathFunctions::sinh(Value x) {
  Value square = mul(x, x);
  Value small =
      mul(x, polynomial(square, {1.0 / 5040, 1.0 / 120, 1.0 / 6, 1.0}));
  Value large = exp(abs(x));
  large = mul(number(0.5), sub(large, div(number(1.0), large)));
  return choose(isLess(abs(x), number(1.0e-1)), small, withSign(large, x));
}

Value MathFunctions::cosh(Value x) {
  Value large = exp(abs(x));
  return mul(number(0.5), add(large, div(number(1.0), large)));
}

Value MathFunctions::tanh(Value x) {
  Value square = mul(x, x);
  Value small = mul(x, polynomial(square, {62.0 / 2835, -17.0 / 315, 2.0 / 15,
                                           -1.0 / 3, 1.0}));
  Value large = exp(mul(number(2.0), abs(x)));
  large = sub(number(1.0), div(number(2.0), add(large, number(1.0))));
  return choose(isLess(abs(x), number(1.0e-1)), small, withSign(large, x));
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

std::pair<Value, Value> MathFunctions::splitLog(Value x) {
  // The exponent counts from sqrt(1/2), so that the rest is around 1.
  Value raw = toBits(x);
  Value shifted = arith::SubIOp::create(builder, raw, bits(0x3fe6a09e667f3bcd));
  Value exponent = arith::ShRSIOp::create(builder, shifted, bits(52));
  Value rest = fromBits(arith::SubIOp::create(
      builder, raw, arith::ShLIOp::create(builder, exponent, bits(52))));
  // log(m) = 2 artanh(f), with |f| below 0.1716.
  Value f = div(sub(rest, number(1.0)), add(rest, number(1.0)));
  Value series =
      polynomial(mul(f, f), {2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11,
                             2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2.0});
  Value number =
      arith::SIToFPOp::create(builder, builder.getF64Type(), exponent);
  return {number, mul(f, series)};
}

Value MathFunctions::fixLog(Value x, Value log) {
  log = choose(isLess(x, number(0.0)), number(kNaN), log);
  log = choose(isEqual(x, number(0.0)), number(-kInfinity), log);
  Value isFinite = isLess(abs(x), number(kInfinity));
  // Of infinity and NaN the sum with infinity is the logarithm.
  Value special =
      choose(isLess(x, number(0.0)), number(kNaN), add(x, number(kInfinity)));
  return choose(isFinite, log, special);
}

Value MathFunctions::log(Value x) {
  auto [exponent, rest] = splitLog(x);
  return fixLog(x, fma(exponent, number(kLog2), rest));
}

Value MathFunctions::log2(Value x) {
  auto [exponent, rest] = splitLog(x);
  return fixLog(x, fma(rest, number(kLog2E), exponent));
}

Value MathFunctions::log10(Value x) {
  auto [exponent, rest] = splitLog(x);
  return fixLog(x, mul(fma(exponent, number(kLog2), rest), number(kLog10E)));
}

Value MathFunctions::log1p(Value x) {
  Value small = mul(x, polynomial(x, {-0.25, 1.0 / 3, -0.5, 1.0}));
  return choose(isLess(abs(x), number(1.0e-4)), small,
                log(add(x, number(1.0))));
}

Value MathFunctions::pow(Value x, Value y) {
  Value zero = number(0.0), one = number(1.0);
  Value result = exp(mul(y, log(abs(x))));
  // Of a negative number only integral powers are numbers, and the odd ones are
  // negative. Floats beyond 2^24 are even.
  Value whole = math::TruncOp::create(builder, y);
  Value half = mul(y, number(0.5));
  Value isWhole = isEqual(whole, y);
  Value isEven = isEqual(math::TruncOp::create(builder, half), half);
  Value isOdd =
      choose(isEven, arith::ConstantIntOp::create(builder, 0, 1), isWhole);
  Value isNegative = arith::CmpIOp::create(builder, arith::CmpIPredicate::slt,
                                           toBits(x), bits(0));
  Value isFinite = isLess(abs(x), number(kInfinity));
  Value isBelow = arith::AndIOp::create(builder, isLess(x, zero), isFinite);
  result = choose(arith::AndIOp::create(builder, isNegative, isOdd),
                  math::CopySignOp::create(builder, result, x), result);
  Value isReal =
      choose(isBelow, isWhole, arith::ConstantIntOp::create(builder, 1, 1));
  result = choose(isReal, result, number(kNaN));
  Value isUnit = isEqual(abs(x), one);
  Value isInfinite = isEqual(abs(y), number(kInfinity));
  result =
      choose(arith::AndIOp::create(builder, isUnit, isInfinite), one, result);
  result = choose(isEqual(x, one), one, result);
  return choose(isEqual(y, zero), one, result);
}

//===----------------------------------------------------------------------===//
// Circles and bells
//===----------------------------------------------------------------------===//

Value MathFunctions::sinAfterQuarters(Value x, int64_t quarters) {
  auto [rounded, n] = nearest(mul(x, number(2.0 / 3.14159265358979323846)));
  Value r = x;
  for (double part : kQuarter)
    r = fma(rounded, number(-part), r);
  Value square = mul(r, r);
  Value sine = mul(
      r, polynomial(square, {1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880,
                             -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1.0}));
  Value cosine =
      polynomial(square, {-1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800,
                          1.0 / 40320, -1.0 / 720, 1.0 / 24, -0.5, 1.0});
  Value turned = arith::AddIOp::create(builder, n, bits(quarters));
  auto hasBit = [&](int64_t bit) -> Value {
    return arith::CmpIOp::create(
        builder, arith::CmpIPredicate::ne,
        arith::AndIOp::create(builder, turned, bits(bit)), bits(0));
  };
  Value result = choose(hasBit(1), cosine, sine);
  return choose(hasBit(2), arith::NegFOp::create(builder, result), result);
}

Value MathFunctions::sin(Value x) {
  // -0 is not lost in the reduction.
  return choose(isEqual(x, number(0.0)), x, sinAfterQuarters(x, 0));
}

Value MathFunctions::cos(Value x) { return sinAfterQuarters(x, 1); }

Value MathFunctions::erf(Value x) {
  // Both are Chebyshev's approximations: of erf(x) / x in x^2 up to 1, and of
  // erfc(x) * exp(x^2) from 1 to 4. Beyond that, f32 has 1.
  Value square = mul(x, x), size = abs(x);
  Value small =
      mul(x, polynomial(square, {9.4285969568341643e-9, -1.5188281247335167e-7,
                                 1.6310356513871741e-6, -1.4913300906316396e-5,
                                 0.00012054681918310599,
                                 -0.00085483048717827406, 0.0052239771541053047,
                                 -0.026866170586496872, 0.11283791670580422,
                                 -0.376126389031744, 1.1283791670955122}));
  Value rest = polynomial(size, {-4.1231428203075568e-7, 1.3008479515173648e-5,
                                 -0.00018731358561045765, 0.0016332832533265913,
                                 -0.0096553459067379425, 0.041098292867062834,
                                 -0.13075677874647327, 0.31916236290538301,
                                 -0.60946188386454599, 0.92207213390372564,
                                 -1.1023435779734164, 0.99600979738393249});
  Value negative = arith::NegFOp::create(builder, square);
  Value large = sub(number(1.0), mul(rest, exp(negative)));
  large = choose(isLess(number(4.0), size), number(1.0), large);
  return choose(isLess(size, number(1.0)), small, withSign(large, x));
}
