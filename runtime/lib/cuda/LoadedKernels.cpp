//===- LoadedKernels.cpp - The kernels, ready to be launched --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoadedKernels.h"

#include <algorithm>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static Error loadKernel(const void *symbol, bool keepsRows, CUfunction &to) {
  cudaFuncAttributes attributes;
  if (Error error = checkCuda("cudaFuncGetAttributes",
                              cudaFuncGetAttributes(&attributes, symbol)))
    return error;
  if (keepsRows)
    if (Error error =
            checkCuda("cudaFuncSetAttribute",
                      cudaFuncSetAttribute(
                          symbol, cudaFuncAttributeMaxDynamicSharedMemorySize,
                          int(sharedRowBytes))))
      return error;
  return checkCuda("cudaGetFuncBySymbol", cudaGetFuncBySymbol(&to, symbol));
}

Error LoadedKernels::loadTable(const KernelTable &kernels,
                               const PushKernelTable &pushed, Table &to) {
  for (int i = 0; i < numKernels; ++i)
    if (Error error =
            loadKernel(kernels.kernels[i], i == kernelRow, to.kernels[i]))
      return error;
  for (int i = 0; i < 4; ++i) {
    if (Error error = loadKernel(pushed.allReduce[i], false, to.allReduce[i]))
      return error;
    if (Error error = loadKernel(pushed.cluster[i], false, to.cluster[i]))
      return error;
    for (int leaves = 0; leaves < maxPushLeaves; ++leaves)
      if (Error error =
              loadKernel(pushed.row[i][leaves], true, to.row[i][leaves]))
        return error;
  }
  for (int leaves = 0; leaves < maxPushLeaves; ++leaves)
    if (Error error = loadKernel(pushed.local[leaves], true, to.local[leaves]))
      return error;
  return success();
}

/// How many clusters of one of the kernels, whichever needs the most room, the
/// device holds.
static Error countClusters(const PushKernelTable (&tables)[3], int size,
                           uint32_t &clusters) {
  clusters = UINT32_MAX;
  for (const PushKernelTable &table : tables)
    for (const void *kernel : table.cluster) {
      cudaLaunchAttribute attribute{};
      attribute.id = cudaLaunchAttributeClusterDimension;
      attribute.val.clusterDim = {unsigned(size), 1, 1};
      cudaLaunchConfig_t config{};
      config.gridDim = dim3(unsigned(size));
      config.blockDim = dim3(maxClusterThreads + 32);
      config.attrs = &attribute;
      config.numAttrs = 1;
      int found = 0;
      if (Error error = checkCuda(
              "cudaOccupancyMaxActiveClusters",
              cudaOccupancyMaxActiveClusters(&found, kernel, &config)))
        return error;
      clusters = std::min(clusters, uint32_t(found));
    }
  return success();
}

Error LoadedKernels::load(uint32_t arch) {
  static_assert(CONORM_TYPE_F32 == 1 && CONORM_TYPE_F16 == 2 &&
                    CONORM_TYPE_BF16 == 3,
                "tables in this order");
  const KernelTable kernels[] = {kernelsF32(), kernelsF16(), kernelsBF16()};
  const PushKernelTable pushed[] = {pushKernelsF32(), pushKernelsF16(),
                                    pushKernelsBF16()};
  for (int type = 0; type < 3; ++type)
    if (Error error = loadTable(kernels[type], pushed[type], tables[type]))
      return error;
  for (int log = 0; arch >= 90 && log < 3; ++log)
    if (Error error = countClusters(pushed, 2 << log, counts.ofSize[log]))
      return error;
  return success();
}

CUfunction LoadedKernels::find(Kernel kernel, uint32_t type, const Plan &plan,
                               int members) const {
  const Table &table = tables[type - 1];
  int number = PushKernelTable::numberOf(members);
  switch (plan.path) {
  case Path::Pull:
    return table.kernels[kernel];
  case Path::Local:
    return table.local[plan.leavesOfThread - 1];
  case Path::Push:
    return kernel == kernelAllReduce
               ? table.allReduce[number]
               : table.row[number][plan.leavesOfThread - 1];
  case Path::PushCluster:
    return table.cluster[number];
  }
  return nullptr;
}
