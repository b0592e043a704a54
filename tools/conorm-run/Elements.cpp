//===- Elements.cpp - Scalar arithmetic on element types ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace conorm::run;

namespace {

const FloatFormat kF64 = {11, 52, 1023, true};
const FloatFormat kF32 = {8, 23, 127, true};
const FloatFormat kF16 = {5, 10, 15, true};
const FloatFormat kBF16 = {8, 7, 127, true};
const FloatFormat kF8E4M3FN = {4, 3, 7, false};
const FloatFormat kF8E5M2 = {5, 2, 15, true};

uint64_t loadBits(uint32_t type, const void *data, int64_t index) {
  int64_t bytes = conorm_type_bytes(type, 1);
  uint64_t bits = 0;
  std::memcpy(&bits, static_cast<const char *>(data) + index * bytes, bytes);
  return bits;
}

void storeBits(uint32_t type, void *data, int64_t index, uint64_t bits) {
  int64_t bytes = conorm_type_bytes(type, 1);
  std::memcpy(static_cast<char *>(data) + index * bytes, &bits, bytes);
}

uint64_t maxBits(const FloatFormat &format) {
  uint64_t all = (uint64_t(1) << (format.exponentBits + format.mantissaBits));
  // Of f8E4M3FN, all ones is the NaN, and what is below it is the maximum.
  return format.hasInfinity ? all - (uint64_t(1) << format.mantissaBits) - 1
                            : all - 2;
}

double decode(const FloatFormat &format, uint64_t bits) {
  uint64_t mantissa = bits & ((uint64_t(1) << format.mantissaBits) - 1);
  uint64_t magnitude =
      bits & ((uint64_t(1) << (format.exponentBits + format.mantissaBits)) - 1);
  int exponent = static_cast<int>(magnitude >> format.mantissaBits);
  double sign =
      bits >> (format.exponentBits + format.mantissaBits) ? -1.0 : 1.0;
  if (magnitude > maxBits(format)) {
    bool infinite = format.hasInfinity && !mantissa;
    return infinite ? sign * std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent)
    mantissa |= uint64_t(1) << format.mantissaBits;
  else
    exponent = 1;
  return sign * std::ldexp(static_cast<double>(mantissa),
                           exponent - format.bias - format.mantissaBits);
}

uint64_t encode(const FloatFormat &format, double value) {
  uint64_t sign = uint64_t(std::signbit(value))
                  << (format.exponentBits + format.mantissaBits);
  uint64_t nan =
      maxBits(format) +
      (format.hasInfinity ? 1 + (uint64_t(1) << (format.mantissaBits - 1)) : 1);
  if (std::isnan(value))
    return nan;
  uint64_t limit = maxBits(format) + (format.hasInfinity ? 1 : 0);
  double magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return sign | limit;
  int exponent = format.minExponent();
  if (magnitude > 0)
    exponent = std::max(exponent, std::ilogb(magnitude));
  // Scaling by a power of two is exact; nearbyint rounds to nearest even.
  double units =
      std::nearbyint(std::ldexp(magnitude, format.mantissaBits - exponent));
  uint64_t bits =
      (uint64_t(exponent - format.minExponent()) << format.mantissaBits) +
      static_cast<uint64_t>(units);
  return sign | std::min(bits, limit);
}

} // namespace

const FloatFormat *conorm::run::floatFormat(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F64:
    return &kF64;
  case CONORM_TYPE_F32:
    return &kF32;
  case CONORM_TYPE_F16:
    return &kF16;
  case CONORM_TYPE_BF16:
    return &kBF16;
  case CONORM_TYPE_F8E4M3FN:
    return &kF8E4M3FN;
  case CONORM_TYPE_F8E5M2:
    return &kF8E5M2;
  default:
    return nullptr;
  }
}

bool conorm::run::isFloat(uint32_t type) {
  return floatFormat(type) || type == CONORM_TYPE_F8E8M0FNU;
}

double conorm::run::readElement(uint32_t type, const void *data,
                                int64_t index) {
  uint64_t bits = loadBits(type, data, index);
  if (type == CONORM_TYPE_F32 || type == CONORM_TYPE_BF16) {
    uint32_t word = static_cast<uint32_t>(bits)
                    << (type == CONORM_TYPE_BF16 ? 16 : 0);
    float value;
    std::memcpy(&value, &word, sizeof(value));
    return value;
  }
  if (const FloatFormat *format = floatFormat(type))
    return decode(*format, bits);
  if (type == CONORM_TYPE_F8E8M0FNU)
    return bits == 255 ? std::numeric_limits<double>::quiet_NaN()
                       : std::ldexp(1.0, static_cast<int>(bits) - 127);
  int shift = 64 - 8 * static_cast<int>(conorm_type_bytes(type, 1));
  return static_cast<double>(static_cast<int64_t>(bits << shift) >> shift);
}

void conorm::run::writeElement(uint32_t type, void *data, int64_t index,
                               double value) {
  const FloatFormat *format = floatFormat(type);
  if (type == CONORM_TYPE_F32) {
    static_cast<float *>(data)[index] = static_cast<float>(value);
  } else if (format) {
    storeBits(type, data, index, encode(*format, value));
  } else if (type == CONORM_TYPE_F8E8M0FNU) {
    int exponent = value > 0 ? std::ilogb(value) : -127;
    storeBits(type, data, index, std::min(std::max(exponent, -127), 127) + 127);
  } else {
    storeBits(type, data, index,
              static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
}

double conorm::run::roundToType(uint32_t type, double value) {
  uint64_t storage;
  writeElement(type, &storage, 0, value);
  return readElement(type, &storage, 0);
}

uint64_t conorm::run::canonicalBits(uint32_t type, const void *data,
                                    int64_t index) {
  uint64_t bits = loadBits(type, data, index);
  const FloatFormat *format = floatFormat(type);
  if (!format)
    return bits;
  int magnitudeBits = format->exponentBits + format->mantissaBits;
  uint64_t magnitude = bits & ((uint64_t(1) << magnitudeBits) - 1);
  bool isNaN = magnitude > maxBits(*format) + (format->hasInfinity ? 1 : 0);
  return isNaN ? (uint64_t(1) << magnitudeBits) - 1 : bits;
}

double conorm::run::ulp(uint32_t type, double value) {
  const FloatFormat *format = floatFormat(type);
  int exponent = format->minExponent();
  if (value != 0 && std::isfinite(value))
    exponent = std::max(exponent, std::ilogb(value));
  return std::ldexp(1.0, exponent - format->mantissaBits);
}

double conorm::run::infinityAsNumber(uint32_t type) {
  double largest = decode(*floatFormat(type), maxBits(*floatFormat(type)));
  return largest + ulp(type, largest);
}
