//===- CostModelTest.cpp - What a collective costs ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Strategy/CostModel.h"

#include "gtest/gtest.h"

using namespace conorm;
using comm::Link;
using comm::Strategy;
using comm::StrategyRangeAttr;

namespace {

class CostModelTest : public testing::Test {
protected:
  CostModelTest() { context.loadDialect<comm::CommDialect>(); }

  /// The payload from which a group takes two_shot, 0 if never.
  int64_t getTwoShotBytes(const CostModel &model, int64_t members) {
    llvm::SmallVector<StrategyRangeAttr> ranges;
    model.appendRanges(&context, members, ranges);
    for (StrategyRangeAttr range : ranges)
      if (range.getStrategy() == Strategy::TwoShot)
        return range.getFromBytes();
    return 0;
  }

  mlir::MLIRContext context;
  /// Round numbers: a step 2 us, 100 and 1000 GB/s.
  CostConstants round{1, 2, 0, 100, 1000, 1e12, 0, 0};
};

TEST_F(CostModelTest, SmallCallsCostTheirSteps) {
  CostModel model(round, Link::NVLink, 1);
  EXPECT_DOUBLE_EQ(model.getMicroseconds(Strategy::OneShot, 4, 0), 3);
  EXPECT_DOUBLE_EQ(model.getMicroseconds(Strategy::TwoShot, 4, 0), 5);
}

TEST_F(CostModelTest, LargeCallsCostTheirBytes) {
  CostModel model(round, Link::NVLink, 1);
  int64_t bytes = 1000000000;
  // 3 bytes over the link and 6 in memory for each; 1.5 and 4.5.
  EXPECT_DOUBLE_EQ(model.getMicroseconds(Strategy::OneShot, 4, bytes),
                   3 + 30000 + 6000);
  EXPECT_DOUBLE_EQ(model.getMicroseconds(Strategy::TwoShot, 4, bytes),
                   5 + 15000 + 4500);
}

TEST_F(CostModelTest, RanksOfADeviceShareItsLinkAndMemory) {
  CostModel model(round, Link::NVLink, 2);
  int64_t bytes = 1000000000;
  // Two ranks take from two others, and what is together needs no link.
  EXPECT_DOUBLE_EQ(model.getMicroseconds(Strategy::OneShot, 4, bytes),
                   3 + 2 * 20000 + 2 * 6000);
  CostModel together(round, Link::NVLink, 8);
  EXPECT_DOUBLE_EQ(together.getMicroseconds(Strategy::OneShot, 4, bytes),
                   3 + 4 * 6000);
}

TEST_F(CostModelTest, FurtherRanksAddToAStep) {
  round.peerUs = 0.5;
  CostModel apart(round, Link::NVLink, 1);
  EXPECT_DOUBLE_EQ(apart.getMicroseconds(Strategy::OneShot, 2, 0), 3);
  EXPECT_DOUBLE_EQ(apart.getMicroseconds(Strategy::TwoShot, 8, 0), 1 + 2 * 5);
}

TEST_F(CostModelTest, LongCallsTakeMoreSteps) {
  round.chunkBytes = 1000;
  CostModel model(round, Link::NVLink, 1);
  double bytes = model.getMicroseconds(Strategy::OneShot, 2, 10000) - 1 - 20;
  EXPECT_NEAR(bytes, 0.1 + 0.04, 1e-9);
}

TEST_F(CostModelTest, TheCrossoverIsWhereTheTimesMeet) {
  CostModel model(round, Link::NVLink, 1);
  // 2 us over 1.5 bytes at 100 GB/s and 1.5 at 1000.
  double exact = 2 / (1.5 / 100e3 + 1.5 / 1000e3);
  int64_t found = getTwoShotBytes(model, 4);
  EXPECT_EQ(found % 1024, 0);
  EXPECT_GE(found, exact);
  EXPECT_LT(found, exact + 1024);
}

TEST_F(CostModelTest, TwoRanksGainNothingFromTwoShot) {
  for (CostModelTarget target : getCostModelTargets()) {
    CostModel model(*getCostConstants(target.arch, target.link), target.link,
                    1);
    EXPECT_EQ(getTwoShotBytes(model, 2), 0) << target.arch.str();
  }
}

TEST_F(CostModelTest, MoreRanksTakeTwoShotEarlier) {
  CostModel model(*getCostConstants("sm_90", Link::NVLink), Link::NVLink, 1);
  int64_t last = std::numeric_limits<int64_t>::max();
  for (int64_t members : {3, 4, 5, 6, 7, 8, 16}) {
    int64_t bytes = getTwoShotBytes(model, members);
    EXPECT_GT(bytes, 0);
    EXPECT_LT(bytes, last);
    last = bytes;
  }
}

TEST_F(CostModelTest, NcclNeedsADeviceForEachRank) {
  round.ncclUs = 10;
  round.ncclGBps = 100;
  EXPECT_EQ(CostModel(round, Link::PCIe, 1).getStrategies().size(), 3u);
  EXPECT_EQ(CostModel(round, Link::PCIe, 2).getStrategies().size(), 2u);
}

TEST_F(CostModelTest, OnlyNcclCrossesANetwork) {
  CostModel model(*getCostConstants("sm_90", Link::Network), Link::Network, 1);
  llvm::SmallVector<StrategyRangeAttr> ranges;
  model.appendRanges(&context, 4, ranges);
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_EQ(ranges[0].getStrategy(), Strategy::NCCL);
  EXPECT_EQ(ranges[0].getFromBytes(), 0);
}

TEST_F(CostModelTest, UnknownTargetsHaveNoConstants) {
  EXPECT_FALSE(getCostConstants("sm_75", Link::NVLink));
  EXPECT_FALSE(getCostConstants("cpu", Link::NVLink));
}

} // namespace
