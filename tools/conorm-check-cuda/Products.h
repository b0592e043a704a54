//===- Products.h - Random products of matrices -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_CHECK_CUDA_PRODUCTS_H
#define CONORM_TOOLS_CONORM_CHECK_CUDA_PRODUCTS_H

#include "Harness.h"

namespace check {

struct Format {
  int bits, fraction, bias;
  int bytes() const { return bits / 8; }
};

Format formatOf(uint32_t type);

/// A batch of matrices in memory: the sizes as they lie there.
struct Operand {
  uint32_t type = CONORM_TYPE_F32;
  int64_t batch = 1, rows = 0, cols = 0, rowStride = 0, batchStride = 0;
  /// Elements in front, so that the address is not that of an allocation.
  int64_t offset = 0;
  std::vector<char> host;
  char *device = nullptr;

  int64_t elements() const {
    return offset + (batch - 1) * batchStride + rows * rowStride;
  }
  int64_t at(int64_t b, int64_t i, int64_t j) const {
    return offset + b * batchStride + i * rowStride + j;
  }
  double value(int64_t index) const;
  char *first() const { return device + offset * formatOf(type).bytes(); }
};

struct Product {
  int64_t batch, m, n, k;
  bool lhsTransposed, rhsTransposed, hasInit, inPlace, integers;
  uint32_t lhsScaleKind = 0, rhsScaleKind = 0;
  Operand lhs, rhs, init, output;
  std::vector<float> lhsScale, rhsScale;

  double scaleOf(const std::vector<float> &scales, int64_t index) const {
    return scales.empty()       ? 1.0
           : scales.size() == 1 ? scales[0]
                                : scales[size_t(index)];
  }
};

struct TypeRow {
  uint32_t lhs, rhs, output;
};

constexpr uint32_t f32 = CONORM_TYPE_F32, f16 = CONORM_TYPE_F16,
                   bf16 = CONORM_TYPE_BF16, e4m3 = CONORM_TYPE_F8E4M3FN,
                   e5m2 = CONORM_TYPE_F8E5M2;
constexpr TypeRow typeRows[] = {
    {f32, f32, f32},    {f16, f16, f16},   {f16, f16, f32},
    {bf16, bf16, bf16}, {bf16, bf16, f32}, {e4m3, e4m3, bf16},
    {e4m3, e4m3, f16},  {e4m3, e4m3, f32}, {e4m3, e5m2, bf16},
    {e5m2, e4m3, f16},  {e5m2, e4m3, f32}};
constexpr int numTypeRows = sizeof(typeRows) / sizeof(*typeRows);

bool isF8(uint32_t type);

std::string describe(const Product &product);

/// Product number `index`: of each row of types in turn, and in every second
/// round of integers.
Product drawProduct(Random &random, int index);

/// The largest error of a type row, as a part of its bound.
struct Worst {
  double ofBound = 0, ofSum = 0;
  /// The product with the largest part of its sum.
  std::string product;
};

/// What the output's bytes are before a call.
constexpr int poison = 0xd5;

/// First difference of an output from what it must be; "" if there is none.
std::string compareOutput(const Product &product,
                          const std::vector<char> &found, Random &random,
                          Worst &worst);

} // namespace check

#endif // CONORM_TOOLS_CONORM_CHECK_CUDA_PRODUCTS_H
