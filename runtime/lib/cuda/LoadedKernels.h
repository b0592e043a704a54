//===- LoadedKernels.h - The kernels, ready to be launched ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_LOADEDKERNELS_H
#define CONORM_RUNTIME_LIB_CUDA_LOADEDKERNELS_H

#include "Driver.h"
#include "Plan.h"

namespace conorm::rt::cuda {

/// The kernels of all element types, as the driver launches them.
class LoadedKernels {
public:
  /// For the current device, of architecture `arch` (90 for 9.0). All kernels
  /// are loaded before any of them waits for another rank's: loading lazily
  /// would wait for the waiting one.
  Error load(uint32_t arch);

  /// The kernel of a plan on a group of so many members.
  CUfunction find(Kernel kernel, uint32_t type, const Plan &plan,
                  int members) const;

  /// Clusters that this device holds; none where it has none.
  const ClusterCounts &clusters() const { return counts; }

private:
  struct Table {
    CUfunction kernels[numKernels];
    CUfunction allReduce[4], cluster[4];
    CUfunction row[4][maxPushLeaves];
    CUfunction local[maxPushLeaves];
  };
  static Error loadTable(const KernelTable &kernels,
                         const PushKernelTable &pushed, Table &to);

  Table tables[3] = {};
  ClusterCounts counts = {};
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_LOADEDKERNELS_H
