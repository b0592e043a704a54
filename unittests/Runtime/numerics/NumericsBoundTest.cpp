//===- NumericsBoundTest.cpp - Error against exact mathematics ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/RoundingContract.md derives the bounds; here they are held.
//
//===----------------------------------------------------------------------===//

#include "NumericsTestUtils.h"

#include <cstdio>

using namespace conorm;
using namespace conorm::rt;
using reference::Values;

namespace {

/// Levels of the tree of rule R3 over rows of `cols` elements.
int treeDepth(int64_t cols) {
  int depth = 0;
  for (int64_t leaves = (cols + 7) / 8; leaves > 1; leaves = (leaves + 1) / 2)
    ++depth;
  return depth;
}

/// The bound for f32, in ulps.
double f32Bound(int64_t cols, bool weight) {
  return (weight ? 9.5 : 7.5) + treeDepth(cols) / 2.0;
}

class NumericsBound : public NumericsFixture {
protected:
  /// The largest error of the row in ulps of T.
  double largestError(const Values &row, const reference::Norm &norm) {
    int64_t cols = row.size();
    Buffer in(type, row), out(type, cols), weight(type, norm.weight);
    conorm_norm args = {};
    args.epsilon = norm.epsilon;
    args.weight_bias = norm.weightBias;
    args.rounding = norm.rounding;
    args.weight_type = norm.weight.empty() ? uint32_t(CONORM_TYPE_NONE) : type;
    args.weight = weight.data();
    rmsNormRow(type, in.data(), out.data(), cols, args);
    std::vector<double> exact = reference::rmsNormFloat64(type, row, norm);
    double largest = 0;
    for (int64_t i = 0; i < cols; ++i)
      largest =
          std::max(largest, reference::errorInUlps(type, exact[i], out.at(i)));
    return largest;
  }

  Values row(Random &random, int64_t cols) {
    Values values(cols);
    // Equal values make the roundings of the tree add up in one direction.
    float scale = std::ldexp(1.0f, int(random.below(8)) - 4);
    bool constant = random.below(3) == 0;
    float one = reference::round(type, random.value(type, false) * scale);
    for (float &x : values)
      x = constant ? one
                   : reference::round(type, random.value(type, false) * scale);
    return values;
  }
};
CONORM_INSTANTIATE_NUMERICS(NumericsBound);

TEST_P(NumericsBound, SingleNormWithinItsUlps) {
  Random random(10);
  double worst[2] = {0, 0}, worstOfBound = 0;
  std::vector<int64_t> lengths = {1, 2, 7, 8, 9, 64, 100, 1024, 4096, 8192};
  for (int repeat = 0; repeat < 40; ++repeat)
    lengths.push_back(1 + random.below(9000));
  for (int64_t cols : lengths)
    for (bool weighted : {false, true})
      for (uint32_t rounding = CONORM_ROUNDING_SCALE_THEN_ROUND;
           rounding <= CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT;
           ++rounding) {
        reference::Norm norm;
        norm.rounding = rounding;
        norm.weightBias = random.below(2) ? 1.0f : 0.0f;
        if (weighted)
          norm.weight = random.values(type, cols, false);
        double error = largestError(row(random, cols), norm);
        bool twice = rounding & CONORM_ROUNDING_ROUND_THEN_SCALE && weighted;
        double bound = type == CONORM_TYPE_F32 ? f32Bound(cols, weighted)
                       : twice                 ? 2.0
                                               : 1.0;
        EXPECT_LE(error, bound) << "length " << cols;
        worst[twice] = std::max(worst[twice], error);
        worstOfBound = std::max(worstOfBound, error / bound);
      }
  std::printf("largest error: %.3f ulp, round_then_scale %.3f ulp; at most "
              "%.0f %% of the bound\n",
              worst[0], worst[1], 100 * worstOfBound);
  // A bound that nothing comes near would hold for wrong results as well.
  EXPECT_GT(worst[0], 0.49);
  if (type != CONORM_TYPE_F32) {
    EXPECT_GT(worst[1], 0.9);
  }
}

} // namespace
