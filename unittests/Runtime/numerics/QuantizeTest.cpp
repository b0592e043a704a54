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

/// Numbers of T next to x.
void addNear(Values &values, uint32_t type, double x) {
  const float infinity = std::numeric_limits<float>::infinity();
  float y = float(x);
  for (float z :
       {std::nextafterf(y, -infinity), y, std::nextafterf(y, infinity)})
    values.push_back(reference::round(type, z));
}

/// What lies halfway between the numbers of a format.
std::vector<double> tiesOf(uint32_t small) {
  std::vector<double> ties;
  for (int code = 0; code < 0x7e; ++code) {
    double x = reference::decodeSmall(small, uint8_t(code));
    double next = reference::decodeSmall(small, uint8_t(code + 1));
    if (next > x)
      ties.push_back((x + next) / 2);
  }
  return ties;
}

/// Values that another order or another operation would round otherwise: they
/// are next to what a tie comes from. Only f32 is fine enough to show it.
TEST_P(Quantize, R5TiesShowADivision) {
  Random random(8);
  int64_t shown = 0;
  const uint32_t e4m3 = CONORM_TYPE_F8E4M3FN;
  for (Scheme scheme : allSchemes()) {
    if (scheme.quant.scheme > CONORM_QUANT_PER_GROUP ||
        scheme.quant.quantized_type != e4m3)
      continue;
    for (int repeat = 0; repeat < 20; ++repeat) {
      float amax = reference::round(type, 1.0f + float(repeat) * 0.0517f);
      float s = amax / 448.0f;
      Values y(1, amax);
      for (double tie : tiesOf(e4m3))
        addNear(y, type, tie * double(s));
      for (float x : y)
        shown += reference::encodeSmall(e4m3, x / s) !=
                 reference::encodeSmall(e4m3, x * (1.0f / s));
      int64_t cols = y.size();
      if (scheme.quant.scheme == CONORM_QUANT_PER_GROUP)
        scheme.quant.group_size = uint32_t(cols);
      check(scheme, s, {y}, cols);
    }
  }
  if (type == CONORM_TYPE_F32) {
    EXPECT_GT(shown, 1000) << "the data did not show the division";
  }
}

TEST_P(Quantize, R5TiesShowTheOrderInFloat4) {
  int64_t scaleShown = 0, elementShown = 0;
  const uint32_t e4m3 = CONORM_TYPE_F8E4M3FN, e2m1 = CONORM_TYPE_F4E2M1FN;
  Scheme scheme = {"nvfp4", {CONORM_QUANT_NVFP4, e2m1, e4m3, 0, 0, 0}, 16};
  for (float global : {1.0f, 3.7f, 0.0123f, 811.0f}) {
    std::vector<Values> rows;
    for (double tie : tiesOf(e4m3)) {
      Values amaxes;
      addNear(amaxes, type, tie * 6 / double(global));
      for (float amax : amaxes) {
        float f = float(reference::decodeSmall(
            e4m3, reference::encodeSmall(e4m3, global * amax / 6.0f)));
        scaleShown += reference::encodeSmall(e4m3, global * (amax / 6.0f)) !=
                      reference::encodeSmall(e4m3, global * amax / 6.0f);
        Values y(1, amax);
        for (double small : {0.25, 0.75, 1.25, 2.5, 3.5})
          addNear(y, type, small * double(f) / double(global));
        for (float x : y)
          elementShown += reference::encodeSmall(e2m1, x * global / f) !=
                          reference::encodeSmall(e2m1, x * (global / f));
        rows.push_back(y);
      }
    }
    check(scheme, global, rows, 16);
  }
  if (type == CONORM_TYPE_F32) {
    EXPECT_GT(scaleShown, 50) << "the data did not show the order";
    EXPECT_GT(elementShown, 500) << "the data did not show the order";
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
