//===- Graphs.cpp - Replayed graphs against the CPU -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>

using namespace check;

namespace {
struct Barrier {
  pthread_barrier_t barrier;
  explicit Barrier(int count) {
    pthread_barrier_init(&barrier, nullptr, unsigned(count));
  }
  ~Barrier() { pthread_barrier_destroy(&barrier); }
  void wait() { pthread_barrier_wait(&barrier); }
};

/// A sequence of calls, captured on one rank.
class Sequence {
public:
  Sequence(const std::vector<Cell> &cells, int rank, conorm_context *context,
           conorm_context *onCpu, cudaStream_t stream)
      : cells(cells), rank(rank), stream(stream), memory(total(cells)) {
    for (const Cell &cell : cells) {
      host.emplace_back(cell, rank);
      if (call(onCpu, cell, host.back().buffers))
        die("cpu: %s", conorm_context_message(onCpu));
    }
    reset();
    cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
         "capture");
    for (size_t i = 0; i < cells.size(); ++i)
      if (call(context, cells[i], device[i]))
        die("capturing: %s", conorm_context_message(context));
    cuda(cudaStreamEndCapture(stream, &graph), "end of capture");
    cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
    cuda(cudaGraphUpload(executable, stream), "upload");
    cuda(cudaStreamSynchronize(stream), "upload");
  }
  ~Sequence() {
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
  }

  /// Poisons the outputs and restores the inputs.
  void reset() {
    device.clear();
    size_t offset = 0;
    for (const Cell &cell : cells) {
      device.push_back(memory.place(cell, rank, stream, offset));
      offset += DeviceBuffers::needed(cell);
    }
    cuda(cudaStreamSynchronize(stream), "reset");
  }
  void replay() { cuda(cudaGraphLaunch(executable, stream), "replay"); }
  std::string compare() {
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string difference =
          memory.compare(cells[i], device[i], host[i].buffers, stream);
      if (!difference.empty())
        return describe(cells[i]) + ": " + difference;
    }
    return "";
  }

private:
  static size_t total(const std::vector<Cell> &cells) {
    size_t sum = 0;
    for (const Cell &cell : cells)
      sum += DeviceBuffers::needed(cell);
    return sum;
  }

  const std::vector<Cell> &cells;
  int rank;
  cudaStream_t stream;
  DeviceBuffers memory;
  std::vector<HostBuffers> host;
  std::vector<Buffers> device;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
};
} // namespace

static std::vector<Cell> drawSequence(Random &random, int worldSize,
                                      uint64_t site) {
  static const int64_t rows[] = {1, 2, 7, 64, 0, 129, 3, 40};
  static const int64_t cols[] = {4096, 1021, 2880, 8192, 8, 5120, 65536, 7168};
  std::vector<Cell> cells;
  for (int i = 0; i < 16; ++i) {
    Cell cell = drawCell(random, worldSize, rows[i % 8], cols[i % 8]);
    // Replayed, so that inputs must stay what they are.
    cell.inPlace = false;
    cell.site = site + uint64_t(i);
    cells.push_back(cell);
  }
  return cells;
}

namespace {
/// What the ranks of a replay share.
struct Replays {
  int worldSize;
  /// Replays of a sequence of 16 calls.
  int64_t count;
  uint32_t strategy;
  std::vector<Cell> cells, others;
  Barrier barrier;
  std::atomic<int> failures{0}, caught{0};

  Replays(int worldSize, int64_t calls, uint32_t strategy)
      : worldSize(worldSize), count((calls + 15) / 16), strategy(strategy),
        barrier(worldSize) {
    Random random(77);
    cells = drawSequence(random, worldSize, 1);
    others = drawSequence(random, worldSize, 500);
  }
};
} // namespace

/// Replays in bursts, and compares after each.
static void replayInStep(Replays &shared, int rank, conorm_context *onGpu,
                         Sequence &sequence) {
  for (int64_t done = 0; done < shared.count && !shared.failures;) {
    int64_t burst = std::min<int64_t>(shared.count - done, 250);
    for (int64_t i = 0; i < burst; ++i)
      sequence.replay();
    std::string difference;
    if (conorm_context_synchronize(onGpu))
      difference = conorm_context_message(onGpu);
    else
      difference = sequence.compare();
    if (!difference.empty() && ++shared.failures <= 8)
      printf("FAILED rank %d: %s\n", rank, difference.c_str());
    done += burst;
    shared.barrier.wait(); // all have seen `failures`
    sequence.reset();
    shared.barrier.wait();
  }
}

/// One rank replays another capture: every rank must report it.
static void replayOutOfStep(Replays &shared, int rank, conorm_context *onGpu,
                            Sequence &sequence, Sequence &other) {
  (rank == 1 ? other : sequence).replay();
  conorm_status status = conorm_context_synchronize(onGpu);
  const char *message = conorm_context_message(onGpu);
  if (status == CONORM_ERROR_MISMATCH)
    ++shared.caught;
  else
    printf("FAILED rank %d: status %d, expected mismatch: %s\n", rank, status,
           message);
  if (rank == 0)
    printf("out of step: %s\n", message);
}

static void replayOnRank(Replays &shared, int rank, const conorm_bootstrap &gpu,
                         const conorm_bootstrap &cpu) {
  cudaStream_t stream;
  cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  ContextOptions options;
  options.stream = stream;
  options.workspaceBytes = 4 << 20; // long calls are chunked
  // NCCL takes its time to connect.
  options.deadlineMs = 30000;
  options.strategy = shared.strategy;
  conorm_context *onGpu = makeContext(gpu, options);
  conorm_context_set_deadline(onGpu, 5000);
  options.backend = CONORM_BACKEND_CPU;
  options.strategy = CONORM_STRATEGY_AUTO;
  options.workspaceBytes = 0;
  conorm_context *onCpu = makeContext(cpu, options);
  {
    Sequence sequence(shared.cells, rank, onGpu, onCpu, stream);
    Sequence other(shared.others, rank, onGpu, onCpu, stream);
    shared.barrier.wait();
    replayInStep(shared, rank, onGpu, sequence);
    if (!shared.failures && shared.worldSize > 1)
      replayOutOfStep(shared, rank, onGpu, sequence, other);
    shared.barrier.wait();
  }
  conorm_context_destroy(onGpu);
  conorm_context_destroy(onCpu);
  cudaStreamDestroy(stream);
}

int check::replayMany(int worldSize, int64_t calls, uint32_t strategy) {
  Replays shared(worldSize, calls, strategy);
  std::vector<conorm_bootstrap> cpu(worldSize, CONORM_BOOTSTRAP_INIT),
      gpu(worldSize, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(worldSize, cpu.data());
  conorm_bootstrap_threads(worldSize, gpu.data());
  onRanks(worldSize,
          [&](int rank) { replayOnRank(shared, rank, gpu[rank], cpu[rank]); });
  bool good =
      !shared.failures && (worldSize == 1 || shared.caught == worldSize);
  printf("graphs: world size %d, %lld replayed calls, %d mismatches, out of "
         "step seen by %d of %d ranks: %s\n",
         worldSize, (long long)shared.count * 16, shared.failures.load(),
         shared.caught.load(), worldSize, good ? "passed" : "FAILED");
  return !good;
}

int check::graphs(int argc, char **argv) {
  int64_t calls = option(argc, argv, "calls", 100000);
  int only = int(option(argc, argv, "world", 0));
  int failed = 0;
  for (int worldSize : {2, 4, 8})
    if (!only || only == worldSize)
      failed += replayMany(worldSize, only ? calls : calls / 3 + 1);
  return failed != 0;
}

/// Random delays in every step of the protocol.
int check::delays(int argc, char **argv) {
  int64_t calls = option(argc, argv, "calls", 10000);
  setenv("CONORM_CUDA_DELAYS", "4000", 1);
  int failed = 0;
  for (int worldSize : {2, 3, 4, 8})
    failed += replayMany(worldSize, calls / 4 + 1);
  return failed != 0;
}
