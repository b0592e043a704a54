//===- ClusterKernel.cuh - A few rows, each over a cluster ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Each thread has one leaf, but those of the last warp of each block: the one
// of channel 0 agrees on the call.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTERKERNEL_CUH
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTERKERNEL_CUH

#include "../DependentLaunch.cuh"
#include "../Epilogue.cuh"
#include "Cluster.cuh"
#include "OneShotPush.cuh"
#include "PushKernels.h"

namespace conorm::rt::cuda {

#if __CUDA_ARCH__ >= 900

/// This thread's leaf of the cluster's row, and what becomes of it.
template <typename T>
struct SpreadRow {
  const Task &task;
  const RowTask &row;
  ClusterSums sums;
  /// Groups of 32 leaves of the row; the warp's, if it is no spare one.
  int groups;
  int group;
  int rank;
  bool isSpare;
  bool hasLeaf;
  int elements;
  int64_t column;
  int64_t at;
  Leaf<T> own{}, residual{}, value{};
  Values weight{};

  __device__ SpreadRow(const Task &task, ClusterStorage &storage)
      : task(task), row(task.row),
        sums(storage, int(task.clusterSize),
             int((task.leavesPerRow + 31) / 32 + task.clusterSize)) {
    int threads = int(blockDim.x) - 32;
    rank = int(clusterRank());
    groups = int((task.leavesPerRow + 31) / 32);
    group = (rank * threads + int(threadIdx.x)) / 32;
    isSpare = int(threadIdx.x) >= threads;
    int leaf = rank * threads + int(threadIdx.x);
    hasLeaf = !isSpare && leaf < task.leavesPerRow;
    column = int64_t(leaf) * leafElements;
    at = int64_t(blockIdx.x / task.clusterSize) * task.cols + column;
    elements = hasLeaf ? elementsOf(task, leaf) : 0;
  }

  __device__ void loadOwn() {
    own = load<T>(task.input, at, elements, task.aligned);
    if (row.residual)
      residual = load<T>(row.residual, at, elements, task.aligned);
  }
  __device__ void loadWeights() {
    if (row.norm.weight)
      weight = loadWeight<T>(row.norm, column, elements);
  }

  /// R3: the row's scale, on every thread; false on all of the cluster if a
  /// thread gave up. A warp whose group is behind the row's end has no word.
  __device__ bool scale(PushChannel &channel, float epsilon, float &r) {
    float s = treeOfWarp(leafSum(widen(value)));
    bool gaveUp = __any_sync(~0u, channel.gaveUp());
    if (isSpare)
      sums.send(groups + rank, 0.0f, gaveUp);
    else if (group < groups)
      sums.send(group, s, gaveUp);
    bool goesOn = sums.collect(groups, s);
    r = reciprocalRoot(s, task.cols, epsilon);
    return goesOn;
  }

  /// R2, and the outputs that are due with it.
  __device__ void addResidual(const Leaf<T> &reduced) {
    if (hasLeaf) {
      if (row.residual)
        value = addRounded(value, residual);
      if (row.reduced)
        store(row.reduced, at, elements, task.aligned, reduced);
      if (row.residualOut)
        store(row.residualOut, at, elements, task.aligned, value);
    }
    // Zeros where no element is: infinite parameters may have changed them.
#pragma unroll
    for (int i = 0; i < leafElements; ++i)
      if (i >= elements)
        value.element[i] = 0;
  }

  /// Everything after the reduction; `value` holds the reduced leaf.
  __device__ bool finish(PushChannel &channel) {
    Leaf<T> reduced = value;
    float r;
    if (row.hasPostNorm) {
      if (!scale(channel, row.postNorm.epsilon, r))
        return false;
      if (hasLeaf)
        value = normalize(reduced, r, row.postNorm, column, elements);
    }
    addResidual(reduced);
    if (!scale(channel, row.norm.epsilon, r))
      return false;
    if (hasLeaf && row.normed)
      store(row.normed, at, elements, task.aligned,
            normalizeWith(value, r, row.norm, weight));
    return true;
  }
};

#endif

/// all_reduce + norm without quantization, a row on each cluster.
template <typename T, int members>
__global__ void __launch_bounds__(maxClusterThreads + 32, 1)
    pushClusterKernel(const __grid_constant__ Group group,
                      const __grid_constant__ Task task) {
#if __CUDA_ARCH__ >= 900
  __shared__ ClusterStorage storage;
  SpreadRow<T> row(task, storage);
  prefetchWeight(task.row.postNorm, task.cols, sizeof(typename T::Storage));
  prefetchWeight(task.row.norm, task.cols, sizeof(typename T::Storage));
  awaitPredecessors();
  PushChannel channel(group);
  channel.begin();
  if (row.hasLeaf) {
    row.loadOwn();
    channel.push<T>(threadIdx.x, row.own);
    row.loadWeights();
  }
  if (row.isSpare && blockIdx.x == 0)
    channel.agree();
  row.sums.awaitBlocks();
  if (row.hasLeaf)
    row.value = takeAndFold<T, members>(channel, group, Reduction::sum,
                                        threadIdx.x, row.own);
  // No thread of this block waits for a peer any more.
  __syncthreads();
  allowSuccessor();
  if (row.finish(channel))
    channel.leave();
#endif
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTERKERNEL_CUH
