//===- MathFunctions.h - Functions in arithmetic on f64 ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Elementary functions of f32 that are computed in f64, so that rounding to f32
// is nearly the only error: all are within 0.6 units in the last place, for all
// arguments where no range is given. Devices that serve models compute f64 at
// half the rate of f32, and these functions stand beside accesses to memory.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CODEGEN_GPU_MATHFUNCTIONS_H
#define CONORM_LIB_CODEGEN_GPU_MATHFUNCTIONS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace conorm {

/// Builds functions of scalars in f64. Arguments were f32.
class MathFunctions {
public:
  explicit MathFunctions(mlir::ImplicitLocOpBuilder &builder)
      : builder(builder) {}

  mlir::Value exp(mlir::Value x);
  mlir::Value exp2(mlir::Value x);
  mlir::Value expm1(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value log2(mlir::Value x);
  mlir::Value log10(mlir::Value x);
  mlir::Value log1p(mlir::Value x);
  mlir::Value pow(mlir::Value x, mlir::Value y);
  mlir::Value sinh(mlir::Value x);
  mlir::Value cosh(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  /// For arguments below 2^50.
  mlir::Value sin(mlir::Value x);
  mlir::Value cos(mlir::Value x);
  mlir::Value erf(mlir::Value x);

private:
  mlir::Value number(double value);
  mlir::Value bits(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value abs(mlir::Value x);
  mlir::Value withSign(mlir::Value x, mlir::Value sign);
  mlir::Value isLess(mlir::Value x, mlir::Value y);
  mlir::Value isEqual(mlir::Value x, mlir::Value y);
  mlir::Value choose(mlir::Value condition, mlir::Value x, mlir::Value y);
  mlir::Value toBits(mlir::Value x);
  mlir::Value fromBits(mlir::Value x);

  /// A polynomial, the coefficient of the highest power first.
  mlir::Value polynomial(mlir::Value x, llvm::ArrayRef<double> coefficients);
  /// The nearest integer, as a float and in the low bits of an integer.
  std::pair<mlir::Value, mlir::Value> nearest(mlir::Value x);
  /// 2^n * e^r, and what is right for `x` beyond the range of f32.
  mlir::Value scaleExp(mlir::Value x, mlir::Value n, mlir::Value r);
  /// The exponent, and the logarithm of the rest, of a positive number.
  std::pair<mlir::Value, mlir::Value> splitLog(mlir::Value x);
  /// What is right for 0, negative numbers, infinity and NaN.
  mlir::Value fixLog(mlir::Value x, mlir::Value log);
  /// Sine or cosine, which are the same a quarter of a turn apart.
  mlir::Value sinAfterQuarters(mlir::Value x, int64_t quarters);

  mlir::ImplicitLocOpBuilder &builder;
};

} // namespace conorm

#endif // CONORM_LIB_CODEGEN_GPU_MATHFUNCTIONS_H
