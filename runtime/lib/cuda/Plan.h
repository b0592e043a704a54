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

#include "conorm-runtime/types.h"

namespace conorm::rt::cuda {

struct Plan {
  int blocks;
  int threads;
  size_t sharedBytes;
};

/// Where the program does not say, a conorm_strategy: ONE_SHOT or TWO_SHOT.
uint32_t chooseStrategy(int64_t bytes, int64_t members);

/// The grid of a call with at most `channels` blocks.
Plan makePlan(Kernel kernel, const Task &task, int channels);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PLAN_H
