//===- Plan.cpp - Dispatch: strategy, grid and shared memory --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Plan.h"

#include <algorithm>

using namespace conorm::rt::cuda;

/// two_shot moves fewer bytes in twice as many steps.
static constexpr int64_t twoShotBytes = 512 << 10;

uint32_t conorm::rt::cuda::chooseStrategy(int64_t bytes, int64_t members) {
  return members > 2 && bytes >= twoShotBytes ? CONORM_STRATEGY_TWO_SHOT
                                              : CONORM_STRATEGY_ONE_SHOT;
}

Plan conorm::rt::cuda::makePlan(Kernel kernel, const Task &task, int channels) {
  Plan plan{1, maxThreads, 0};
  if (kernel != kernelRow) {
    int64_t wanted = (task.leavesPerRow + maxThreads - 1) / maxThreads;
    plan.blocks = int(std::clamp<int64_t>(wanted, 1, channels));
    return plan;
  }
  // A block per row at a time; no more threads than a row has leaves.
  int64_t threads = (task.leavesPerRow + 31) / 32 * 32;
  plan.threads = int(std::clamp<int64_t>(threads, 64, maxThreads));
  plan.blocks = int(std::clamp<int64_t>(task.rows, 1, channels));
  if (task.row.rowInShared)
    plan.sharedBytes = size_t(task.row.rowBytes);
  else
    plan.blocks = std::min(plan.blocks, scratchBlocks);
  return plan;
}
