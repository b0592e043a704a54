//===- CudaPlanTest.cpp - Dispatch of the CUDA runtime --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A pure function, which needs neither CUDA nor a device.
//
//===----------------------------------------------------------------------===//

#include "cuda/Plan.h"

#include "gtest/gtest.h"

using namespace conorm::rt::cuda;

static Task rowsOf(int64_t rows, int64_t cols, int64_t elementBytes) {
  Task task{};
  task.rows = rows;
  task.cols = cols;
  task.leavesPerRow = (cols + leafElements - 1) / leafElements;
  task.row.rowBytes = task.leavesPerRow * leafElements * elementBytes;
  task.row.rowInShared = task.row.rowBytes <= sharedRowBytes;
  return task;
}

TEST(CudaPlan, gridsStayWithinTheChannels) {
  for (int channels : {1, 8, 66, 128}) {
    for (int64_t rows : {0, 1, 7, 1000, 1000000}) {
      for (int64_t cols : {8, 1021, 65536}) {
        Task task = rowsOf(rows, cols, 4);
        for (int kernel = 0; kernel < numKernels; ++kernel) {
          Plan plan = makePlan(Kernel(kernel), task, channels);
          EXPECT_GE(plan.blocks, 1);
          EXPECT_LE(plan.blocks, channels);
          EXPECT_LE(plan.threads, maxThreads);
          EXPECT_EQ(plan.threads % 32, 0);
        }
      }
    }
  }
}

TEST(CudaPlan, aCallWithoutRowsHasItsHeader) {
  EXPECT_EQ(makePlan(kernelRow, rowsOf(0, 4096, 2), 66).blocks, 1);
  EXPECT_EQ(makePlan(kernelAllReduce, rowsOf(1, 0, 2), 66).blocks, 1);
}

TEST(CudaPlan, rowsBeyondSharedMemoryHaveAPlaceInScratch) {
  Plan plan = makePlan(kernelRow, rowsOf(1000, 65536, 4), 66);
  EXPECT_EQ(plan.sharedBytes, 0u);
  EXPECT_LE(plan.blocks, scratchBlocks);
  plan = makePlan(kernelRow, rowsOf(1000, 8192, 2), 66);
  EXPECT_EQ(plan.sharedBytes, 16384u);
  EXPECT_EQ(plan.blocks, 66);
}

TEST(CudaPlan, longCallsOfManyRanksTakeTwoShotByDefault) {
  const int64_t small = 4096, large = 64 << 20;
  EXPECT_EQ(chooseStrategy(small, 8), uint32_t(CONORM_STRATEGY_ONE_SHOT));
  EXPECT_EQ(chooseStrategy(large, 8), uint32_t(CONORM_STRATEGY_TWO_SHOT));
  EXPECT_EQ(chooseStrategy(large, 2), uint32_t(CONORM_STRATEGY_ONE_SHOT));
}
