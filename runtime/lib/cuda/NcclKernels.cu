//===- NcclKernels.cu - Kernels beside NCCL's -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NcclKernels.h"
#include "Numerics.cuh"

#include "conorm-runtime/types.h"

using namespace conorm::rt::cuda;

template <typename T>
static __global__ void __launch_bounds__(maxThreads, 1)
    orderedSum(const __grid_constant__ OrderedSum task) {
  int64_t leaves = (task.count + leafElements - 1) / leafElements;
  int64_t threads = int64_t(gridDim.x) * blockDim.x;
  for (int64_t leaf = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
       leaf < leaves; leaf += threads) {
    int64_t first = leaf * leafElements;
    int count = int(::min(task.count - first, int64_t(leafElements)));
    Values total = fold<T>(task.members, task.reduction, [&](int member) {
      return load<T>(task.parts + member * task.stride, first, count, true);
    });
    store(task.output, first, count, task.aligned, round<T>(total));
  }
}

static __global__ void mark(const __grid_constant__ Group group,
                            Traffic *traffic, uint32_t begins) {
  if (begins && threadIdx.x < uint32_t(headerWords))
    traffic->header[threadIdx.x] = group.header[threadIdx.x];
  __syncwarp();
  if (threadIdx.x != 0)
    return;
  // A member on its own exchanges nothing that would count its calls.
  if (begins)
    traffic->call = group.size == 1 ? addToWord(&group.local->call, 1) + 1
                                    : loadRelaxed(&group.local->call);
  __threadfence_system();
  uint64_t next = (loadRelaxed(&traffic->mark) / 2 + 1) * 2;
  storeRelease(&traffic->mark, next + (begins ? 1 : 0));
}

const void *conorm::rt::cuda::orderedSumKernel(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F32:
    return reinterpret_cast<const void *>(&orderedSum<F32>);
  case CONORM_TYPE_F16:
    return reinterpret_cast<const void *>(&orderedSum<F16>);
  default:
    return reinterpret_cast<const void *>(&orderedSum<BF16>);
  }
}

const void *conorm::rt::cuda::markKernel() {
  return reinterpret_cast<const void *>(&mark);
}
