//===- Kernels.cuh - The kernels of one element type ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Included by one translation unit for each element type. A kernel is the
// protocol (Channel.cuh) around an epilogue (Epilogue.cuh).
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_KERNELS_CUH
#define CONORM_RUNTIME_LIB_CUDA_KERNELS_CUH

#include "DependentLaunch.cuh"
#include "Epilogue.cuh"
#include "Kernels.h"

namespace conorm::rt::cuda {

/// A run of leaves, counted over all rows.
struct Run {
  int64_t begin;
  int64_t end;
};

/// This block's part: whole units of `unit` leaves.
inline __device__ Run partOfBlock(int64_t units, int64_t unit) {
  int64_t block = blockIdx.x, blocks = gridDim.x;
  return {units * block / blocks * unit, units * (block + 1) / blocks * unit};
}

/// Leaves of the chunk that starts at `leaf`: whole rows where one fits a slot,
/// else a part of one that ends on a multiple of 32.
inline __device__ int64_t chunkOf(const Task &task, int64_t leaf, int64_t end,
                                  int64_t capacity) {
  if (leaf == end)
    return 0;
  if (task.leavesPerRow <= capacity)
    return ::min(capacity / task.leavesPerRow * task.leavesPerRow, end - leaf);
  int64_t leftInRow = task.leavesPerRow - leaf % task.leavesPerRow;
  return ::min(::min(capacity / 32 * 32, leftInRow), end - leaf);
}

/// The input's leaf `first + index`.
template <typename T>
__device__ Leaf<T> loadInput(const Task &task, int64_t row, int64_t inRow,
                             int64_t index) {
  int64_t leaf = inRow + index;
  if (task.rows != 1 && leaf >= task.leavesPerRow) {
    // A chunk of several rows is short enough for 32 bits.
    uint32_t further = uint32_t(leaf) / uint32_t(task.leavesPerRow);
    row += further;
    leaf -= int64_t(further) * task.leavesPerRow;
  }
  return load<T>(task.input, row * task.cols + leaf * leafElements,
                 elementsOf(task, leaf), task.aligned);
}

/// Gives an epilogue a chunk, row by row.
template <typename Epilogue, typename Source>
__device__ void consume(const Task &task, Epilogue &epilogue, int64_t leaf,
                        int64_t count, Source &&source) {
  int64_t row = count ? leaf / task.leavesPerRow : 0;
  int64_t first = leaf - row * task.leavesPerRow;
  for (int64_t done = 0; done < count; ++row, first = 0) {
    int64_t piece = ::min(count - done, task.leavesPerRow - first);
    epilogue.piece(row, first, piece,
                   [&](int64_t index) { return source(done + index); });
    if (first + piece == task.leavesPerRow)
      epilogue.finish(row);
    done += piece;
  }
}

/// all_reduce and the fused operation, under both strategies; local operations
/// are a group of one.
template <typename T, typename Epilogue>
__device__ void reduce(const Group &group, const Task &task, Run part,
                       Epilogue &epilogue) {
  Channel channel(group);
  if (!channel.enter())
    return;
  int size = group.size;
  int64_t capacity = size == 1 ? ::max(part.end - part.begin, int64_t(1))
                               : group.slotBytes / Leaf<T>::bytes;
  int64_t leaf = part.begin;
  do {
    int64_t count =
        size == 1 ? part.end - leaf : chunkOf(task, leaf, part.end, capacity);
    int64_t row = count ? leaf / task.leavesPerRow : 0;
    int64_t inRow = leaf - row * task.leavesPerRow;
    auto own = [&](int64_t i) { return loadInput<T>(task, row, inRow, i); };
    if (size == 1) {
      allowSuccessor();
      consume(task, epilogue, leaf, count,
              [&](int64_t i) { return round<T>(widen(own(i))); });
      break;
    }
    for (int64_t i = threadIdx.x; i < count; i += blockDim.x)
      storeToSlot(channel.nextSlot(), i, own(i));
    if (!channel.exchange())
      return;
    auto folded = [&](int64_t i) {
      return round<T>(fold<T>(size, task.reduction, [&](int member) {
        return loadFromSlot<T>(channel.readSlot(member), i);
      }));
    };
    bool last = leaf + count >= part.end;
    if (!task.twoShot) {
      if (last)
        allowSuccessor();
      consume(task, epilogue, leaf, count, folded);
    } else {
      int64_t slice = (count + size - 1) / size;
      int64_t sliceEnd = ::min(count, (group.self + 1) * slice);
      for (int64_t i = group.self * slice + threadIdx.x; i < sliceEnd;
           i += blockDim.x)
        storeToSlot(channel.nextSlot(), i, folded(i));
      if (!channel.exchange())
        return;
      if (last)
        allowSuccessor();
      consume(task, epilogue, leaf, count, [&](int64_t i) {
        int member = int(uint32_t(i) / uint32_t(slice));
        return loadFromSlot<T>(channel.readSlot(member), i);
      });
    }
    leaf += count;
  } while (leaf < part.end);
  channel.leave();
}

template <typename T>
__global__ void __launch_bounds__(maxThreads, 1)
    allReduceKernel(const __grid_constant__ Group group,
                    const __grid_constant__ Task task) {
  awaitPredecessors();
  StoreEpilogue<T> epilogue(task);
  reduce<T>(group, task, partOfBlock(task.leavesPerRow, 1), epilogue);
}

template <typename T>
__global__ void __launch_bounds__(maxThreads, 1)
    rowKernel(const __grid_constant__ Group group,
              const __grid_constant__ Task task) {
  extern __shared__ uint4 rowStorage[];
  __shared__ TreeStorage tree;
  prefetchWeight(task.row.postNorm, task.cols, sizeof(typename T::Storage));
  prefetchWeight(task.row.norm, task.cols, sizeof(typename T::Storage));
  awaitPredecessors();
  RowEpilogue<T> epilogue(task, tree, reinterpret_cast<char *>(rowStorage));
  // No data, no row: the reduction will not come by. Rows without elements have
  // a scale all the same with per_token.
  if (task.cols == 0 && task.row.quant.scheme == schemePerToken)
    for (int64_t row = threadIdx.x; row < task.row.quant.rows && !blockIdx.x;
         row += blockDim.x)
      storeScale(task.row.quant, row, 0, scaleOf(task.row.quant, 0.0f, 0.0f));
  Run part = partOfBlock(task.rows, task.leavesPerRow);
  int64_t before = task.firstRow * task.leavesPerRow;
  reduce<T>(group, task, {part.begin + before, part.end + before}, epilogue);
}

//===----------------------------------------------------------------------===//
// reduce_scatter and all_gather: a member's blocks as one packed row
//===----------------------------------------------------------------------===//

/// Where element `packed` of a member's packed row is in the tensor that holds
/// all members' blocks.
inline __device__ int64_t unpacked(const Task &task, int members, int member,
                                   int64_t packed) {
  int64_t outer = packed / task.block;
  return (outer * members + member) * task.block + packed % task.block;
}

template <typename T>
__device__ Leaf<T> loadBlocks(const Task &task, int members, int member,
                              int64_t leaf) {
  int64_t first = leaf * leafElements;
  int count = elementsOf(task, leaf);
  if (task.aligned)
    return load<T>(task.input, unpacked(task, members, member, first), count,
                   true);
  Leaf<T> result;
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    result.element[i] =
        i < count ? static_cast<const typename T::Storage *>(
                        task.input)[unpacked(task, members, member, first + i)]
                  : typename T::Storage(0);
  return result;
}

template <typename T>
__device__ void storeBlocks(const Task &task, int members, int member,
                            int64_t leaf, const Leaf<T> &value) {
  int64_t first = leaf * leafElements;
  int count = elementsOf(task, leaf);
  if (task.aligned)
    return store(task.output, unpacked(task, members, member, first), count,
                 true, value);
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    if (i < count)
      static_cast<typename T::Storage *>(
          task.output)[unpacked(task, members, member, first + i)] =
          value.element[i];
}

template <typename T>
__global__ void __launch_bounds__(maxThreads, 1)
    reduceScatterKernel(const __grid_constant__ Group group,
                        const __grid_constant__ Task task) {
  awaitPredecessors();
  Channel channel(group);
  if (!channel.enter())
    return;
  int size = group.size;
  Run part = partOfBlock(task.leavesPerRow, 1);
  int64_t capacity = group.slotBytes / Leaf<T>::bytes / size;
  int64_t leaf = part.begin;
  do {
    int64_t count =
        size == 1 ? part.end - leaf : ::min(capacity, part.end - leaf);
    // The slot has a place for each member.
    if (size > 1)
      for (int member = 0; member < size; ++member)
        for (int64_t i = threadIdx.x; i < count; i += blockDim.x)
          storeToSlot(channel.nextSlot(), member * count + i,
                      loadBlocks<T>(task, size, member, leaf + i));
    if (!channel.exchange())
      return;
    if (leaf + count >= part.end)
      allowSuccessor();
    for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
      Values total = fold<T>(size, task.reduction, [&](int member) {
        return size == 1 ? loadBlocks<T>(task, 1, 0, leaf + i)
                         : loadFromSlot<T>(channel.readSlot(member),
                                           group.self * count + i);
      });
      store(task.output, (leaf + i) * leafElements, elementsOf(task, leaf + i),
            task.aligned, round<T>(total));
    }
    leaf += count;
  } while (leaf < part.end);
  channel.leave();
}

template <typename T>
__global__ void __launch_bounds__(maxThreads, 1)
    allGatherKernel(const __grid_constant__ Group group,
                    const __grid_constant__ Task task) {
  awaitPredecessors();
  Channel channel(group);
  if (!channel.enter())
    return;
  int size = group.size;
  Run part = partOfBlock(task.leavesPerRow, 1);
  int64_t capacity = group.slotBytes / Leaf<T>::bytes;
  int64_t leaf = part.begin;
  do {
    int64_t count =
        size == 1 ? part.end - leaf : ::min(capacity, part.end - leaf);
    auto own = [&](int64_t i) {
      return load<T>(task.input, (leaf + i) * leafElements,
                     elementsOf(task, leaf + i), task.aligned);
    };
    if (size > 1)
      for (int64_t i = threadIdx.x; i < count; i += blockDim.x)
        storeToSlot(channel.nextSlot(), i, own(i));
    if (!channel.exchange())
      return;
    if (leaf + count >= part.end)
      allowSuccessor();
    for (int member = 0; member < size; ++member)
      for (int64_t i = threadIdx.x; i < count; i += blockDim.x)
        storeBlocks(task, size, member, leaf + i,
                    size == 1 ? own(i)
                              : loadFromSlot<T>(channel.readSlot(member), i));
    leaf += count;
  } while (leaf < part.end);
  channel.leave();
}

template <typename T>
KernelTable makeKernelTable() {
  KernelTable table;
  table.kernels[kernelAllReduce] =
      reinterpret_cast<const void *>(&allReduceKernel<T>);
  table.kernels[kernelRow] = reinterpret_cast<const void *>(&rowKernel<T>);
  table.kernels[kernelReduceScatter] =
      reinterpret_cast<const void *>(&reduceScatterKernel<T>);
  table.kernels[kernelAllGather] =
      reinterpret_cast<const void *>(&allGatherKernel<T>);
  return table;
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_KERNELS_CUH
