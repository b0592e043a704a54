//===- QuantizeTestUtils.h - What the quantization tests share --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_QUANTIZETESTUTILS_H
#define CONORM_UNITTESTS_RUNTIME_QUANTIZETESTUTILS_H

#include "ReferenceQuantize.h"

#include <algorithm>
#include <string>
#include <vector>

namespace conorm::test {

/// A scheme with a name for messages.
struct Scheme {
  const char *name;
  conorm_quant quant;
  /// What `cols` is a multiple of.
  int64_t block;
};

/// Every scheme, type, layout and mode that there is.
inline std::vector<Scheme> allSchemes() {
  const uint32_t f32 = CONORM_TYPE_F32, e4m3 = CONORM_TYPE_F8E4M3FN,
                 e5m2 = CONORM_TYPE_F8E5M2, e8m0 = CONORM_TYPE_F8E8M0FNU,
                 e2m1 = CONORM_TYPE_F4E2M1FN;
  const uint32_t linear = CONORM_SCALE_LAYOUT_LINEAR,
                 swizzled = CONORM_SCALE_LAYOUT_SWIZZLED_128X4,
                 packed = CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR;
  const uint32_t multiply = CONORM_SCALE_MODE_MULTIPLY_RECIPROCAL,
                 divide = CONORM_SCALE_MODE_DIVIDE;
  const uint32_t tensor = CONORM_QUANT_PER_TENSOR,
                 token = CONORM_QUANT_PER_TOKEN, group = CONORM_QUANT_PER_GROUP,
                 nvfp4 = CONORM_QUANT_NVFP4, mxfp8 = CONORM_QUANT_MXFP8;
  return {
      {"PerTensorE4M3Multiply", {tensor, e4m3, f32, linear, multiply, 0}, 1},
      {"PerTensorE4M3Divide", {tensor, e4m3, f32, linear, divide, 0}, 1},
      {"PerTensorE5M2Multiply", {tensor, e5m2, f32, linear, multiply, 0}, 1},
      {"PerTensorE5M2Divide", {tensor, e5m2, f32, linear, divide, 0}, 1},
      {"PerToken", {token, e4m3, f32, linear, multiply, 0}, 1},
      {"PerGroup128", {group, e4m3, f32, linear, multiply, 128}, 128},
      {"PerGroup7", {group, e4m3, f32, linear, multiply, 7}, 7},
      {"PerGroup64E8M0", {group, e4m3, e8m0, linear, multiply, 64}, 64},
      {"PerGroup32Packed", {group, e4m3, e8m0, packed, multiply, 32}, 32},
      {"PerGroup5Packed", {group, e4m3, e8m0, packed, multiply, 5}, 5},
      {"NVFP4", {nvfp4, e2m1, e4m3, linear, multiply, 0}, 16},
      {"NVFP4Swizzled", {nvfp4, e2m1, e4m3, swizzled, multiply, 16}, 16},
      {"MXFP8", {mxfp8, e4m3, e8m0, linear, multiply, 32}, 32},
      {"MXFP8Swizzled", {mxfp8, e4m3, e8m0, swizzled, multiply, 0}, 32},
  };
}

inline bool readsScale(const conorm_quant &quant) {
  return quant.scheme == CONORM_QUANT_PER_TENSOR ||
         quant.scheme == CONORM_QUANT_NVFP4;
}

/// Bytes that are poisoned, with guards behind them.
class Bytes {
public:
  explicit Bytes(size_t size, uint8_t poison = 0xa5)
      : size(size), poison(poison), bytes(size + guard, poison) {}
  uint8_t *data() { return bytes.data(); }
  const uint8_t *data() const { return bytes.data(); }

  bool guardsIntact() const {
    return std::all_of(bytes.begin() + size, bytes.end(),
                       [&](uint8_t byte) { return byte == poison; });
  }

  /// "" if the content is `expected`, else where it first differs.
  std::string differsFrom(const std::vector<uint8_t> &expected) const {
    if (expected.size() != size)
      return "expected " + std::to_string(expected.size()) + " bytes, has " +
             std::to_string(size);
    for (size_t i = 0; i < size; ++i)
      if (bytes[i] != expected[i])
        return "byte " + std::to_string(i) + " of " + std::to_string(size) +
               ": expected " + std::to_string(expected[i]) + ", found " +
               std::to_string(bytes[i]);
    return guardsIntact() ? "" : "written past the end";
  }

private:
  static constexpr size_t guard = 64;
  size_t size;
  uint8_t poison;
  std::vector<uint8_t> bytes;
};

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_QUANTIZETESTUTILS_H
