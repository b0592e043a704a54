//===- PushKernels.cuh - Kernels of pushed calls ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The norm family on rows that stay in registers: thread t of a block has the
// leaves t, t + threads, ... of each of the block's rows. Everything that a row
// needs is loaded before its data is waited for.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_CUH
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_CUH

#include "../DependentLaunch.cuh"
#include "../Epilogue.cuh"
#include "ClusterKernel.cuh"
#include "OneShotPush.cuh"
#include "PushKernels.h"

namespace conorm::rt::cuda {

/// A row of a block in registers, with what the epilogue reads beside it.
template <typename T, int count>
struct RegisterRow {
  const Task &task;
  TreeStorage &tree;
  /// Threads that have leaves.
  int threads;
  int parity = 0;
  Leaf<T> residual[count];
  Leaf<T> value[count];
  Values weight[count];

  __device__ RegisterRow(const Task &task, TreeStorage &tree)
      : task(task), tree(tree), threads(int(pushThreads(task, count))) {}

  template <typename Visit>
  __device__ void forLeaves(Visit &&visit) {
#pragma unroll
    for (int k = 0; k < count; ++k)
      if (int leaf = int(threadIdx.x) + k * threads;
          int(threadIdx.x) < threads && leaf < task.leavesPerRow)
        visit(k, leaf);
  }
  __device__ int64_t at(int64_t row, int leaf) const {
    return row * task.cols + int64_t(leaf) * leafElements;
  }

  __device__ int64_t inputAt(int64_t row, int leaf) const {
    if (!task.inputGroupRows)
      return at(row, leaf);
    return row / task.inputGroupRows * task.inputGroupStride +
           at(row % task.inputGroupRows, leaf);
  }

  __device__ void loadResidual(int64_t row) {
    if (task.row.residual)
      forLeaves([&](int k, int leaf) {
        residual[k] = load<T>(task.row.residual, at(row, leaf),
                              elementsOf(task, leaf), task.aligned);
      });
  }

  __device__ void loadWeights() {
    if (task.row.norm.weight)
      forLeaves([&](int k, int leaf) {
        weight[k] = loadWeight<T>(task.row.norm, int64_t(leaf) * leafElements,
                                  elementsOf(task, leaf));
      });
  }

  /// R2, and the outputs that are due with it.
  __device__ void addResidual(int64_t row, int k, int leaf,
                              const Leaf<T> &reduced) {
    int elements = elementsOf(task, leaf);
    if (task.row.residual)
      value[k] = addRounded(value[k], residual[k]);
    if (task.row.reduced)
      store(task.row.reduced, at(row, leaf), elements, task.aligned, reduced);
    if (task.row.residualOut)
      store(task.row.residualOut, at(row, leaf), elements, task.aligned,
            value[k]);
  }

  /// R3: the scale of the row, on every thread. False on every thread if
  /// `gaveUp` is true on one.
  __device__ bool scale(float epsilon, bool gaveUp, float &r) {
    float *groups = tree.groups[parity];
    int lane = threadIdx.x % 32;
    // Whole warps: a group is 32 leaves.
    if (int(threadIdx.x) < threads) {
#pragma unroll
      for (int k = 0; k < count; ++k) {
        int leaf = int(threadIdx.x) + k * threads;
        float s = treeOfWarp(leaf < task.leavesPerRow ? leafSum(widen(value[k]))
                                                      : 0.0f);
        if (lane == 0 && leaf < task.leavesPerRow)
          groups[leaf / 32] = s;
      }
    }
    if (__syncthreads_or(gaveUp))
      return false;
    int numGroups = int((task.leavesPerRow + 31) / 32);
    float s;
    if (numGroups <= 32) {
      s = treeOfWarp(lane < numGroups ? groups[lane] : 0.0f);
    } else {
      s = treeOfBlock(groups, tree.upper[parity], numGroups);
    }
    parity ^= 1;
    r = reciprocalRoot(s, task.cols, epsilon);
    return true;
  }

  __device__ void clearMissing(int k, int leaf) {
    int elements = elementsOf(task, leaf);
#pragma unroll
    for (int i = 0; i < leafElements; ++i)
      if (i >= elements)
        value[k].element[i] = 0;
  }

  /// Everything after the reduction; `value` holds the reduced row. False if a
  /// thread gave up.
  __device__ bool finish(int64_t rowIndex, bool gaveUp, char *shared) {
    const RowTask &row = task.row;
    float r;
    if (row.hasPostNorm) {
      if (!scale(row.postNorm.epsilon, gaveUp, r))
        return false;
      forLeaves([&](int k, int leaf) {
        Leaf<T> reduced = value[k];
        value[k] =
            normalize(reduced, r, row.postNorm, int64_t(leaf) * leafElements,
                      elementsOf(task, leaf));
        addResidual(rowIndex, k, leaf, reduced);
        clearMissing(k, leaf);
      });
    } else {
      forLeaves([&](int k, int leaf) {
        Leaf<T> reduced = value[k];
        addResidual(rowIndex, k, leaf, reduced);
      });
    }
    // On its way while the block adds up.
    loadWeights();
    if (row.hasNorm && !scale(row.norm.epsilon, gaveUp, r))
      return false;
    bool quantizes = row.quant.scheme != schemeNone;
    if (quantizes) // The row before has been read.
      __syncthreads();
    forLeaves([&](int k, int leaf) {
      int elements = elementsOf(task, leaf);
      Leaf<T> y = value[k];
      if (row.hasNorm)
        y = normalizeWith(y, r, row.norm, weight[k]);
      if (row.normed)
        store(row.normed, at(rowIndex, leaf), elements, task.aligned, y);
      if (quantizes)
        storeWhole(shared + int64_t(leaf) * Leaf<T>::bytes, y);
    });
    if (quantizes) {
      __syncthreads();
      quantizeRow<T>(row.quant, rowIndex, task.cols,
                     reinterpret_cast<const typename T::Storage *>(shared));
    }
    return true;
  }
};

/// The norm family without peers, on rows of at most `count` leaves a thread.
template <typename T, int count>
__global__ void __launch_bounds__(maxPushThreads, 2)
    localRowKernel(const __grid_constant__ Task task) {
  extern __shared__ uint4 rowStorage[];
  __shared__ TreeStorage tree;
  prefetchWeight(task.row.norm, task.cols, sizeof(typename T::Storage));
  awaitPredecessors();
  allowSuccessor();
  RegisterRow<T, count> row(task, tree);
  for (int64_t index = blockIdx.x; index < task.rows; index += gridDim.x) {
    row.loadResidual(index);
    row.forLeaves([&](int k, int leaf) {
      // As a group of one folds: a NaN is rounded.
      row.value[k] =
          round<T>(widen(load<T>(task.input, row.inputAt(index, leaf),
                                 elementsOf(task, leaf), task.aligned)));
    });
    row.finish(index, /*gaveUp=*/false, reinterpret_cast<char *>(rowStorage));
  }
}

/// all_reduce + norm on rows of at most `count` leaves a thread.
template <typename T, int members, int count>
__global__ void __launch_bounds__(maxPushThreads + 32, 1)
    pushRowKernel(const __grid_constant__ Group group,
                  const __grid_constant__ Task task) {
  extern __shared__ uint4 rowStorage[];
  __shared__ TreeStorage tree;
  prefetchWeight(task.row.postNorm, task.cols, sizeof(typename T::Storage));
  prefetchWeight(task.row.norm, task.cols, sizeof(typename T::Storage));
  awaitPredecessors();
  PushChannel channel(group);
  RegisterRow<T, count> row(task, tree);
  channel.begin();
  int64_t first = task.rows * blockIdx.x / gridDim.x;
  int64_t end = task.rows * (blockIdx.x + 1) / gridDim.x;
  Leaf<T> own[count];
  auto loadOwn = [&](int64_t index) {
    row.forLeaves([&](int k, int leaf) {
      own[k] = load<T>(task.input, row.at(index, leaf), elementsOf(task, leaf),
                       task.aligned);
    });
  };
  auto place = [&](int64_t index, int leaf) {
    return (index - first) * task.leavesPerRow + leaf;
  };
  // The last row first: the first one's leaves are at hand afterwards.
  for (int64_t index = end - 1; index >= first; --index) {
    loadOwn(index);
    row.forLeaves(
        [&](int k, int leaf) { channel.push<T>(place(index, leaf), own[k]); });
  }
  if (blockIdx.x == 0 && threadIdx.x / 32 == blockDim.x / 32 - 1)
    channel.agree();
  for (int64_t index = first; index < end; ++index) {
    if (index != first)
      loadOwn(index);
    row.loadResidual(index);
    row.forLeaves([&](int k, int leaf) {
      row.value[k] = takeAndFold<T, members>(channel, group, Reduction::sum,
                                             place(index, leaf), own[k]);
    });
    if (!row.finish(index, channel.gaveUp(),
                    reinterpret_cast<char *>(rowStorage)))
      return;
  }
  // No block without a row but channel 0's, in calls that have none.
  if (first == end && __syncthreads_or(channel.gaveUp()))
    return;
  allowSuccessor();
  channel.leave();
}

/// all_reduce.
template <typename T, int members>
__global__ void __launch_bounds__(maxThreads, 1)
    pushAllReduceKernel(const __grid_constant__ Group group,
                        const __grid_constant__ Task task) {
  awaitPredecessors();
  PushChannel channel(group);
  channel.begin();
  int64_t first = task.leavesPerRow * blockIdx.x / gridDim.x;
  int64_t end = task.leavesPerRow * (blockIdx.x + 1) / gridDim.x;
  // The last warp of channel 0 agrees.
  int threads = int(blockDim.x) - 32;
  bool works = int(threadIdx.x) < threads;
  auto own = [&](int64_t leaf) {
    return load<T>(task.input, leaf * leafElements, elementsOf(task, leaf),
                   task.aligned);
  };
  for (int64_t leaf = first + threadIdx.x; works && leaf < end; leaf += threads)
    channel.push<T>(leaf - first, own(leaf));
  if (blockIdx.x == 0 && !works)
    channel.agree();
  // The output may be the input's buffer; a thread reads what it writes.
  for (int64_t leaf = first + threadIdx.x; works && leaf < end; leaf += threads)
    store(task.output, leaf * leafElements, elementsOf(task, leaf),
          task.aligned,
          takeAndFold<T, members>(channel, group, task.reduction, leaf - first,
                                  own(leaf)));
  if (__syncthreads_or(channel.gaveUp()))
    return;
  allowSuccessor();
  channel.leave();
}

template <typename T, int members>
void addPushKernels(PushKernelTable &table, int number) {
  table.allReduce[number] =
      reinterpret_cast<const void *>(&pushAllReduceKernel<T, members>);
  table.cluster[number] =
      reinterpret_cast<const void *>(&pushClusterKernel<T, members>);
  table.local[0] = reinterpret_cast<const void *>(&localRowKernel<T, 1>);
  table.local[1] = reinterpret_cast<const void *>(&localRowKernel<T, 2>);
  table.row[number][0] =
      reinterpret_cast<const void *>(&pushRowKernel<T, members, 1>);
  table.row[number][1] =
      reinterpret_cast<const void *>(&pushRowKernel<T, members, 2>);
}

template <typename T>
PushKernelTable makePushKernelTable() {
  PushKernelTable table{};
  addPushKernels<T, 0>(table, 0);
  // Models are not f32: one kernel for all numbers of members is enough.
  if constexpr (sizeof(typename T::Storage) == 4) {
    for (int number = 1; number < 4; ++number)
      table.take(0, number);
  } else {
    addPushKernels<T, 2>(table, 1);
    addPushKernels<T, 4>(table, 2);
    addPushKernels<T, 8>(table, 3);
  }
  return table;
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_PUSHKERNELS_CUH
