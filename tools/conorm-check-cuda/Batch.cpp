//===- Batch.cpp - A row's bits are its own -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rule R7 on a GPU: every row of a random batch against the same row by itself,
// with the strategy that the runtime chooses for either size.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <algorithm>
#include <cstdio>

using namespace check;

static const int worldSizes[] = {1, 2, 3, 4, 8};
static const int64_t allCols[] = {8, 1000, 2880, 4096, 7168, 16384};

/// A batch that is computed row by row. Layouts that store scales of several
/// rows together are left out: the same bits in other places.
static Cell drawBatch(Random &random, int worldSize) {
  for (;;) {
    int64_t cols = allCols[random.below(6)];
    Cell cell =
        drawCell(random, worldSize, 2 + int64_t(random.below(150)), cols);
    if (cell.op == CONORM_OP_REDUCE_SCATTER ||
        cell.op == CONORM_OP_ALL_GATHER ||
        cell.quant.scale_layout != CONORM_SCALE_LAYOUT_LINEAR)
      continue;
    cell.strategy = CONORM_STRATEGY_AUTO;
    cell.inPlace = false;
    return cell;
  }
}

static bool isPerRow(Slot slot) {
  return slot == slotInput || slot == slotResidual || isOutput(slot);
}

/// The batch's inputs at row `row`, and outputs of their own.
static Buffers rowOf(const Cell &one, int64_t row, const Buffers &whole,
                     Buffers outputs) {
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    if (isOutput(slot) || !whole.at[i])
      continue;
    int64_t skip = isPerRow(slot) ? row * bytesOf(one, slot) : 0;
    outputs.at[i] = static_cast<char *>(whole.at[i]) + skip;
  }
  return outputs;
}

static void copy(const void *from, std::vector<char> &to, cudaStream_t stream) {
  cuda(cudaMemcpyAsync(to.data(), from, to.size(), cudaMemcpyDeviceToHost,
                       stream),
       "cudaMemcpy");
}

/// Compares the outputs of one row with those of the batch.
static std::string compareRow(const Cell &one, int64_t row,
                              const Buffers &whole, const Buffers &alone,
                              cudaStream_t stream) {
  std::vector<char> expected, found;
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    size_t size = size_t(bytesOf(one, slot));
    if (!isOutput(slot) || size == 0)
      continue;
    expected.resize(size);
    found.resize(size);
    copy(static_cast<char *>(whole.at[i]) + row * int64_t(size), expected,
         stream);
    copy(alone.at[i], found, stream);
    cuda(cudaStreamSynchronize(stream), "copying outputs");
    std::string difference =
        check::compare(one, slot, expected.data(), found.data());
    if (!difference.empty())
      return "row " + std::to_string(row) + ": " + difference;
  }
  return "";
}

static constexpr int64_t mostRows = 16;

static Cell oneRow(Cell batch) {
  batch.rows = 1;
  return batch;
}

static size_t needed(const Cell &batch) {
  return DeviceBuffers::needed(batch) +
         mostRows * DeviceBuffers::needed(oneRow(batch));
}

/// The batch, then up to `mostRows` of its rows, one call each.
static std::string checkBatch(conorm_context *context, const Cell &batch,
                              int rank, DeviceBuffers &memory,
                              cudaStream_t stream) {
  Cell one = oneRow(batch);
  int64_t rows = std::min(batch.rows, mostRows);
  Buffers whole = memory.place(batch, rank, stream);
  if (call(context, batch, whole))
    return conorm_context_message(context);
  std::vector<Buffers> alone;
  std::vector<int64_t> chosen;
  size_t offset = DeviceBuffers::needed(batch);
  for (int64_t i = 0; i < rows; ++i, offset += DeviceBuffers::needed(one)) {
    // The first rows, the last ones, and some between.
    chosen.push_back(i * (batch.rows - 1) / std::max<int64_t>(rows - 1, 1));
    alone.push_back(rowOf(one, chosen.back(), whole,
                          memory.place(one, rank, stream, offset)));
    if (call(context, one, alone.back()))
      return conorm_context_message(context);
  }
  if (conorm_context_synchronize(context))
    return conorm_context_message(context);
  for (int64_t i = 0; i < rows; ++i) {
    std::string difference =
        compareRow(one, chosen[i], whole, alone[i], stream);
    if (!difference.empty())
      return difference;
  }
  return "";
}

static void checkWorld(int worldSize, const std::vector<Cell> &batches,
                       Tally &tally) {
  std::vector<conorm_bootstrap> bootstraps(worldSize, CONORM_BOOTSTRAP_INIT);
  if (conorm_bootstrap_threads(worldSize, bootstraps.data()))
    die("no bootstrap");
  onRanks(worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    // Allocated before the first call: an allocation waits for kernels that may
    // wait for this rank.
    size_t most = 0;
    for (const Cell &batch : batches)
      most = std::max(most, needed(batch));
    DeviceBuffers memory(most);
    ContextOptions options;
    options.stream = stream;
    conorm_context *context = makeContext(bootstraps[rank], options);
    for (const Cell &batch : batches) {
      std::string difference = checkBatch(context, batch, rank, memory, stream);
      tally.add(batch, rank, difference);
      if (conorm_context_status(context))
        break;
    }
    conorm_context_destroy(context);
    cudaStreamDestroy(stream);
  });
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
}

int check::batch(int argc, char **argv) {
  int count = int(option(argc, argv, "cells", 60));
  int only = int(option(argc, argv, "world", 0));
  Random random(uint64_t(option(argc, argv, "seed", 1)));
  Tally tally;
  int ran = 0;
  for (int worldSize : worldSizes) {
    if (only && worldSize != only)
      continue;
    std::vector<Cell> batches;
    for (int i = 0; i < count; ++i)
      batches.push_back(drawBatch(random, worldSize));
    checkWorld(worldSize, batches, tally);
    ran += count;
    printf("world size %d: %d batches, %d failures so far\n", worldSize, count,
           tally.failures());
    fflush(stdout);
  }
  tally.print();
  printf("batch: %d batches, %d failed\n", ran, tally.failures());
  return tally.failures() != 0;
}
