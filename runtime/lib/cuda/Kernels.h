//===- Kernels.h - The kernels as the host sees them ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Every kernel takes a Group and a Task.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_KERNELS_H
#define CONORM_RUNTIME_LIB_CUDA_KERNELS_H

#include "Protocol.h"
#include "Task.h"

namespace conorm::rt::cuda {

enum Kernel {
  kernelAllReduce,
  kernelRow,
  kernelReduceScatter,
  kernelAllGather,
  numKernels
};

struct KernelTable {
  const void *kernels[numKernels];
};

KernelTable kernelsF32();
KernelTable kernelsF16();
KernelTable kernelsBF16();

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_KERNELS_H
