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

/// Above so many bytes that a member sends, pulling is faster, and two_shot
/// than one_shot: it moves fewer bytes in twice as many steps.
static int64_t maxPushedBytes(int64_t members) {
  return (members <= 4 ? 2 : 1) << 20;
}

uint32_t conorm::rt::cuda::chooseStrategy(int64_t bytes, int64_t members) {
  return members > 2 && bytes * (members - 1) > maxPushedBytes(members)
             ? CONORM_STRATEGY_TWO_SHOT
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

//===----------------------------------------------------------------------===//
// Pushed calls
//===----------------------------------------------------------------------===//

static bool fits(int64_t units, int64_t leavesOfUnit, int64_t leafBytes,
                 const Group &group, int blocks) {
  int64_t unitsOfBlock = (units + blocks - 1) / blocks;
  return unitsOfBlock * leavesOfUnit * leafBytes <= group.landingBytes;
}

/// A few rows are spread, each over a cluster.
static bool planCluster(const Task &task, const Group &group, int64_t leafBytes,
                        const ClusterCounts &clusters, Plan &plan) {
  constexpr int warp = 32;
  int64_t groups = (task.leavesPerRow + warp - 1) / warp;
  if (task.rows == 0 || task.row.quant.scheme != schemeNone || groups > warp)
    return false;
  for (int log = 2; log >= 0; --log) {
    int size = 2 << log;
    int64_t threads = (groups + size - 1) / size * warp;
    if (size > groups || task.rows > int64_t(clusters.ofSize[log]) ||
        task.rows * size > group.channels || threads > maxClusterThreads ||
        threads * leafBytes > group.landingBytes)
      continue;
    plan = {int(task.rows) * size,
            int(threads) + warp,
            0,
            Path::PushCluster,
            1,
            size};
    return true;
  }
  return false;
}

bool conorm::rt::cuda::planPush(Kernel kernel, const Task &task,
                                const Group &group, int64_t leafBytes,
                                const ClusterCounts &clusters, Plan &plan) {
  if (group.size == 1 || task.twoShot || task.firstRow != 0)
    return false;
  int64_t bytes = task.rows * task.leavesPerRow * leafBytes;
  if (bytes * (group.size - 1) > maxPushedBytes(group.size))
    return false;
  constexpr int warp = 32;
  if (kernel == kernelAllReduce) {
    constexpr int threads = 256;
    int64_t wanted = (task.leavesPerRow + threads - 1) / threads;
    int blocks = int(std::clamp<int64_t>(wanted, 1, group.channels));
    if (!fits(task.leavesPerRow, 1, leafBytes, group, blocks))
      return false;
    plan = {blocks, threads + warp, 0, Path::Push, 0, 0};
    return true;
  }
  if (kernel != kernelRow)
    return false;
  if (planCluster(task, group, leafBytes, clusters, plan))
    return true;
  int leaves = task.leavesPerRow <= maxPushThreads ? 1 : maxPushLeaves;
  int64_t threads = pushThreads(task, leaves);
  int blocks = int(std::clamp<int64_t>(task.rows, 1, group.channels));
  bool quantizes = task.row.quant.scheme != schemeNone;
  if (threads > maxPushThreads || !task.row.rowInShared ||
      !fits(task.rows, task.leavesPerRow, leafBytes, group, blocks))
    return false;
  plan = {blocks,
          int(threads) + warp,
          quantizes ? size_t(task.row.rowBytes) : 0,
          Path::Push,
          leaves,
          0};
  return true;
}

//===----------------------------------------------------------------------===//
// Without peers
//===----------------------------------------------------------------------===//

bool conorm::rt::cuda::planLocal(Kernel kernel, const Task &task,
                                 int multiprocessors, Plan &plan) {
  int leaves = task.leavesPerRow <= maxPushThreads ? 1 : maxPushLeaves;
  int64_t threads = pushThreads(task, leaves);
  if (kernel != kernelRow || task.rows == 0 || task.firstRow != 0 ||
      task.leavesPerRow == 0 || threads > maxPushThreads ||
      !task.row.rowInShared)
    return false;
  bool quantizes = task.row.quant.scheme != schemeNone;
  plan = {int(std::min<int64_t>(task.rows, 4 * int64_t(multiprocessors))),
          int(std::max<int64_t>(threads, 64)),
          quantizes ? size_t(task.row.rowBytes) : 0,
          Path::Local,
          leaves,
          0};
  return true;
}
