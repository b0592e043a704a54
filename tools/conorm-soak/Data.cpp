//===- Data.cpp - The data of random calls --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Data.h"

#include <algorithm>
#include <cstring>

using namespace conorm;
using namespace conorm::soak;
using reference::Values;

/// One random bit pattern. The kinds of rows: 0, moderate numbers; 1, zeros and
/// denormals among them; 2, numbers of every exponent.
static uint32_t randomPattern(Random &random, uint32_t type, int kind) {
  int fraction = type == CONORM_TYPE_F32   ? 23
                 : type == CONORM_TYPE_F16 ? 10
                                           : 7;
  int exponents = type == CONORM_TYPE_F16 ? 31 : 255;
  int width = type == CONORM_TYPE_F32 ? 32 : 16;
  uint64_t bits = random.next();
  uint32_t exponent = exponents / 2 - 3 + (bits >> 8) % 6;
  if (kind == 1 && (bits & 3) == 0)
    exponent = 0;
  if (kind == 2)
    exponent = (bits >> 8) % exponents;
  uint32_t mantissa = uint32_t(bits >> 32) & ((1u << fraction) - 1);
  if (kind == 1 && (bits & 12) == 0)
    mantissa = 0;
  uint32_t sign = bits >> 63;
  return sign << (width - 1) | exponent << fraction | mantissa;
}

static void writePattern(void *buffer, uint32_t type, int64_t index,
                         uint32_t bits) {
  size_t size = type == CONORM_TYPE_F32 ? 4 : 2;
  std::memcpy(static_cast<char *>(buffer) + size * index, &bits, size);
}

void soak::makeRow(const Call &call, Tensor tensor, int rank, int64_t row,
                   uint32_t type, int64_t cols, void *out) {
  Random random(call.seed ^ (uint64_t(call.index) << 32) ^
                (uint64_t(tensor) << 60) ^ (uint64_t(rank) << 24) ^
                uint64_t(row) * 0x9e3779b97f4a7c15ull);
  random.next();
  int kind = std::max<int64_t>(random.below(8) - 5, 0);
  for (int64_t i = 0; i < cols; ++i)
    writePattern(out, type, i, randomPattern(random, type, kind));
  // Infinities and NaN take a whole row with them: few rows get one.
  if (random.oneIn(16)) {
    uint32_t infinity = type == CONORM_TYPE_F32   ? 0x7f800000u
                        : type == CONORM_TYPE_F16 ? 0x7c00u
                                                  : 0x7f80u;
    uint32_t nan = infinity | (type == CONORM_TYPE_F32 ? 0x412345u : 0x41u);
    writePattern(out, type, random.below(cols),
                 random.oneIn(2) ? infinity : nan);
  }
}

Values soak::rowValues(const Call &call, Tensor tensor, int rank, int64_t row,
                       uint32_t type) {
  std::vector<char> bytes(conorm_type_bytes(type, call.inner));
  makeRow(call, tensor, rank, row, type, call.inner, bytes.data());
  return reference::loadAll(type, bytes.data(), call.inner);
}
