//===- NcclKernels.h - Kernels beside NCCL's --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_NCCLKERNELS_H
#define CONORM_RUNTIME_LIB_CUDA_NCCLKERNELS_H

#include "Protocol.h"

namespace conorm::rt::cuda {

/// In pinned host memory: where the stream is. NCCL's kernels know no deadline
/// of ours, so that the host watches this word.
struct Traffic {
  /// Odd between the two ends of a call's traffic; never the same again.
  /// Released last.
  uint64_t mark;
  uint64_t call;
  uint64_t header[headerWords];
};

/// The fold of R1 over the members' parts, which lie `stride` bytes apart and
/// on 16 bytes.
struct OrderedSum {
  const char *parts;
  int64_t stride;
  void *output;
  int64_t count;
  uint32_t reduction;
  int32_t members;
  /// Whether `output` lies on 16 bytes.
  uint32_t aligned;
  uint32_t reserved;
};

/// Takes an OrderedSum; of a conorm_type.
const void *orderedSumKernel(uint32_t type);

/// Takes a Group, a Traffic * and a uint32_t: nonzero at the beginning. One
/// warp.
const void *markKernel();

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_NCCLKERNELS_H
