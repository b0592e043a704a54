//===- Task.h - What a kernel has to do -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_TASK_H
#define CONORM_RUNTIME_LIB_CUDA_TASK_H

#include <cstdint>

namespace conorm::rt::cuda {

/// Consecutive elements that one thread handles at a time, and a leaf of R3.
constexpr int leafElements = 8;
constexpr int maxThreads = 512;
/// Longest row: its leaves' sums, 32 leaves each, are kept in shared memory.
constexpr int64_t maxCols = 131072;
constexpr int maxLeafGroups = int(maxCols / leafElements / 32);
/// A row that is being normed stays in shared memory up to this size, and in
/// the context's scratch, which has a place for `scratchBlocks`, beyond.
constexpr int64_t sharedRowBytes = 90 << 10;
constexpr int scratchBlocks = 16;

struct NormTask {
  const void *weight;
  float epsilon;
  float weightBias;
  uint32_t roundThenScale;
  uint32_t roundWeight;
  uint32_t weightIsF32;
  uint32_t reserved;
};

/// Values of conorm_quant_scheme and conorm_scale_layout.
enum : uint32_t {
  schemeNone = 0,
  schemePerTensor = 1,
  schemePerToken = 2,
  schemePerGroup = 3,
  schemeNvfp4 = 4,
  schemeMxfp8 = 5,
  layoutSwizzled = 1,
  layoutPacked = 2
};

struct QuantTask {
  uint32_t scheme;
  uint32_t layout;
  uint32_t divides;
  uint32_t codeIsE5M2;
  uint32_t scaleIsF32;
  uint32_t scaleIsE8M0;
  const float *scale;
  uint8_t *quantized;
  void *scales;
  int64_t rows;
  /// Elements that share a scale.
  int64_t block;
  int64_t blocksPerRow;
  /// All of `scales`, padding included; the host's business.
  uint64_t scaleBytes;
};

/// The norm family: what becomes of each row. Null outputs are not made.
struct RowTask {
  const void *residual;
  void *reduced;
  void *residualOut;
  void *normed;
  char *scratch;
  NormTask norm;
  NormTask postNorm;
  QuantTask quant;
  uint32_t hasPostNorm;
  /// Without a norm (quantize) y is the value itself.
  uint32_t hasNorm;
  /// Whether the row is kept in shared memory.
  uint32_t rowInShared;
  uint32_t reserved;
  /// Bytes of a row in shared memory or scratch.
  int64_t rowBytes;
};

struct Task {
  const void *input;
  /// all_reduce, reduce_scatter, all_gather.
  void *output;
  /// Rows of `cols` elements in `leavesPerRow` leaves, the last one perhaps
  /// not full. Without rows that mean something there is a single one.
  int64_t rows;
  int64_t cols;
  int64_t leavesPerRow;
  /// reduce_scatter, all_gather: elements that are contiguous in both tensors.
  int64_t block;
  /// The norm family: rows before this call's part, which the buffers hold.
  int64_t firstRow;
  /// Norms alone: rows of the input that follow each other, 0 for all, and the
  /// elements from the first of these to that of the next.
  int64_t inputGroupRows;
  int64_t inputGroupStride;
  uint32_t reduction;
  uint32_t twoShot;
  /// Every row of every buffer begins on 16 bytes; so does every block.
  uint32_t aligned;
  /// Blocks that share a row; 0 if none do.
  uint32_t clusterSize;
  RowTask row;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_TASK_H
