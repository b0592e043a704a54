//===- Matrix.cpp - Sampled cells against the CPU, ranks as threads -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <pthread.h>

using namespace check;

static const int worldSizes[] = {1, 2, 3, 4, 5, 8, 16};
static const int64_t allRows[] = {0, 1, 2, 7, 64, 129, 1000};
static const int64_t allCols[] = {8,    1000, 1021, 2880,  4096,
                                  5120, 7168, 8192, 16384, 65536};

/// Larger calls of many ranks take the CPU too long.
static constexpr int64_t mostElements = int64_t(1) << 26;

void Tally::add(const Cell &cell, int rank, const std::string &difference) {
  std::lock_guard<std::mutex> lock(mutex);
  if (difference.empty()) {
    if (rank == 0)
      ++passed[std::string(conorm_op_name(cell.op)) +
               (cell.quant.scheme ? "+quant" : "") + " " +
               conorm_type_name(cell.type)];
    return;
  }
  if (++failed <= 20)
    printf("FAILED rank %d: %s: %s\n", rank, describe(cell).c_str(),
           difference.c_str());
}

void Tally::print() const {
  for (const auto &entry : passed)
    printf("  %-44s %d equal\n", entry.first.c_str(), entry.second);
}

static std::vector<Cell> sample(Random &random, int worldSize, int count,
                                int64_t cap, std::map<std::string, int> &left) {
  std::vector<Cell> cells;
  while (int(cells.size()) < count) {
    int64_t rows = allRows[random.below(7)], cols = allCols[random.below(10)];
    if (rows * cols * worldSize > cap) {
      ++left["N=" + std::to_string(worldSize) + " " + std::to_string(rows) +
             "x" + std::to_string(cols)];
      continue;
    }
    cells.push_back(drawCell(random, worldSize, rows, cols));
  }
  return cells;
}

void check::runWorld(int worldSize, const std::vector<Cell> &cells,
                     const ContextOptions &wanted, Tally &tally) {
  std::vector<conorm_bootstrap> cpu(worldSize, CONORM_BOOTSTRAP_INIT),
      gpu(worldSize, CONORM_BOOTSTRAP_INIT);
  if (conorm_bootstrap_threads(worldSize, cpu.data()) ||
      conorm_bootstrap_threads(worldSize, gpu.data()))
    die("no bootstrap");
  size_t most = 1 << 20;
  for (const Cell &cell : cells)
    most = std::max(most, DeviceBuffers::needed(cell));
  std::atomic<bool> stopped{false};
  // Tools make copies wait for kernels: no rank calls while another one copies.
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, unsigned(worldSize));
  onRanks(worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    DeviceBuffers memory(most);
    ContextOptions options = wanted;
    options.stream = stream;
    conorm_context *onGpu = makeContext(gpu[rank], options);
    options.backend = CONORM_BACKEND_CPU;
    options.workspaceBytes = 0;
    options.strategy = CONORM_STRATEGY_AUTO;
    conorm_context *onCpu = makeContext(cpu[rank], options);
    for (const Cell &cell : cells) {
      // What the CPU has; any of its strategies gives the same bits.
      Cell plain = cell;
      if (plain.strategy == CONORM_STRATEGY_NCCL)
        plain.strategy = CONORM_STRATEGY_AUTO;
      HostBuffers host(cell, rank);
      Buffers device = memory.place(cell, rank, stream);
      pthread_barrier_wait(&barrier);
      bool stop = stopped;
      pthread_barrier_wait(&barrier);
      if (stop)
        break;
      std::string difference;
      // The call's own status: every later one tells only that it failed.
      if (call(onGpu, cell, device) || conorm_context_synchronize(onGpu))
        difference = conorm_context_message(onGpu);
      else if (call(onCpu, plain, host.buffers))
        difference = conorm_context_message(onCpu);
      else
        difference = memory.compare(cell, device, host.buffers, stream);
      tally.add(cell, rank, difference);
      if (conorm_context_status(onGpu) || conorm_context_status(onCpu))
        stopped = true;
    }
    conorm_context_destroy(onGpu);
    conorm_context_destroy(onCpu);
    cudaStreamDestroy(stream);
  });
  pthread_barrier_destroy(&barrier);
  for (int rank = 0; rank < worldSize; ++rank) {
    conorm_bootstrap_release(&cpu[rank]);
    conorm_bootstrap_release(&gpu[rank]);
  }
}

int check::matrix(int argc, char **argv) {
  int count = int(option(argc, argv, "cells", 5040));
  int64_t cap = option(argc, argv, "elements", mostElements);
  int only = int(option(argc, argv, "world", 0));
  Random random(uint64_t(option(argc, argv, "seed", 1)));
  uint64_t workspace = uint64_t(option(argc, argv, "workspace", 0));
  Tally tally;
  std::map<std::string, int> left;
  int ran = 0;
  // Tools that instrument a kernel when it is first launched would wait for one
  // that waits for the launch: each is launched once by a rank alone.
  if (int warm = int(option(argc, argv, "warm", 0)))
    runWorld(1, sample(random, 1, warm, cap, left), {}, tally);
  for (int worldSize : worldSizes) {
    if (only && worldSize != only)
      continue;
    int share = only ? count : count / 7;
    // Two workspaces: the default one, and one so small that calls are chunked.
    for (int half = 0; half < 2; ++half) {
      std::vector<Cell> cells =
          sample(random, worldSize, (share + half) / 2, cap, left);
      ContextOptions options;
      options.workspaceBytes = workspace ? workspace : half ? 4 << 20 : 0;
      runWorld(worldSize, cells, options, tally);
      ran += int(cells.size());
    }
    printf("world size %d: %d cells, %d failures so far\n", worldSize, share,
           tally.failures());
    fflush(stdout);
  }
  tally.print();
  for (const auto &entry : left)
    printf("  excluded for its size: %s, drawn %d times\n", entry.first.c_str(),
           entry.second);
  printf("matrix: %d cells, %d failed\n", ran, tally.failures());
  return tally.failures() != 0;
}
