//===- PushKernels.h - Pushed calls as the host sees them -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_H
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_H

#include "../Protocol.h"
#include "../Task.h"

namespace conorm::rt::cuda {

/// Leaves of a row that a thread of the row kernel has at most, and its threads
/// beside the warp that agrees on the call.
constexpr int maxPushLeaves = 2;
constexpr int maxPushThreads = 512;

/// Threads with a leaf in a block of a cluster, and blocks.
constexpr int maxClusterThreads = 512;
constexpr int maxClusterBlocks = 8;
/// Clusters of 2, 4 and 8 blocks that are resident together.
struct ClusterCounts {
  uint32_t ofSize[3];
};

/// Threads that have leaves, a multiple of 32.
#ifdef __CUDACC__
__host__ __device__
#endif
    constexpr int64_t
    pushThreads(const Task &task, int leavesOfThread) {
  int64_t threads = (task.leavesPerRow + leavesOfThread - 1) / leavesOfThread;
  return (threads + 31) / 32 * 32;
}

/// By members (any number, 2, 4, 8), and by leaves of a thread (1, 2).
struct PushKernelTable {
  const void *allReduce[4];
  const void *row[4][maxPushLeaves];
  const void *cluster[4];
  /// Without peers.
  const void *local[maxPushLeaves];

  /// Uses the kernels of one number of members for another.
  void take(int from, int to) {
    allReduce[to] = allReduce[from];
    cluster[to] = cluster[from];
    for (int i = 0; i < maxPushLeaves; ++i)
      row[to][i] = row[from][i];
  }

  static constexpr int numberOf(int members) {
    return members == 2 ? 1 : members == 4 ? 2 : members == 8 ? 3 : 0;
  }
};

PushKernelTable pushKernelsF32();
PushKernelTable pushKernelsF16();
PushKernelTable pushKernelsBF16();

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_H
