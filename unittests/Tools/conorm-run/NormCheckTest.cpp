//===- NormCheckTest.cpp - Tests of the check of norms against float64 ----===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NormCheck.h"

#include "Elements.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace conorm::run;
using testing::HasSubstr;

namespace {

constexpr int64_t kRows = 3, kCols = 100;

/// Runs the runtime's norm on a world of one, and damages an element of the
/// result before the checker sees it.
class NormCheck : public testing::TestWithParam<uint32_t> {
protected:
  void SetUp() override {
    bootstrap.struct_size = sizeof(bootstrap);
    ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.bootstrap = &bootstrap;
    char message[512];
    ASSERT_EQ(
        conorm_context_create(&options, &context, message, sizeof(message)),
        CONORM_OK)
        << message;
    for (auto *data : {&input, &residual, &weight, &normed})
      data->resize(kRows * kCols * 4);
    for (int64_t i = 0; i < kRows * kCols; ++i) {
      writeElement(GetParam(), input.data(), i, std::sin(i * 1.7) * 3);
      writeElement(GetParam(), residual.data(), i, std::cos(i * 0.9));
      writeElement(GetParam(), weight.data(), i, std::sin(i * 0.3));
    }
  }
  void TearDown() override {
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }

  static void observe(void *user, conorm_context *context, uint32_t op,
                      uint32_t phase, const void *args) {
    auto &test = *static_cast<NormCheck *>(user);
    if (phase == 1 && test.damagedElement >= 0) {
      uint32_t type = GetParam();
      double value = readElement(type, test.normed.data(), test.damagedElement);
      writeElement(type, test.normed.data(), test.damagedElement,
                   value + test.damageUlps * ulp(type, value));
    }
    NormChecker::observe(test.checker, context, op, phase, args);
  }

  NormStats run(uint32_t rounding) {
    RankExchange world(bootstrap, 1000, nullptr);
    NormChecker local(world);
    checker = &local;
    conorm_context_set_observer(context, observe, this);
    static const conorm_site site = {sizeof(conorm_site), 0, 7, "test:1"};
    conorm_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = GetParam();
    args.site = &site;
    args.input = input.data();
    args.residual = residual.data();
    args.normed = normed.data();
    args.rows = kRows;
    args.cols = kCols;
    args.norm = {1e-6f, 1.0f, rounding, GetParam(), weight.data()};
    EXPECT_EQ(conorm_rms_norm(context, &args), CONORM_OK)
        << conorm_context_message(context);
    conorm_context_set_observer(context, nullptr, nullptr);
    return local.finish();
  }

  conorm_bootstrap bootstrap = {};
  conorm_context *context = nullptr;
  NormChecker *checker = nullptr;
  std::vector<char> input, residual, weight, normed;
  int64_t damagedElement = -1;
  double damageUlps = 0;
};

TEST_P(NormCheck, AcceptsTheRuntimesNorms) {
  for (uint32_t rounding :
       {CONORM_ROUNDING_SCALE_THEN_ROUND, CONORM_ROUNDING_ROUND_THEN_SCALE}) {
    NormStats stats = run(rounding);
    EXPECT_EQ(stats.outOfBound, 0u) << stats.firstOutOfBound;
    EXPECT_EQ(stats.checkedElements, uint64_t(kRows * kCols));
    EXPECT_EQ(stats.normCalls, 1u);
    EXPECT_EQ(stats.sites, 1u);
    EXPECT_GT(stats.worstUlps, 0.3);
    EXPECT_LE(stats.worstUlps, stats.worstBound);
  }
}

/// One element that is off by little more than the bound is found.
TEST_P(NormCheck, FindsOneWrongElement) {
  conorm_norm norm = {1e-6f, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND, GetParam(),
                      weight.data()};
  damagedElement = kCols + 42;
  damageUlps = std::ceil(normBound(GetParam(), norm, kCols)) +
               (GetParam() == CONORM_TYPE_F32 ? 4 : 1);
  NormStats stats = run(CONORM_ROUNDING_SCALE_THEN_ROUND);
  EXPECT_EQ(stats.outOfBound, 1u);
  EXPECT_THAT(stats.firstOutOfBound, HasSubstr("test:1: row 1, column 42:"));
}

TEST_P(NormCheck, FindsANaN) {
  damagedElement = 5;
  damageUlps = NAN;
  NormStats stats = run(CONORM_ROUNDING_SCALE_THEN_ROUND);
  EXPECT_EQ(stats.outOfBound, 1u);
  EXPECT_EQ(stats.worstUlps, HUGE_VAL);
}

/// Rows beyond the bound's domain are counted, not passed in silence.
TEST_P(NormCheck, CountsRowsBeyondTheDomain) {
  writeElement(GetParam(), input.data(), 0, INFINITY);
  writeElement(GetParam(), input.data(), kCols, NAN);
  NormStats stats = run(CONORM_ROUNDING_SCALE_THEN_ROUND);
  EXPECT_EQ(stats.uncheckedRows, 2u);
  EXPECT_EQ(stats.checkedElements, uint64_t(kCols));
}

/// The checker's own R3 and R4 give the runtime's bits.
TEST_P(NormCheck, ContractArithmeticIsTheRuntimes) {
  for (uint32_t rounding :
       {CONORM_ROUNDING_SCALE_THEN_ROUND, CONORM_ROUNDING_ROUND_THEN_SCALE}) {
    run(rounding);
    conorm_norm norm = {1e-6f, 1.0f, rounding, GetParam(), weight.data()};
    std::vector<float> weights, values, out(kCols);
    for (int64_t i = 0; i < kCols; ++i) {
      weights.push_back(readElement(GetParam(), weight.data(), i));
      float sum = float(readElement(GetParam(), input.data(), i)) +
                  float(readElement(GetParam(), residual.data(), i));
      values.push_back(roundToType(GetParam(), sum));
    }
    contractNorm(GetParam(), norm, weights, values.data(), kCols, out.data());
    for (int64_t i = 0; i < kCols; ++i)
      ASSERT_EQ(out[i], readElement(GetParam(), normed.data(), i)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, NormCheck,
                         testing::Values(CONORM_TYPE_BF16, CONORM_TYPE_F16,
                                         CONORM_TYPE_F32),
                         [](const testing::TestParamInfo<uint32_t> &info) {
                           return std::string(conorm_type_name(info.param));
                         });

TEST(NormBound, IsTheContracts) {
  conorm_norm norm = {1e-6f, 0, CONORM_ROUNDING_SCALE_THEN_ROUND,
                      CONORM_TYPE_NONE, nullptr};
  // docs/RoundingContract.md: 9.5 + d / 2 is 14.5 for H = 8192.
  float weight;
  EXPECT_EQ(normBound(CONORM_TYPE_F32, norm, 8192), 12.5);
  norm.weight_type = CONORM_TYPE_F32;
  norm.weight = &weight;
  EXPECT_EQ(normBound(CONORM_TYPE_F32, norm, 8192), 14.5);
  EXPECT_EQ(normBound(CONORM_TYPE_F32, norm, 8), 9.5);
  EXPECT_EQ(normBound(CONORM_TYPE_BF16, norm, 8192), 1);
  norm.rounding = CONORM_ROUNDING_ROUND_THEN_SCALE;
  EXPECT_EQ(normBound(CONORM_TYPE_F16, norm, 8192), 2);
}

} // namespace
