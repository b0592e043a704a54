//===- QuantizeConversionTest.cpp - Rounding to f8, f4 and e8m0 -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// R5.2 to R5.4 on every value of bf16 and f16, and on the values of f32 that
// decide: ties, their neighbours, powers of two.
//
//===----------------------------------------------------------------------===//

#include "QuantizeFixture.h"

#include <cstring>
#include <set>

using namespace conorm;
using namespace conorm::rt;
using conorm::test::Scheme;
using reference::Values;

namespace {

const uint32_t e4m3 = CONORM_TYPE_F8E4M3FN, e5m2 = CONORM_TYPE_F8E5M2,
               e8m0 = CONORM_TYPE_F8E8M0FNU, e2m1 = CONORM_TYPE_F4E2M1FN,
               f32 = CONORM_TYPE_F32;

/// x and the f32 numbers next to it.
void addWithNeighbours(Values &values, double x) {
  const float infinity = std::numeric_limits<float>::infinity();
  float y = float(x);
  for (float z :
       {std::nextafterf(y, -infinity), y, std::nextafterf(y, infinity)})
    values.insert(values.end(), {z, -z});
}

/// Every value of bf16 and f16; of f32 patterns spread out, all numbers of the
/// small formats and what is halfway between them, and every power of two.
Values decisiveValues(uint32_t type) {
  Values values;
  for (uint32_t code = 0; code < 65536; ++code) {
    uint32_t pattern = code * 65537u;
    values.push_back(reference::load(type, &pattern, 0));
  }
  if (type != f32)
    return values;
  for (uint32_t small : {e4m3, e5m2, e2m1})
    for (int code = 0; code < 255; ++code) {
      double x = reference::decodeSmall(small, uint8_t(code));
      double next = reference::decodeSmall(small, uint8_t(code + 1));
      if (!std::isfinite(x) || !std::isfinite(next))
        continue;
      addWithNeighbours(values, x);
      addWithNeighbours(values, (x + next) / 2);
    }
  for (int exponent = -149; exponent < 128; ++exponent) {
    addWithNeighbours(values, std::ldexp(1.0, exponent));
    addWithNeighbours(values, std::ldexp(448.0, exponent));
  }
  return values;
}

/// Cut into rows of `cols`, each filled up with its last value.
std::vector<Values> inRows(const Values &values, int64_t cols) {
  std::vector<Values> rows;
  for (size_t first = 0; first < values.size(); first += cols) {
    size_t last = std::min(values.size(), first + cols);
    rows.emplace_back(values.begin() + first, values.begin() + last);
    rows.back().resize(cols, values[last - 1]);
  }
  return rows;
}

/// A block of each value alone.
std::vector<Values> inBlocksOfOneValue(const Values &values, int64_t block) {
  std::vector<Values> rows;
  for (float x : values)
    rows.push_back(Values(block, x));
  return rows;
}

using QuantizeConversion = QuantizeFixture;
CONORM_INSTANTIATE_NUMERICS(QuantizeConversion);

TEST_P(QuantizeConversion, R5EveryValueToFloat8) {
  std::vector<Values> rows = inRows(decisiveValues(type), 1024);
  for (uint32_t small : {e4m3, e5m2})
    for (uint32_t mode :
         {CONORM_SCALE_MODE_MULTIPLY_RECIPROCAL, CONORM_SCALE_MODE_DIVIDE})
      for (float scale : {1.0f, 0.1f, 0x1p-100f, 1e-3f}) {
        Scheme scheme = {
            "per_tensor", {CONORM_QUANT_PER_TENSOR, small, f32, 0, mode, 0}, 1};
        check(scheme, scale, rows, 1024);
      }
}

/// An infinity in each block makes f = 448, whatever the other 15 are.
TEST_P(QuantizeConversion, R5EveryValueToFloat4) {
  std::vector<Values> blocks = inRows(decisiveValues(type), 15);
  for (Values &block : blocks)
    block.push_back(std::numeric_limits<float>::infinity());
  Scheme scheme = {"nvfp4", {CONORM_QUANT_NVFP4, e2m1, e4m3, 0, 0, 0}, 16};
  for (float global : {448.0f, 1.0f, 1e5f, -448.0f})
    check(scheme, global, blocks, 16);
}

TEST_P(QuantizeConversion, R5EveryValueToAPowerOfTwo) {
  Values values = decisiveValues(type);
  check({"mxfp8", {CONORM_QUANT_MXFP8, e4m3, e8m0, 0, 0, 0}, 32}, 0,
        inBlocksOfOneValue(values, 32), 32);
  check({"per_group", {CONORM_QUANT_PER_GROUP, e4m3, e8m0, 0, 0, 1}, 1}, 0,
        inRows(values, 512), 512);
}

TEST_P(QuantizeConversion, R5EveryValueToAnF32Scale) {
  Values values = decisiveValues(type);
  check({"per_group", {CONORM_QUANT_PER_GROUP, e4m3, f32, 0, 0, 1}, 1}, 0,
        inRows(values, 512), 512);
  check({"per_token", {CONORM_QUANT_PER_TOKEN, e4m3, f32, 0, 0, 0}, 1}, 0,
        inBlocksOfOneValue(values, 3), 3);
}

/// Every code of e4m3 occurs as a scale that is divided by.
TEST_P(QuantizeConversion, R5EveryScaleOfFloat4) {
  Scheme scheme = {"nvfp4", {CONORM_QUANT_NVFP4, e2m1, e4m3, 0, 0, 0}, 16};
  std::vector<Values> blocks;
  for (int code = 0; code < 127; ++code) {
    Values block;
    for (int i = 16; i > 0; --i)
      block.push_back(reference::round(
          type,
          float(reference::decodeSmall(e4m3, uint8_t(code))) * float(i) / 16));
    blocks.push_back(block);
  }
  std::set<uint8_t> codes;
  for (float global : {6.0f, -6.0f, 6.0f * 1.03f, std::nanf("")}) {
    check(scheme, global, blocks, 16);
    for (uint8_t code :
         reference::quantize(scheme.quant, global, blocks).scales)
      codes.insert(code);
  }
  // All but 0xff, which is not what NaN becomes.
  EXPECT_EQ(codes.size(), 255u);
  EXPECT_EQ(codes.count(0xff), 0u);
}

//===----------------------------------------------------------------------===//
// The transcription itself, against numbers worked out by hand
//===----------------------------------------------------------------------===//

TEST(ReferenceQuantize, KnownRoundings) {
  const float infinity = std::numeric_limits<float>::infinity();
  auto code = [](uint32_t type, float x) {
    return int(reference::encodeSmall(type, x));
  };
  EXPECT_EQ(code(e4m3, 0.0f), 0x00);
  EXPECT_EQ(code(e4m3, -0.0f), 0x80);
  EXPECT_EQ(code(e4m3, 1.0f), 0x38);
  EXPECT_EQ(code(e4m3, -1.125f), 0xb9);
  EXPECT_EQ(code(e4m3, 1.0625f), 0x38);         // tie, to even
  EXPECT_EQ(code(e4m3, 1.1875f), 0x3a);         // tie, to even
  EXPECT_EQ(code(e4m3, 0x1p-9f), 0x01);         // least denormal
  EXPECT_EQ(code(e4m3, 0x1p-10f), 0x00);        // tie, to even
  EXPECT_EQ(code(e4m3, 0x1.8p-9f), 0x02);       // tie, to even
  EXPECT_EQ(code(e4m3, 0x1.000002p-10f), 0x01); // beyond the tie
  EXPECT_EQ(code(e4m3, -0x1p-30f), 0x80);
  EXPECT_EQ(code(e4m3, 0x1p-6f), 0x08); // least normal
  EXPECT_EQ(code(e4m3, 448.0f), 0x7e);
  EXPECT_EQ(code(e4m3, 480.0f), 0x7e);
  EXPECT_EQ(code(e4m3, -infinity), 0xfe);
  EXPECT_EQ(code(e4m3, std::nanf("")), 0x7f);
  EXPECT_EQ(code(e4m3, -std::nanf("")), 0x7f);
  EXPECT_EQ(code(e5m2, 1.0f), 0x3c);
  EXPECT_EQ(code(e5m2, 57344.0f), 0x7b);
  EXPECT_EQ(code(e5m2, 1e6f), 0x7b);
  EXPECT_EQ(code(e5m2, -infinity), 0xfb);
  EXPECT_EQ(code(e5m2, 0x1p-17f), 0x00); // tie, to even
  EXPECT_EQ(code(e5m2, 0x1p-16f), 0x01);
  EXPECT_EQ(code(e5m2, std::nanf("")), 0x7f);
  const float e2m1Values[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(code(e2m1, e2m1Values[i]), i);
    EXPECT_EQ(code(e2m1, -e2m1Values[i]), 8 + i);
  }
  EXPECT_EQ(code(e2m1, 0.25f), 0);
  EXPECT_EQ(code(e2m1, 0.75f), 2);
  EXPECT_EQ(code(e2m1, 2.5f), 4);
  EXPECT_EQ(code(e2m1, 3.5f), 6);
  EXPECT_EQ(code(e2m1, 5.0f), 6);
  EXPECT_EQ(code(e2m1, -5.1f), 0xf);
  EXPECT_EQ(code(e2m1, infinity), 7);
  EXPECT_EQ(code(e2m1, -std::nanf("")), 7);
  EXPECT_EQ(code(e8m0, 0.0f), 0);
  EXPECT_EQ(code(e8m0, 0x1p-127f), 0);
  EXPECT_EQ(code(e8m0, 0x1.1p-127f), 1);
  EXPECT_EQ(code(e8m0, 1.0f), 127);
  EXPECT_EQ(code(e8m0, 1.0000001f), 128);
  EXPECT_EQ(code(e8m0, 0x1.fffffep126f), 254);
  EXPECT_EQ(code(e8m0, 0x1.8p127f), 254);
  EXPECT_EQ(code(e8m0, infinity), 254);
}

/// Decoding and encoding are inverse on every code that is a finite number.
TEST(ReferenceQuantize, EncodeInvertsDecode) {
  for (uint32_t type : {e4m3, e5m2, e2m1, e8m0}) {
    int numbers = 0;
    for (int code = 0; code < (type == e2m1 ? 16 : 256); ++code) {
      double x = reference::decodeSmall(type, uint8_t(code));
      if (!std::isfinite(x))
        continue;
      ++numbers;
      EXPECT_EQ(reference::encodeSmall(type, float(x)), code);
    }
    EXPECT_EQ(numbers, type == e4m3   ? 254
                       : type == e5m2 ? 248
                       : type == e2m1 ? 16
                                      : 255);
  }
}

/// A whole tensor by hand: two rows, a packed and a swizzled layout.
TEST(ReferenceQuantize, KnownLayouts) {
  std::vector<Values> rows(2, Values(96, 448.0f));
  for (int i = 0; i < 32; ++i) {
    rows[0][32 + i] = 896.0f;
    rows[1][64 + i] = 224.0f;
  }
  conorm_quant quant = {CONORM_QUANT_PER_GROUP,
                        e4m3,
                        e8m0,
                        CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR,
                        0,
                        32};
  reference::QuantizedTensor tensor = reference::quantize(quant, 0, rows);
  EXPECT_EQ(tensor.quantized, std::vector<uint8_t>(192, 0x7e));
  EXPECT_EQ(tensor.scales,
            (std::vector<uint8_t>{127, 128, 127, 0, 127, 127, 126, 0, 0, 0, 0,
                                  0, 0, 0, 0, 0}));
  quant = {
      CONORM_QUANT_MXFP8, e4m3, e8m0, CONORM_SCALE_LAYOUT_SWIZZLED_128X4, 0, 0};
  tensor = reference::quantize(quant, 0, rows);
  std::vector<uint8_t> expected(512, 0);
  const uint8_t first[] = {127, 128, 127}, second[] = {127, 127, 126};
  for (int i = 0; i < 3; ++i) {
    expected[i] = first[i];
    expected[16 + i] = second[i];
  }
  EXPECT_EQ(tensor.scales, expected);
  quant = {CONORM_QUANT_NVFP4, e2m1, e4m3, 0, 0, 0};
  Values row(16, 0.0f);
  row[0] = 6.0f;
  row[1] = -3.0f;
  row[2] = 0.5f;
  tensor = reference::quantize(quant, 1.0f, {row});
  EXPECT_EQ(tensor.scales, std::vector<uint8_t>{0x38});
  EXPECT_EQ(tensor.quantized,
            (std::vector<uint8_t>{0xd7, 0x01, 0, 0, 0, 0, 0, 0}));
}

} // namespace
