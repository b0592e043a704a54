//===- QuantizeTest.cpp - Rule R5 against its transcription ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every scheme at each width, byte for byte against
// unittests/Runtime/ReferenceQuantize.
//
//===----------------------------------------------------------------------===//

#include "QuantizeFixture.h"

using namespace conorm;
using namespace conorm::rt;
using conorm::test::allSchemes;
using conorm::test::Bytes;
using conorm::test::Scheme;
using reference::Values;

namespace {

using Quantize = QuantizeFixture;
CONORM_INSTANTIATE_NUMERICS(Quantize);

/// A scale that leads somewhere near the range of the codes.
float plainScale(const Scheme &scheme) {
  return scheme.quant.scheme == CONORM_QUANT_NVFP4 ? 300.0f : 0.013f;
}

TEST_P(Quantize, R5EverySchemeAndLength) {
  Random random(1);
  for (const Scheme &scheme : allSchemes())
    for (int64_t blocks : {1, 2, 3, 4, 5, 8, 9, 31, 67}) {
      int64_t cols = blocks * scheme.block;
      check(scheme, plainScale(scheme), randomRows(random, 3, cols, false),
            cols);
    }
}

/// More blocks than are laid out at a time, and blocks longer than are widened
/// at a time.
TEST_P(Quantize, R5LongRowsAndBlocks) {
  Random random(2);
  for (Scheme scheme : allSchemes()) {
    int64_t cols = scheme.block * (8192 / scheme.block + 1);
    check(scheme, plainScale(scheme), randomRows(random, 2, cols, false), cols);
    if (scheme.quant.scheme != CONORM_QUANT_PER_GROUP)
      continue;
    for (int64_t group : {511, 512, 513, 1024, 1100}) {
      scheme.quant.group_size = uint32_t(group);
      check(scheme, 0, randomRows(random, 2, group * 3, true), group * 3);
    }
  }
}

TEST_P(Quantize, R5SpecialValues) {
  Random random(3);
  for (const Scheme &scheme : allSchemes())
    for (int repeat = 0; repeat < 60; ++repeat) {
      int64_t cols = scheme.block * (1 + random.below(6));
      check(scheme, plainScale(scheme), randomRows(random, 2, cols, true),
            cols);
    }
}

/// One kind of value alone: zeros of both signs, NaN, infinities, denormals,
/// values that saturate; then beside moderate ones.
TEST_P(Quantize, R5RowsOfOneKind) {
  Random random(4);
  const float infinity = std::numeric_limits<float>::infinity();
  const float least = type == CONORM_TYPE_F16    ? 0x1p-24f
                      : type == CONORM_TYPE_BF16 ? 0x1p-133f
                                                 : 0x1p-149f;
  const float largest = type == CONORM_TYPE_F16    ? 65504.0f
                        : type == CONORM_TYPE_BF16 ? 0x1.fep127f
                                                   : 0x1.fffffep127f;
  for (const Scheme &scheme : allSchemes())
    for (float x : {0.0f, -0.0f, std::nanf(""), infinity, -infinity, least,
                    -least, largest, -largest, 1.0f}) {
      int64_t cols = scheme.block * 3;
      std::vector<Values> rows(2, Values(cols, x));
      rows[1] = random.values(type, cols, false);
      rows[1][random.below(cols)] = x;
      check(scheme, plainScale(scheme), rows, cols);
      check(scheme, 1.0f, rows, cols);
    }
}

/// Scales that the arithmetic makes zeros, infinities and NaN of.
TEST_P(Quantize, R5GivenScales) {
  Random random(5);
  const float infinity = std::numeric_limits<float>::infinity();
  for (const Scheme &scheme : allSchemes()) {
    if (!test::readsScale(scheme.quant))
      continue;
    int64_t cols = scheme.block * 4;
    std::vector<Values> rows = randomRows(random, 6, cols, true);
    rows.push_back(Values(cols, 0.0f));
    for (float scale :
         {0.0f, -0.0f, 1.0f, -2.5f, infinity, -infinity, std::nanf(""),
          0x1p-149f, -0x1p-149f, 0x1p-128f, 0x1p-126f, 0x1p-20f, 3.0e-5f, 7.0f,
          448.0f, 2688.0f, 1e10f, 3e38f})
      check(scheme, scale, rows, cols);
  }
}

TEST_P(Quantize, R5LayoutsAndTheirPadding) {
  Random random(6);
  for (const Scheme &scheme : allSchemes())
    for (int64_t rows : {1, 2, 3, 4, 5, 31, 33, 127, 128, 129, 300})
      for (int64_t blocks : {1, 4, 6}) {
        int64_t cols = blocks * scheme.block;
        check(scheme, plainScale(scheme), randomRows(random, rows, cols, false),
              cols);
      }
}

TEST_P(Quantize, R5NoRowsOrNoColumns) {
  for (const Scheme &scheme : allSchemes()) {
    check(scheme, 1.0f, {}, scheme.block * 4);
    check(scheme, 1.0f, {}, 0);
    check(scheme, 1.0f, std::vector<Values>(5), 0);
  }
}

/// Without the codes or without the scales, what is left is the same.
TEST_P(Quantize, R5EitherOutputAlone) {
  Random random(7);
  for (const Scheme &scheme : allSchemes()) {
    int64_t cols = scheme.block * 5;
    Values y = random.values(type, cols, true);
    float scale = plainScale(scheme);
    reference::QuantizedTensor expected =
        reference::quantize(scheme.quant, scale, {y});
    Buffer row(type, y);
    Bytes quantized(expected.quantized.size());
    Bytes scales(expected.scales.size());
    Quantizer codesAlone(type, scheme.quant, &scale, 1, cols, quantized.data(),
                         nullptr);
    codesAlone.quantizeRow(0, row.data());
    EXPECT_EQ(quantized.differsFrom(expected.quantized), "") << scheme.name;
    if (!computesScales(scheme.quant))
      continue;
    Quantizer scalesAlone(type, scheme.quant, &scale, 1, cols, nullptr,
                          scales.data());
    scalesAlone.quantizeRow(0, row.data());
    EXPECT_EQ(scales.differsFrom(expected.scales), "") << scheme.name;
  }
}

} // namespace
