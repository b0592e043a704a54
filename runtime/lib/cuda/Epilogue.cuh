//===- Epilogue.cuh - What becomes of the reduced elements ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// An epilogue is a struct with two functions that all threads call together:
//
//   piece(row, first, count, source)  leaves [first, first + count) of a row
//                                     are there; source(i) gives the leaf
//                                     `first + i`, already rounded to T
//   finish(row)                       all leaves of the row have been given
//
// `first` is a multiple of 32. A leaf of a row belongs to one thread, in
// piece() and in finish(): what one thread keeps no other reads.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_EPILOGUE_CUH
#define CONORM_RUNTIME_LIB_CUDA_EPILOGUE_CUH

#include "Quantize.cuh"

namespace conorm::rt::cuda {

/// Elements of a leaf that exist.
inline __device__ int elementsOf(const Task &task, int64_t leaf) {
  int64_t left = task.cols - leaf * leafElements;
  return left < leafElements ? int(left) : leafElements;
}

/// all_reduce.
template <typename T>
struct StoreEpilogue {
  const Task &task;

  __device__ explicit StoreEpilogue(const Task &task) : task(task) {}

  template <typename Source>
  __device__ void piece(int64_t row, int64_t first, int64_t count,
                        Source &&source) {
    for (int64_t i = threadIdx.x; i < count; i += blockDim.x)
      store<T>(task.output, row * task.cols + (first + i) * leafElements,
               elementsOf(task, first + i), task.aligned, source(i));
  }
  __device__ void finish(int64_t) {}
};

/// The norm family: residual, up to two norms, quantization.
template <typename T>
struct RowEpilogue {
  const Task &task;
  const RowTask &row;
  TreeStorage &tree;
  /// The row's leaves: what the next stage reads.
  char *kept;
  int parity = 0;

  __device__ RowEpilogue(const Task &task, TreeStorage &tree, char *shared)
      : task(task), row(task.row), tree(tree),
        kept(row.rowInShared ? shared
                             : row.scratch + blockIdx.x * row.rowBytes) {}

  /// Calls visit(leaf) for this thread's leaves of [first, first + count) and
  /// adds up the sums of squares that it returns.
  template <typename Visit>
  __device__ void forLeaves(int64_t first, int64_t count, Visit &&visit) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int warps = blockDim.x / 32;
    int end = int(first + count);
    // A warp has the same groups of 32 in every stage.
    for (int group = warp; group * 32 < end; group += warps) {
      if (group * 32 < first)
        continue;
      int leaf = group * 32 + lane;
      float s = treeOfWarp(leaf < end ? visit(leaf) : 0.0f);
      if (lane == 0)
        tree.groups[parity][group] = s;
    }
  }

  __device__ float finishTree(float epsilon) {
    int groups = int((task.leavesPerRow + 31) / 32);
    float s = treeOfBlock(tree.groups[parity], tree.upper[parity], groups);
    parity ^= 1;
    return reciprocalRoot(s, task.cols, epsilon);
  }

  __device__ Leaf<T> loadKept(int leaf) const {
    return loadWhole<T>(kept + int64_t(leaf) * Leaf<T>::bytes);
  }
  __device__ void storeKept(int leaf, const Leaf<T> &value) {
    storeWhole(kept + int64_t(leaf) * Leaf<T>::bytes, value);
  }

  template <typename Source>
  __device__ void piece(int64_t rowIndex, int64_t first, int64_t count,
                        Source &&source) {
    forLeaves(first, count, [&](int leaf) {
      int64_t at = rowIndex * task.cols + int64_t(leaf) * leafElements;
      int elements = elementsOf(task, leaf);
      Leaf<T> value = source(leaf - first);
      if (!row.hasPostNorm)
        value = addResidual(at, elements, value, value);
      storeKept(leaf, value);
      return leafSum(widen(value));
    });
  }

  /// T(value + residual). The outputs may be the residual's buffer, so they are
  /// written after it was read.
  __device__ Leaf<T> addResidual(int64_t at, int elements, Leaf<T> value,
                                 const Leaf<T> &reduced) {
    if (row.residual)
      value =
          addRounded(value, load<T>(row.residual, at, elements, task.aligned));
    if (row.reduced)
      store(row.reduced, at, elements, task.aligned, reduced);
    if (row.residualOut)
      store(row.residualOut, at, elements, task.aligned, value);
    return value;
  }

  __device__ void finish(int64_t rowIndex) {
    if (row.hasPostNorm)
      finishPostNorm(rowIndex);
    bool quantizes = row.quant.scheme != schemeNone;
    if (row.normed || (quantizes && row.hasNorm))
      finishNorm(rowIndex, quantizes);
    if (!quantizes)
      return;
    // Blocks of a scale are not leaves: threads read one another's.
    __syncthreads();
    quantizeRow<T>(row.quant, rowIndex, task.cols,
                   reinterpret_cast<const typename T::Storage *>(kept));
    __syncthreads();
  }

  __device__ void finishNorm(int64_t rowIndex, bool keep) {
    float r = finishTree(row.norm.epsilon);
    forOwnLeaves([&](int leaf) {
      int64_t column = int64_t(leaf) * leafElements;
      int elements = elementsOf(task, leaf);
      Leaf<T> y = normalize(loadKept(leaf), r, row.norm, column, elements);
      if (row.normed)
        store(row.normed, rowIndex * task.cols + column, elements, task.aligned,
              y);
      if (keep)
        storeKept(leaf, y);
    });
  }

  /// The sandwich's first norm; the residual is added to it.
  __device__ void finishPostNorm(int64_t rowIndex) {
    float r = finishTree(row.postNorm.epsilon);
    forLeaves(0, task.leavesPerRow, [&](int leaf) {
      int64_t column = int64_t(leaf) * leafElements;
      int64_t at = rowIndex * task.cols + column;
      int elements = elementsOf(task, leaf);
      Leaf<T> reduced = loadKept(leaf);
      Leaf<T> value = addResidual(
          at, elements, normalize(reduced, r, row.postNorm, column, elements),
          reduced);
      // Zeros where no element is: infinite parameters may have changed them.
#pragma unroll
      for (int i = 0; i < leafElements; ++i)
        if (i >= elements)
          value.element[i] = 0;
      storeKept(leaf, value);
      return leafSum(widen(value));
    });
  }

  /// The same leaves as forLeaves() over the whole row.
  template <typename Visit>
  __device__ void forOwnLeaves(Visit &&visit) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int warps = blockDim.x / 32;
    for (int group = warp; group * 32 < task.leavesPerRow; group += warps)
      if (int leaf = group * 32 + lane; leaf < task.leavesPerRow)
        visit(leaf);
  }
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_EPILOGUE_CUH
