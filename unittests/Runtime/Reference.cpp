//===- Reference.cpp - Scalar transcription of the contract ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace conorm;
using namespace conorm::reference;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

namespace {

/// Binary floating-point format: significand bits with the hidden one, and the
/// exponents of the least and the largest normal number.
struct Format {
  int precision;
  int minExponent;
  int maxExponent;
};

Format formatOf(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F16:
    return {11, -14, 15};
  case CONORM_TYPE_BF16:
    return {8, -126, 127};
  default:
    return {24, -126, 127};
  }
}

/// Exponent of the last place of the numbers that are as large as x.
int lastPlace(const Format &format, double x) {
  int exponent = x == 0 ? format.minExponent : std::ilogb(x);
  return std::max(exponent, format.minExponent) - (format.precision - 1);
}

/// The number with the bits `code` in a 16-bit format.
float decode(const Format &format, uint16_t code) {
  int fractionBits = format.precision - 1;
  int fraction = code & ((1 << fractionBits) - 1);
  int exponent = (code & 0x7fff) >> fractionBits;
  float sign = code & 0x8000 ? -1.0f : 1.0f;
  if (exponent == format.maxExponent - format.minExponent + 2) {
    if (fraction != 0)
      return std::numeric_limits<float>::quiet_NaN();
    return sign * std::numeric_limits<float>::infinity();
  }
  if (exponent == 0)
    return sign *
           std::ldexp(float(fraction), format.minExponent - fractionBits);
  return sign * std::ldexp(float(fraction + (1 << fractionBits)),
                           format.minExponent + exponent - 1 - fractionBits);
}

/// The reverse, for a number that the format has.
uint16_t encode(const Format &format, float x) {
  int fractionBits = format.precision - 1;
  int infinity = (format.maxExponent - format.minExponent + 2) << fractionBits;
  int sign = std::signbit(x) ? 0x8000 : 0;
  if (std::isnan(x))
    return infinity | 1 << (fractionBits - 1);
  if (std::isinf(x))
    return sign | infinity;
  int place = lastPlace(format, x);
  int significand = int(std::ldexp(std::fabs(double(x)), -place));
  // A normal significand carries its hidden bit into the exponent field.
  int steps = place - (format.minExponent - fractionBits);
  return sign | ((steps << fractionBits) + significand);
}

} // namespace

float reference::load(uint32_t type, const void *buffer, int64_t index) {
  if (type == CONORM_TYPE_F32) {
    float x;
    std::memcpy(&x, static_cast<const char *>(buffer) + 4 * index, 4);
    return x;
  }
  uint16_t code;
  std::memcpy(&code, static_cast<const char *>(buffer) + 2 * index, 2);
  return decode(formatOf(type), code);
}

void reference::store(uint32_t type, void *buffer, int64_t index, float value) {
  if (type == CONORM_TYPE_F32) {
    std::memcpy(static_cast<char *>(buffer) + 4 * index, &value, 4);
    return;
  }
  uint16_t code = encode(formatOf(type), value);
  std::memcpy(static_cast<char *>(buffer) + 2 * index, &code, 2);
}

Values reference::loadAll(uint32_t type, const void *buffer, int64_t count) {
  Values values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = load(type, buffer, i);
  return values;
}

void reference::storeAll(uint32_t type, void *buffer, const Values &values) {
  for (size_t i = 0; i < values.size(); ++i)
    store(type, buffer, i, values[i]);
}

float reference::round(uint32_t type, float x) {
  if (type == CONORM_TYPE_F32 || std::isnan(x) || std::isinf(x) || x == 0)
    return x;
  Format format = formatOf(type);
  int place = lastPlace(format, x);
  // Both scalings are exact in float64; nearbyint rounds ties to even.
  double rounded =
      std::ldexp(std::nearbyint(std::ldexp(double(x), -place)), place);
  if (std::fabs(rounded) >= std::ldexp(1.0, format.maxExponent + 1))
    return std::copysign(std::numeric_limits<float>::infinity(), x);
  return std::copysign(float(rounded), x);
}

bool reference::same(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b);
  return a == b && std::signbit(a) == std::signbit(b);
}

//===----------------------------------------------------------------------===//
// R1 to R4
//===----------------------------------------------------------------------===//

namespace {

float greater(float a, float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<float>::quiet_NaN();
  if (a == 0 && b == 0)
    return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

float combine(uint32_t reduction, float a, float b) {
  switch (reduction) {
  case CONORM_REDUCTION_MAX:
    return greater(a, b);
  case CONORM_REDUCTION_MIN:
    return -greater(-a, -b);
  case CONORM_REDUCTION_PROD:
    return a * b;
  default:
    return a + b;
  }
}

} // namespace

float reference::reduce(uint32_t type, uint32_t reduction,
                        const Values &operands) {
  float x = operands[0];
  for (size_t r = 1; r < operands.size(); ++r)
    x = combine(reduction, x, operands[r]);
  return round(type, x);
}

float reference::addResidual(uint32_t type, float reduced, float residual) {
  return round(type, reduced + residual);
}

float reference::sumOfSquares(const Values &row) {
  Values level;
  for (size_t first = 0; first < row.size(); first += 8) {
    float s = 0.0f;
    for (size_t i = first; i < first + 8 && i < row.size(); ++i)
      s = std::fma(row[i], row[i], s);
    level.push_back(s);
  }
  size_t leaves = 1;
  while (leaves < level.size())
    leaves *= 2;
  level.resize(leaves, 0.0f);
  while (level.size() > 1) {
    Values next;
    for (size_t i = 0; i < level.size(); i += 2)
      next.push_back(level[i] + level[i + 1]);
    level = next;
  }
  return level[0];
}

float reference::inverseRms(const Values &row, float epsilon) {
  float mean = sumOfSquares(row) / float(row.size());
  return 1.0f / std::sqrt(mean + epsilon);
}

static bool roundsFactor(const Norm &norm) {
  return norm.rounding == CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT ||
         norm.rounding == CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT;
}

Values reference::rmsNorm(uint32_t type, const Values &row, const Norm &norm) {
  float r = inverseRms(row, norm.epsilon);
  Values out(row.size());
  for (size_t i = 0; i < row.size(); ++i) {
    float y = row[i] * r;
    if (norm.weight.empty()) {
      out[i] = round(type, y);
      continue;
    }
    if (norm.rounding == CONORM_ROUNDING_ROUND_THEN_SCALE ||
        norm.rounding == CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT)
      y = round(type, y);
    float factor = norm.weightBias + norm.weight[i];
    if (roundsFactor(norm))
      factor = round(type, factor);
    out[i] = round(type, y * factor);
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Values reference::allReduce(uint32_t type, uint32_t reduction,
                            const std::vector<Values> &inputs) {
  Values out(inputs[0].size());
  Values operands(inputs.size());
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t r = 0; r < inputs.size(); ++r)
      operands[r] = inputs[r][i];
    out[i] = reduce(type, reduction, operands);
  }
  return out;
}

Values reference::reduceScatter(uint32_t type, uint32_t reduction,
                                const std::vector<Values> &inputs,
                                int64_t outer, int64_t dim, int64_t inner,
                                int member) {
  int64_t block = dim / int64_t(inputs.size());
  Values out;
  Values operands(inputs.size());
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t d = member * block; d < (member + 1) * block; ++d)
      for (int64_t i = 0; i < inner; ++i) {
        for (size_t r = 0; r < inputs.size(); ++r)
          operands[r] = inputs[r][(o * dim + d) * inner + i];
        out.push_back(reduce(type, reduction, operands));
      }
  return out;
}

Values reference::allGather(const std::vector<Values> &inputs, int64_t outer,
                            int64_t dim, int64_t inner) {
  Values out;
  for (int64_t o = 0; o < outer; ++o)
    for (const Values &input : inputs)
      for (int64_t d = 0; d < dim; ++d)
        for (int64_t i = 0; i < inner; ++i)
          out.push_back(input[(o * dim + d) * inner + i]);
  return out;
}

FusedRow reference::addRmsNorm(uint32_t type, const Values &input,
                               const Values &residual, const Norm &norm) {
  return allReduceRmsNorm(type, {input}, &residual, nullptr, norm);
}

FusedRow reference::allReduceRmsNorm(uint32_t type,
                                     const std::vector<Values> &inputs,
                                     const Values *residual,
                                     const Norm *postNorm, const Norm &norm) {
  FusedRow row;
  row.reduced = allReduce(type, CONORM_REDUCTION_SUM, inputs);
  row.residualOut =
      postNorm ? rmsNorm(type, row.reduced, *postNorm) : row.reduced;
  if (residual)
    for (size_t i = 0; i < residual->size(); ++i)
      row.residualOut[i] =
          addResidual(type, row.residualOut[i], (*residual)[i]);
  row.normed = rmsNorm(type, row.residualOut, norm);
  return row;
}

//===----------------------------------------------------------------------===//
// Exact mathematics, as near as float64 comes
//===----------------------------------------------------------------------===//

std::vector<double> reference::rmsNormFloat64(uint32_t type, const Values &row,
                                              const Norm &norm) {
  double sum = 0;
  for (float v : row)
    sum += double(v) * double(v);
  double rms = std::sqrt(sum / double(row.size()) + double(norm.epsilon));
  std::vector<double> out(row.size());
  for (size_t i = 0; i < row.size(); ++i) {
    double factor = 1.0;
    if (!norm.weight.empty())
      factor = roundsFactor(norm)
                   ? double(round(type, norm.weightBias + norm.weight[i]))
                   : double(norm.weightBias) + double(norm.weight[i]);
    out[i] = double(row[i]) / rms * factor;
  }
  return out;
}

double reference::errorInUlps(uint32_t type, double exact, float found) {
  Format format = formatOf(type);
  double top = std::ldexp(1.0, format.maxExponent + 1);
  double value = std::isinf(found) ? std::copysign(top, found) : found;
  double bounded = std::max(-top, std::min(top, exact));
  int place = lastPlace(format, bounded);
  place = std::min(place, format.maxExponent - (format.precision - 1));
  return std::ldexp(std::fabs(value - bounded), -place);
}
