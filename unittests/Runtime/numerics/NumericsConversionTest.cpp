//===- NumericsConversionTest.cpp - Rounding to bf16 and f16 --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumericsTestUtils.h"

#include <cstring>

using namespace conorm;
using namespace conorm::rt;
using reference::Values;

namespace {

using NumericsConversion = NumericsFixture;
CONORM_INSTANTIATE_NUMERICS(NumericsConversion);

/// Every 16-bit pattern, in order; of f32, as many patterns spread out.
std::vector<uint8_t> allPatterns(uint32_t type) {
  std::vector<uint8_t> bytes;
  for (uint32_t code = 0; code < 65536; ++code) {
    uint32_t wide = code * 65537u;
    const auto *from = reinterpret_cast<const uint8_t *>(&wide);
    bytes.insert(bytes.end(), from, from + (type == CONORM_TYPE_F32 ? 4 : 2));
  }
  return bytes;
}

TEST_P(NumericsConversion, R6RoundTripKeepsEveryValue) {
  std::vector<uint8_t> in = allPatterns(type);
  std::vector<uint8_t> out(in.size(), 0x5a);
  const void *sources[] = {in.data()};
  reduceOrdered(type, CONORM_REDUCTION_SUM, sources, 1, out.data(), 65536);
  int64_t differences = 0, numbers = 0;
  size_t size = in.size() / 65536;
  for (int64_t i = 0; i < 65536; ++i) {
    if (std::isnan(reference::load(type, in.data(), i))) {
      differences += !std::isnan(reference::load(type, out.data(), i));
      continue;
    }
    ++numbers;
    differences += std::memcmp(&in[size * i], &out[size * i], size) != 0;
  }
  EXPECT_EQ(differences, 0);
  EXPECT_GT(numbers, 60000);
}

/// Every value of T, plus and times values that lead to ties, near ties, other
/// exponents, overflow and denormals.
TEST_P(NumericsConversion, R1RoundsEverySumAndProduct) {
  std::vector<uint8_t> patterns = allPatterns(type);
  Values x = reference::loadAll(type, patterns.data(), 65536);
  Values others = {-0.0f, 1.5f, 0.75f, 1.0f / 3, 3.1415927f, -1.0078125f};
  for (int exponent = -30; exponent <= 20; exponent += 5)
    others.push_back(std::ldexp(1.0f, exponent));
  for (float scale : {0x1p-24f, 0x1p-14f, 0x1.8p-16f, 65504.0f, 0x1p-133f,
                      0x1.8p-126f, 0x1p127f})
    others.push_back(scale);
  for (float other : others) {
    float y = reference::round(type, other);
    Buffer out(type, 65536);
    Buffer constant(type, Values(65536, y));
    const void *sources[] = {patterns.data(), constant.data()};
    for (uint32_t reduction : {CONORM_REDUCTION_SUM, CONORM_REDUCTION_PROD}) {
      reduceOrdered(type, reduction, sources, 2, out.data(), 65536);
      Values expected(65536);
      for (int64_t i = 0; i < 65536; ++i)
        expected[i] = reference::reduce(type, reduction, {x[i], y});
      SCOPED_TRACE(testing::Message() << "reduction " << reduction
                                      << ", other operand " << y);
      CONORM_EXPECT_BITS(out, expected);
    }
  }
}

/// The transcription's own conversions against numbers worked out by hand.
TEST(ReferenceConversion, KnownRoundings) {
  const float infinity = std::numeric_limits<float>::infinity();
  const uint32_t f16 = CONORM_TYPE_F16, bf16 = CONORM_TYPE_BF16;
  EXPECT_EQ(reference::round(bf16, 1.00390625f), 1.0f);         // tie, to even
  EXPECT_EQ(reference::round(bf16, 1.01171875f), 1.015625f);    // tie, to even
  EXPECT_EQ(reference::round(bf16, 1.0039063f + 1e-7f), 1.0078125f);
  EXPECT_EQ(reference::round(bf16, 3.4028235e38f), infinity);
  EXPECT_EQ(reference::round(bf16, 0x1p-134f), 0.0f);           // tie, to even
  EXPECT_EQ(reference::round(bf16, 0x1.8p-133f), 0x1p-132f);
  EXPECT_EQ(reference::round(f16, 2049.0f), 2048.0f);
  EXPECT_EQ(reference::round(f16, 2051.0f), 2052.0f);
  EXPECT_EQ(reference::round(f16, 65519.996f), 65504.0f);
  EXPECT_EQ(reference::round(f16, 65520.0f), infinity);
  EXPECT_EQ(reference::round(f16, 0x1p-25f), 0.0f);
  EXPECT_EQ(reference::round(f16, 0x1.8p-24f), 0x1p-23f);
  EXPECT_TRUE(std::signbit(reference::round(f16, -0x1p-30f)));

  uint16_t code = 0;
  reference::store(f16, &code, 0, 65504.0f);
  EXPECT_EQ(code, 0x7bff);
  reference::store(f16, &code, 0, -0x1p-24f);
  EXPECT_EQ(code, 0x8001);
  reference::store(f16, &code, 0, 1.0f);
  EXPECT_EQ(code, 0x3c00);
  reference::store(bf16, &code, 0, 1.0f);
  EXPECT_EQ(code, 0x3f80);
  reference::store(bf16, &code, 0, -infinity);
  EXPECT_EQ(code, 0xff80);
}

/// Decoding and encoding are inverse on every pattern that is a number.
TEST(ReferenceConversion, EncodeInvertsDecode) {
  for (uint32_t type : {CONORM_TYPE_F16, CONORM_TYPE_BF16})
    for (uint32_t pattern = 0; pattern < 65536; ++pattern) {
      uint16_t code = pattern, back = 0;
      float x = reference::load(type, &code, 0);
      if (std::isnan(x))
        continue;
      reference::store(type, &back, 0, x);
      ASSERT_EQ(back, code);
      ASSERT_TRUE(reference::same(reference::round(type, x), x));
    }
}

} // namespace
