//===- Elements.h - Scalar arithmetic on element types ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Deliberately plain, one element at a time, and apart from the runtime's
// kernels: what checks them must not share their code.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_ELEMENTS_H
#define CONORM_TOOLS_CONORM_RUN_ELEMENTS_H

#include "conorm-runtime/types.h"

#include <cstdint>

namespace conorm::run {

/// Binary floating-point layout.
struct FloatFormat {
  int exponentBits;
  int mantissaBits;
  int bias;
  /// IEEE infinities; otherwise the largest exponent holds numbers.
  bool hasInfinity;

  int minExponent() const { return 1 - bias; }
};

/// Null if `type` is not a signed floating-point type.
const FloatFormat *floatFormat(uint32_t type);

bool isFloat(uint32_t type);

/// Element `index` of `data`.
double readElement(uint32_t type, const void *data, int64_t index);

/// Writes `value` rounded to nearest even; saturates in types without infinity.
void writeElement(uint32_t type, void *data, int64_t index, double value);

/// `value` as it reads back after writeElement.
double roundToType(uint32_t type, double value);

/// Bits of an element, all NaNs of a type made equal (R6).
uint64_t canonicalBits(uint32_t type, const void *data, int64_t index);

/// Distance between neighbours of `type` at the magnitude of `value`.
double ulp(uint32_t type, double value);

/// The number that would follow the largest one, which is where a result that
/// is infinite stands.
double infinityAsNumber(uint32_t type);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_ELEMENTS_H
