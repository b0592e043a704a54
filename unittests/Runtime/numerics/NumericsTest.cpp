//===- NumericsTest.cpp - Kernels against the transcription ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each kernel at each width, bit for bit against unittests/Runtime/Reference.
//
//===----------------------------------------------------------------------===//

#include "NumericsTestUtils.h"

#include <cstring>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

using namespace conorm;
using namespace conorm::rt;
using reference::Values;

namespace {

std::vector<int64_t> lengths() {
  std::vector<int64_t> all;
  for (int64_t n = 1; n <= 130; ++n)
    all.push_back(n);
  for (int64_t n : {251, 255, 256, 257, 1000, 1009, 1024, 4095, 4096, 4097,
                    5003, 8192, 8193, 9000, 16384 + 31})
    all.push_back(n);
  return all;
}

std::vector<Values> randomSources(Random &random, uint32_t type, int numSources,
                                  int64_t count, bool special) {
  std::vector<Values> sources;
  for (int r = 0; r < numSources; ++r)
    sources.push_back(random.values(type, count, special));
  return sources;
}

struct Sources {
  std::vector<Buffer> buffers;
  std::vector<const void *> pointers;
  Sources(uint32_t type, const std::vector<Values> &values) {
    for (const Values &v : values)
      buffers.emplace_back(type, v);
    for (Buffer &buffer : buffers)
      pointers.push_back(buffer.data());
  }
};

using NumericsReduce = NumericsFixture;
CONORM_INSTANTIATE_NUMERICS(NumericsReduce);

TEST_P(NumericsReduce, R1EveryLength) {
  Random random(1);
  for (int64_t count : lengths()) {
    int numSources = 1 + random.below(9);
    auto values = randomSources(random, type, numSources, count, true);
    Sources sources(type, values);
    Buffer out(type, count);
    reduceOrdered(type, CONORM_REDUCTION_SUM, sources.pointers.data(),
                  numSources, out.data(), count);
    SCOPED_TRACE(testing::Message() << "length " << count);
    CONORM_EXPECT_BITS(
        out, reference::allReduce(type, CONORM_REDUCTION_SUM, values));
  }
}

TEST_P(NumericsReduce, R1EveryReductionAndNumberOfSources) {
  Random random(2);
  for (uint32_t reduction = CONORM_REDUCTION_SUM;
       reduction <= CONORM_REDUCTION_PROD; ++reduction)
    for (int numSources : {1, 2, 3, 4, 5, 7, 8, 16, 63, 64}) {
      const int64_t count = 203;
      auto values = randomSources(random, type, numSources, count, true);
      Sources sources(type, values);
      Buffer out(type, count);
      reduceOrdered(type, reduction, sources.pointers.data(), numSources,
                    out.data(), count);
      SCOPED_TRACE(testing::Message() << "reduction " << reduction << ", "
                                      << numSources << " sources");
      CONORM_EXPECT_BITS(out, reference::allReduce(type, reduction, values));
    }
}

/// The order shows: the large values cancel, and what is left depends on when.
TEST_P(NumericsReduce, R1CancellingSumsShowTheOrder) {
  float big = type == CONORM_TYPE_F16 ? 32768.0f : 0x1p40f;
  std::vector<Values> values = {Values(77, big), Values(77, 0.001f),
                                Values(77, -big), Values(77, 0.001f)};
  for (Values &v : values)
    for (float &x : v)
      x = reference::round(type, x);
  Sources sources(type, values);
  Buffer out(type, 77);
  reduceOrdered(type, CONORM_REDUCTION_SUM, sources.pointers.data(), 4,
                out.data(), 77);
  Values expected = reference::allReduce(type, CONORM_REDUCTION_SUM, values);
  CONORM_EXPECT_BITS(out, expected);
  std::swap(values[1], values[2]);
  EXPECT_NE(expected, reference::allReduce(type, CONORM_REDUCTION_SUM, values));
}

/// All pairs of the values that maximum and minimum treat specially.
TEST_P(NumericsReduce, R1MaximumAndMinimumOfSpecialValues) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Values some = {0.0f,     -0.0f,     1.0f,           -1.0f,
                       infinity, -infinity, std::nanf(""),  -std::nanf(""),
                       0x1p-14f, -0x1p-14f, 5.9604645e-08f, -5.9604645e-08f};
  std::vector<Values> values(2);
  for (float a : some)
    for (float b : some) {
      values[0].push_back(reference::round(type, a));
      values[1].push_back(reference::round(type, b));
    }
  Sources sources(type, values);
  for (uint32_t reduction : {CONORM_REDUCTION_MAX, CONORM_REDUCTION_MIN}) {
    Buffer out(type, values[0].size());
    reduceOrdered(type, reduction, sources.pointers.data(), 2, out.data(),
                  values[0].size());
    CONORM_EXPECT_BITS(out, reference::allReduce(type, reduction, values));
  }
  // Spelt out once, so that the transcription is held to it as well.
  EXPECT_FALSE(std::signbit(
      reference::reduce(type, CONORM_REDUCTION_MAX, {-0.0f, 0.0f})));
  EXPECT_TRUE(std::signbit(
      reference::reduce(type, CONORM_REDUCTION_MIN, {0.0f, -0.0f})));
  EXPECT_TRUE(std::isnan(
      reference::reduce(type, CONORM_REDUCTION_MAX, {std::nanf(""), 1.0f})));
}

TEST_P(NumericsReduce, R1OutputMayBeASource) {
  Random random(3);
  auto values = randomSources(random, type, 3, 777, true);
  Sources sources(type, values);
  Values expected = reference::allReduce(type, CONORM_REDUCTION_SUM, values);
  reduceOrdered(type, CONORM_REDUCTION_SUM, sources.pointers.data(), 3,
                sources.buffers[1].data(), 777);
  CONORM_EXPECT_BITS(sources.buffers[1], expected);
}

TEST_P(NumericsReduce, R2EveryLength) {
  Random random(4);
  for (int64_t count : lengths()) {
    Values a = random.values(type, count, true);
    Values b = random.values(type, count, true);
    Values expected(count);
    for (int64_t i = 0; i < count; ++i)
      expected[i] = reference::addResidual(type, a[i], b[i]);
    Buffer left(type, a), right(type, b), out(type, count);
    addRounded(type, left.data(), right.data(), out.data(), count);
    SCOPED_TRACE(testing::Message() << "length " << count);
    CONORM_EXPECT_BITS(out, expected);
    addRounded(type, left.data(), right.data(), right.data(), count);
    CONORM_EXPECT_BITS(right, expected);
  }
}

TEST_P(NumericsReduce, R1R2TogetherRoundTwice) {
  Random random(5);
  int64_t roundedOnceDiffers = 0;
  for (int64_t count : lengths()) {
    int numSources = 1 + random.below(9);
    auto values = randomSources(random, type, numSources, count, true);
    Values residual = random.values(type, count, true);
    Values reduced = reference::allReduce(type, CONORM_REDUCTION_SUM, values);
    Values sum(count);
    for (int64_t i = 0; i < count; ++i) {
      sum[i] = reference::addResidual(type, reduced[i], residual[i]);
      float once = residual[i];
      for (int r = numSources - 1; r >= 0; --r)
        once += values[r][i];
      roundedOnceDiffers +=
          !reference::same(reference::round(type, once), sum[i]);
    }
    Sources sources(type, values);
    Buffer residualBuffer(type, residual);
    Buffer reducedOut(type, count), sumOut(type, count);
    reduceAddOrdered(type, sources.pointers.data(), numSources,
                     residualBuffer.data(), reducedOut.data(), sumOut.data(),
                     count);
    SCOPED_TRACE(testing::Message() << "length " << count);
    CONORM_EXPECT_BITS(reducedOut, reduced);
    CONORM_EXPECT_BITS(sumOut, sum);
    // Without `reduced`, and in place of the residual.
    reduceAddOrdered(type, sources.pointers.data(), numSources,
                     residualBuffer.data(), nullptr, residualBuffer.data(),
                     count);
    CONORM_EXPECT_BITS(residualBuffer, sum);
  }
  EXPECT_GT(roundedOnceDiffers, 0) << "the data did not show the rounding";
}

//===----------------------------------------------------------------------===//
// R3 and R4
//===----------------------------------------------------------------------===//

constexpr uint32_t numRoundings =
    CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT + 1;

class NumericsNorm : public NumericsFixture {
protected:
  /// Runs the kernel, out of place and in place, against the transcription.
  void check(const Values &row, const reference::Norm &norm,
             uint32_t weightType) {
    int64_t cols = row.size();
    Buffer weight(weightType == CONORM_TYPE_NONE ? type : weightType,
                  norm.weight);
    conorm_norm args = {};
    args.epsilon = norm.epsilon;
    args.weight_bias = norm.weightBias;
    args.rounding = norm.rounding;
    args.weight_type = weightType;
    args.weight = weightType == CONORM_TYPE_NONE ? nullptr : weight.data();
    Values expected = reference::rmsNorm(type, row, norm);
    Buffer in(type, row), out(type, cols);
    rmsNormRow(type, in.data(), out.data(), cols, args);
    CONORM_EXPECT_BITS(out, expected);
    rmsNormRow(type, in.data(), in.data(), cols, args);
    CONORM_EXPECT_BITS(in, expected);
  }

  reference::Norm randomNorm(Random &random, int64_t cols,
                             uint32_t weightType) {
    reference::Norm norm;
    norm.epsilon = random.below(2) ? 1e-6f : 1e-5f;
    norm.weightBias = random.below(2) ? 1.0f : 0.0f;
    norm.rounding = random.below(numRoundings);
    if (weightType != CONORM_TYPE_NONE)
      norm.weight = random.values(weightType, cols, random.below(4) == 0);
    return norm;
  }
};
CONORM_INSTANTIATE_NUMERICS(NumericsNorm);

TEST_P(NumericsNorm, R3R4EveryLengthWeightAndRounding) {
  Random random(6);
  for (int64_t cols : lengths())
    for (uint32_t weightType :
         {uint32_t(CONORM_TYPE_NONE), type, uint32_t(CONORM_TYPE_F32)})
      for (uint32_t rounding = 0; rounding < numRoundings; ++rounding) {
        reference::Norm norm = randomNorm(random, cols, weightType);
        norm.rounding = rounding;
        SCOPED_TRACE(testing::Message()
                     << "length " << cols << ", weight " << weightType
                     << ", rounding " << rounding);
        check(random.values(type, cols, false), norm, weightType);
      }
}

/// Let h be half a unit in the last place of 1 in T. 1 + h is a tie and becomes
/// 1; 1 + 3h becomes 1 + 4h. Unrounded factors keep them, but in f32, where each
/// sum is rounded.
TEST_P(NumericsNorm, R4RoundedWeightSumIsAnotherFactor) {
  const float h = type == CONORM_TYPE_BF16  ? 0x1p-8f
                  : type == CONORM_TYPE_F16 ? 0x1p-11f
                                            : 0x1p-24f;
  // The mean of the squares is 1, and so is r.
  Values row = {1.5f, 1.5f, 1.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f};
  reference::Norm norm;
  norm.epsilon = 0;
  norm.weightBias = 1;
  norm.weight = {h, 3 * h, 0, 0, 0, 0, 0, 0};
  for (uint32_t rounding = 0; rounding < numRoundings; ++rounding) {
    SCOPED_TRACE(testing::Message() << "rounding " << rounding);
    norm.rounding = rounding;
    check(row, norm, type);
    Values normed = reference::rmsNorm(type, row, norm);
    bool rounds = type == CONORM_TYPE_F32 ||
                  rounding >= CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT;
    EXPECT_EQ(normed[0], rounds ? 1.5f : 1.5f + 2 * h);
    EXPECT_EQ(normed[1], rounds ? 1.5f + 6 * h : 1.5f + 4 * h);
    EXPECT_EQ(normed[2], 1.5f);
  }
}

TEST_P(NumericsNorm, R6SpecialValues) {
  Random random(7);
  for (int repeat = 0; repeat < 300; ++repeat) {
    int64_t cols = 1 + random.below(300);
    SCOPED_TRACE(testing::Message() << "repeat " << repeat);
    check(random.values(type, cols, true), randomNorm(random, cols, type),
          type);
  }
}

/// A NaN whose bits would overflow, or become infinity, if it were rounded as a
/// number is. Only f32 parameters can bring one.
TEST_P(NumericsNorm, R6NanPayloadsStayNan) {
  const uint32_t payloads[] = {0x7fffffff, 0xffffffff, 0x7f800001, 0xff800001,
                               0x7fc00000, 0x7fffff80, 0x7f801000};
  reference::Norm norm;
  for (int repeat = 0; repeat < 6; ++repeat)
    for (uint32_t payload : payloads) {
      float x;
      std::memcpy(&x, &payload, sizeof(x));
      norm.weight.push_back(x);
    }
  for (float bias : {0.0f, 1.0f}) {
    norm.weightBias = bias;
    check(Values(norm.weight.size(), 1.5f), norm, CONORM_TYPE_F32);
  }
  const float nan = norm.weight[0];
  norm.weight.assign(70, 1.0f);
  norm.weightBias = nan;
  check(Values(70, 1.5f), norm, type);
  norm.weightBias = 0;
  norm.epsilon = nan;
  check(Values(70, 1.5f), norm, type);
}

/// Denormals only: with a zero epsilon their squares decide everything.
TEST_P(NumericsNorm, R6DenormalsAreNotFlushed) {
  float least = type == CONORM_TYPE_F16    ? 0x1p-24f
                : type == CONORM_TYPE_BF16 ? 0x1p-133f
                                           : 0x1p-149f;
  Values row(45, least);
  reference::Norm norm;
  norm.weight = Values(45, 1.0f);
  check(row, norm, type);
  norm.weight = Values(45, least);
  row = Values(45, 3.0f);
  check(row, norm, type);
  Buffer a(type, Values(45, least)), out(type, 45);
  addRounded(type, a.data(), a.data(), out.data(), 45);
  CONORM_EXPECT_BITS(out, Values(45, 2 * least));
  EXPECT_GT(out.at(0), 0.0f);
}

/// A row of which any other order of summation gives other bits.
TEST_P(NumericsNorm, R3OrderIsTheTrees) {
  Random random(8);
  int64_t sequentialDiffers = 0;
  for (int repeat = 0; repeat < 50; ++repeat) {
    int64_t cols = 1000 + random.below(4000);
    Values row(cols);
    for (float &x : row)
      x = reference::round(type, std::ldexp(random.value(type, false),
                                            int(random.below(12)) - 6));
    float sequential = 0;
    for (float x : row)
      sequential = std::fma(x, x, sequential);
    sequentialDiffers += sequential != reference::sumOfSquares(row);
    check(row, reference::Norm(), CONORM_TYPE_NONE);
  }
  EXPECT_GT(sequentialDiffers, 25) << "the data did not show the order";
}

TEST_P(NumericsNorm, R3LongRows) {
  Random random(9);
  for (int64_t cols : {65536, 100003, 262144 + 8}) {
    Values row = random.values(type, cols, false);
    check(row, randomNorm(random, cols, type), type);
  }
}

//===----------------------------------------------------------------------===//
// Floating-point environment
//===----------------------------------------------------------------------===//

#if defined(__x86_64__)
TEST(NumericsEnvironment, CallersStateIsIgnoredAndRestored) {
  const unsigned saved = _mm_getcsr();
  // Flush to zero, denormals are zero, round towards zero.
  const unsigned hostile = saved | 0xe040u;
  const float least = 0x1p-149f;
  const float third = 1.0f / 3.0f;
  Buffer a(CONORM_TYPE_F32, {least, 1.0f}), b(CONORM_TYPE_F32, {least, third});
  for (Isa isa : {Isa::Base, Isa::AVX2, Isa::AVX512}) {
    if (!selectIsa(isa))
      continue;
    Buffer out(CONORM_TYPE_F32, 2), wrong(CONORM_TYPE_F32, 2);
    _mm_setcsr(hostile);
    addRounded(CONORM_TYPE_F32, a.data(), b.data(), wrong.data(), 2);
    {
      ScopedFloatEnvironment environment;
      addRounded(CONORM_TYPE_F32, a.data(), b.data(), out.data(), 2);
    }
    unsigned after = _mm_getcsr();
    _mm_setcsr(saved);
    EXPECT_EQ(after & 0xe040u, 0xe040u);
    EXPECT_EQ(out.at(0), 2 * least);
    EXPECT_EQ(out.at(1), 0x1.555556p+0f);
    // The state does matter to the arithmetic, or the test shows nothing.
    EXPECT_EQ(wrong.at(0), 0.0f);
    EXPECT_EQ(wrong.at(1), 0x1.555554p+0f);
  }
}
#endif

} // namespace
