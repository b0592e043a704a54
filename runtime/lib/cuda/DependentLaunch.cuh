//===- DependentLaunch.cuh - Programmatic dependent launch ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Every kernel is launched with programmatic stream serialization where the
// device has it: its blocks may become resident before the kernel in front of
// it on the stream is complete. docs/CUDAProtocol.md, Dependent launch, says
// why that can neither deadlock nor read too early.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_DEPENDENTLAUNCH_CUH
#define CONORM_RUNTIME_LIB_CUDA_DEPENDENTLAUNCH_CUH

#include "Task.h"

namespace conorm::rt::cuda {

/// Returns when every kernel in front of this one is complete and what it wrote
/// is visible. Before it a kernel reads its parameters alone: any buffer, also
/// a weight, may be what a kernel in front is still writing. Each thread of
/// each kernel comes by here, also on the way out; a kernel that did not would
/// let its successor start while its predecessor runs.
inline __device__ void awaitPredecessors() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Lets the kernel behind this one become resident, once all blocks came by
/// here or ended. Only a block that waits for no peer any more may: the
/// successor's blocks take slots that a peer's kernel might still need.
inline __device__ void allowSuccessor() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

/// Brings a norm's weight near before awaitPredecessors(). This is no read: the
/// second-level cache is where a predecessor's writes arrive as well.
inline __device__ void prefetchWeight(const NormTask &norm, int64_t cols,
                                      int elementBytes) {
#if __CUDA_ARCH__ >= 900
  constexpr int64_t lineBytes = 128;
  if (!norm.weight)
    return;
  const char *weight = static_cast<const char *>(norm.weight);
  int64_t bytes = cols * (norm.weightIsF32 ? 4 : elementBytes);
  for (int64_t at = threadIdx.x * lineBytes; at < bytes;
       at += blockDim.x * lineBytes)
    asm volatile("prefetch.global.L2 [%0];" : : "l"(weight + at));
#endif
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_DEPENDENTLAUNCH_CUH
