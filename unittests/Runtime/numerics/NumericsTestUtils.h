//===- NumericsTestUtils.h - What the numerics tests share ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_NUMERICSTESTUTILS_H
#define CONORM_UNITTESTS_RUNTIME_NUMERICSTESTUTILS_H

#include "Reference.h"
#include "numerics/Numerics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>

namespace conorm::rt {

/// Elements of type T at an address that is aligned to the element alone, with
/// a guard on both sides that an overrun breaks.
class Buffer {
public:
  Buffer(uint32_t type, int64_t count, uint8_t poison = 0xa5)
      : type(type), count(count),
        bytes(64 + 2 * guard + bytesOf(count), poison),
        poison(poison) {
    auto address = reinterpret_cast<uintptr_t>(bytes.data());
    offset = 63 - (address + 63) % 64 + guard + bytesOf(1);
  }
  Buffer(uint32_t type, const reference::Values &values)
      : Buffer(type, values.size()) {
    reference::storeAll(type, data(), values);
  }

  void *data() { return bytes.data() + offset; }
  const void *data() const { return bytes.data() + offset; }
  float at(int64_t i) const { return reference::load(type, data(), i); }

  /// Whether nothing before the first or after the last element was written.
  bool guardsIntact() const {
    size_t end = offset + bytesOf(count);
    for (size_t i = 0; i < bytes.size(); ++i)
      if ((i < offset || i >= end) && bytes[i] != poison)
        return false;
    return true;
  }

private:
  static constexpr size_t guard = 128;
  size_t bytesOf(int64_t n) const {
    return n * (type == CONORM_TYPE_F32 ? 4 : 2);
  }

  uint32_t type;
  int64_t count;
  std::vector<uint8_t> bytes;
  uint8_t poison;
  size_t offset;
};

inline std::string typeName(uint32_t type) {
  return type == CONORM_TYPE_F32   ? "F32"
         : type == CONORM_TYPE_F16 ? "F16"
                                   : "BF16";
}

/// Random values of T: moderate ones, ones of every exponent, and, if asked
/// for, zeros of both signs, infinities, NaN and denormals among them.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  int64_t below(int64_t n) {
    return std::uniform_int_distribution<int64_t>(0, n - 1)(engine);
  }

  float value(uint32_t type, bool special) {
    if (special && below(6) == 0)
      return specialValue(type);
    return reference::round(type, normal(engine));
  }

  float specialValue(uint32_t type) {
    const float infinity = std::numeric_limits<float>::infinity();
    switch (below(8)) {
    case 0:
      return 0.0f;
    case 1:
      return -0.0f;
    case 2: {
      const float nonFinite[] = {infinity, -infinity, std::nanf("")};
      return below(20) == 0 ? nonFinite[below(3)] : 1.0f;
    }
    case 3: // denormal in T
      return reference::round(
          type, normal(engine) * (type == CONORM_TYPE_F16 ? 0x1p-17f
                                                          : 0x1p-130f));
    default: {
      float x = std::ldexp(normal(engine), int(below(200)) - 100);
      return reference::round(type, x);
    }
    }
  }

  reference::Values values(uint32_t type, int64_t count, bool special) {
    reference::Values out(count);
    for (float &x : out)
      x = value(type, special);
    return out;
  }

private:
  std::mt19937_64 engine;
  std::normal_distribution<float> normal;
};

/// Number of elements in which `found` is not bitwise `expected`.
inline int64_t countDifferences(const Buffer &found,
                                const reference::Values &expected) {
  int64_t differences = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    differences += !reference::same(found.at(i), expected[i]);
  return differences;
}

#define CONORM_EXPECT_BITS(found, expected)                                    \
  do {                                                                         \
    EXPECT_EQ(countDifferences(found, expected), 0);                           \
    EXPECT_TRUE((found).guardsIntact());                                       \
  } while (false)

/// Tests that run for each instruction set and element type.
class NumericsFixture
    : public testing::TestWithParam<std::tuple<Isa, uint32_t>> {
protected:
  void SetUp() override {
    if (!selectIsa(std::get<0>(GetParam())))
      GTEST_SKIP() << "the processor lacks this instruction set";
    type = std::get<1>(GetParam());
  }
  uint32_t type = CONORM_TYPE_NONE;
  ScopedFloatEnvironment environment;
};

inline std::string
caseName(const testing::TestParamInfo<std::tuple<Isa, uint32_t>> &info) {
  const char *isas[] = {"Base", "AVX2", "AVX512"};
  return isas[static_cast<int>(std::get<0>(info.param))] +
         typeName(std::get<1>(info.param));
}

#define CONORM_INSTANTIATE_NUMERICS(fixture)                                   \
  INSTANTIATE_TEST_SUITE_P(                                                    \
      All, fixture,                                                            \
      testing::Combine(                                                        \
          testing::Values(Isa::Base, Isa::AVX2, Isa::AVX512),                  \
          testing::Values(uint32_t(CONORM_TYPE_F32),                           \
                          uint32_t(CONORM_TYPE_F16),                           \
                          uint32_t(CONORM_TYPE_BF16))),                        \
      caseName)

} // namespace conorm::rt

#endif // CONORM_UNITTESTS_RUNTIME_NUMERICSTESTUTILS_H
