//===- ElementsTest.cpp - Tests of the scalar arithmetic ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elements.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace conorm::run;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

uint64_t bitsOf(uint32_t type, double value) {
  uint64_t bits = 0;
  writeElement(type, &bits, 0, value);
  return bits;
}

/// Every number of a small type is a fixed point, and the middle between two
/// neighbours goes to the even one.
void expectRoundsToEven(uint32_t type, uint64_t largest) {
  for (uint64_t bits = 0; bits < largest; ++bits) {
    uint64_t next = bits + 1;
    double low = readElement(type, &bits, 0);
    double high = readElement(type, &next, 0);
    ASSERT_LT(low, high);
    ASSERT_EQ(bitsOf(type, low), bits);
    double middle = (low + high) / 2;
    ASSERT_EQ(bitsOf(type, middle), bits % 2 ? next : bits) << low;
    ASSERT_EQ(bitsOf(type, std::nextafter(middle, 0)), bits);
    ASSERT_EQ(bitsOf(type, std::nextafter(middle, kInfinity)), next);
    ASSERT_EQ(ulp(type, low), high - low);
  }
}

TEST(Elements, RoundsToEven) {
  expectRoundsToEven(CONORM_TYPE_F16, 0x7bff);
  expectRoundsToEven(CONORM_TYPE_BF16, 0x7f7f);
  expectRoundsToEven(CONORM_TYPE_F8E4M3FN, 0x7e);
  expectRoundsToEven(CONORM_TYPE_F8E5M2, 0x7b);
}

TEST(Elements, KnownValues) {
  EXPECT_EQ(bitsOf(CONORM_TYPE_F32, 1), 0x3f800000u);
  EXPECT_EQ(bitsOf(CONORM_TYPE_F16, -1), 0xbc00u);
  EXPECT_EQ(bitsOf(CONORM_TYPE_BF16, 1), 0x3f80u);
  EXPECT_EQ(bitsOf(CONORM_TYPE_BF16, -0.0), 0x8000u);
  EXPECT_EQ(bitsOf(CONORM_TYPE_F8E4M3FN, 448), 0x7eu);
  EXPECT_EQ(bitsOf(CONORM_TYPE_F8E5M2, 57344), 0x7bu);
  EXPECT_EQ(bitsOf(CONORM_TYPE_F8E8M0FNU, 1), 127u);
  EXPECT_EQ(bitsOf(CONORM_TYPE_I8, -3), 0xfdu);
  EXPECT_EQ(roundToType(CONORM_TYPE_I32, -7), -7);
  EXPECT_EQ(roundToType(CONORM_TYPE_INDEX, 5), 5);
}

TEST(Elements, SpecialValues) {
  for (uint32_t type : {CONORM_TYPE_F32, CONORM_TYPE_F16, CONORM_TYPE_BF16,
                        CONORM_TYPE_F8E5M2, CONORM_TYPE_F64}) {
    EXPECT_EQ(roundToType(type, kInfinity), kInfinity);
    EXPECT_EQ(roundToType(type, -kInfinity), -kInfinity);
    EXPECT_TRUE(std::isnan(roundToType(type, NAN)));
  }
  EXPECT_EQ(roundToType(CONORM_TYPE_F16, 65519), 65504);
  EXPECT_EQ(roundToType(CONORM_TYPE_F16, 65520), kInfinity);
  EXPECT_EQ(infinityAsNumber(CONORM_TYPE_F16), 65536);
  // No infinity: it saturates, and NaN stays NaN.
  EXPECT_EQ(roundToType(CONORM_TYPE_F8E4M3FN, 1e9), 448);
  EXPECT_TRUE(std::isnan(roundToType(CONORM_TYPE_F8E4M3FN, NAN)));
}

/// R6: payloads and signs of NaN do not count, everything else does.
TEST(Elements, CanonicalBits) {
  const uint16_t nans[] = {0x7fc0, 0xffc1, 0x7f81};
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(canonicalBits(CONORM_TYPE_BF16, nans, i),
              canonicalBits(CONORM_TYPE_BF16, nans, 0));
  const uint16_t others[] = {0x7f80, 0xff80, 0x8000, 0x0000, 0x0001};
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(canonicalBits(CONORM_TYPE_BF16, others, i), others[i]);
  const uint8_t small[] = {0x7f, 0xff, 0x7e};
  EXPECT_EQ(canonicalBits(CONORM_TYPE_F8E4M3FN, small, 0),
            canonicalBits(CONORM_TYPE_F8E4M3FN, small, 1));
  EXPECT_EQ(canonicalBits(CONORM_TYPE_F8E4M3FN, small, 2), 0x7eu);
  const int32_t integer = -1;
  EXPECT_EQ(canonicalBits(CONORM_TYPE_I32, &integer, 0), 0xffffffffu);
}

} // namespace
