//===- Plan.h - Dispatch: strategy, grid and shared memory ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Pure functions of what the call's digest covers and of what the members
// agreed on when they made the group: all ranks come to the same plan.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PLAN_H
#define CONORM_RUNTIME_LIB_CUDA_PLAN_H

#include "Kernels.h"
#include "protocols/PushKernels.h"

#include "conorm-runtime/types.h"

namespace conorm::rt::cuda {

/// Which kernels carry a call out.
enum class Path {
  /// Kernels.cuh: slots and lines, or no peers.
  Pull,
  /// protocols/PushKernels.cuh: rows in registers, without peers or pushed.
  Local,
  Push,
  /// protocols/ClusterKernel.cuh.
  PushCluster
};

struct Plan {
  int blocks = 0;
  int threads = 0;
  size_t sharedBytes = 0;
  Path path = Path::Pull;
  /// Leaves of a row that a thread has, where rows stay in registers.
  int leavesOfThread = 0;
  /// Blocks that share a row; 0 if none do.
  int clusterSize = 0;
};

/// Where the program does not say, a conorm_strategy: ONE_SHOT or TWO_SHOT.
uint32_t chooseStrategy(int64_t bytes, int64_t members);

/// The grid of a call with at most `channels` blocks, which pulls.
Plan makePlan(Kernel kernel, const Task &task, int channels);

/// The same for rows of an operation without peers, if they fit registers.
bool planLocal(Kernel kernel, const Task &task, int multiprocessors,
               Plan &plan);

/// The same for a call that is to be pushed, if it is: one_shot of a sum, small
/// enough for the landings. `leafBytes` are those of a leaf of T.
/// `clusters`: those that each rank may have resident, 0 where devices have
/// none.
bool planPush(Kernel kernel, const Task &task, const Group &group,
              int64_t leafBytes, const ClusterCounts &clusters, Plan &plan);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PLAN_H
