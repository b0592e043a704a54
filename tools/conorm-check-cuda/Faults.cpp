//===- Faults.cpp - Ranks that do not do what they should, as threads -----===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

using namespace check;
using Clock = std::chrono::steady_clock;

namespace {
enum Kind { never, delayed, shape, operation, site, numKinds };
const char *const kindNames[] = {"never calls", "delayed", "another shape",
                                 "another op", "another site"};

struct Trial {
  Kind kind;
  int worldSize;
  int victim;
  int before;
  uint32_t deadlineMs;
  uint32_t strategy;
};
} // namespace

static double millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin)
      .count();
}

static Cell smallCell(int worldSize, uint64_t seed) {
  Random random(seed);
  Cell cell = drawCell(random, worldSize, 16, 4096);
  cell.op = CONORM_OP_ALL_REDUCE_RMS_NORM;
  cell.residual = cell.residualOut = cell.normedOut = true;
  cell.reducedOut = cell.postNorm = false;
  cell.quant = {};
  cell.post = {};
  cell.norm.weight_type = CONORM_TYPE_NONE;
  cell.inPlace = false;
  cell.outer = cell.dim = cell.inner = 1;
  return cell;
}

/// What a rank calls at the moment of the fault.
static void misbehave(const Trial &trial, Cell &cell, Buffers &device) {
  if (trial.kind == shape)
    cell.rows = 15;
  if (trial.kind == operation) {
    cell.op = CONORM_OP_ALL_REDUCE;
    device.at[slotOutput] = device.at[slotNormed];
  }
  if (trial.kind == site) {
    cell.site += 1;
    cell.label = "check.mlir:9:9";
  }
}

static std::string judge(const Trial &trial, int rank, conorm_status status,
                         const char *message, double milliseconds) {
  bool isTime = trial.kind == never || trial.kind == delayed;
  conorm_status expected =
      isTime ? CONORM_ERROR_TIMEOUT : CONORM_ERROR_MISMATCH;
  std::string victim = "rank " + std::to_string(trial.victim) + " ";
  if (status != expected)
    return "status " + std::to_string(status) + ": " + message;
  if (rank != trial.victim && !strstr(message, victim.c_str()))
    return std::string("does not name the rank: ") + message;
  if (!strstr(message, "call "))
    return std::string("does not name the call: ") + message;
  if (milliseconds > trial.deadlineMs + 1000)
    return "took " + std::to_string(milliseconds) + " ms";
  return "";
}

/// One rank's part of a trial. Returns what is wrong.
static std::string runRank(const Trial &trial, int rank, uint64_t seed,
                           conorm_context *context, DeviceBuffers &memory,
                           cudaStream_t stream, std::atomic<int> &reported,
                           std::string &message) {
  Cell cell = smallCell(trial.worldSize, seed);
  Buffers device = memory.place(cell, rank, stream);
  for (int i = 0; i < trial.before; ++i)
    if (call(context, cell, device))
      return conorm_context_message(context);
  if (conorm_context_synchronize(context))
    return std::string("before the fault: ") + conorm_context_message(context);
  bool isVictim = rank == trial.victim;
  if (isVictim && trial.kind == never) {
    while (reported < trial.worldSize - 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return "";
  }
  if (isVictim && trial.kind == delayed)
    std::this_thread::sleep_for(
        std::chrono::milliseconds(2 * trial.deadlineMs));
  if (isVictim)
    misbehave(trial, cell, device);
  Clock::time_point begin = Clock::now();
  conorm_status status = call(context, cell, device);
  if (status == CONORM_OK)
    status = conorm_context_synchronize(context);
  double taken = millisecondsSince(begin);
  ++reported;
  message = conorm_context_message(context);
  // A late rank finds that the others gave up; how it says so is its own.
  if (isVictim && trial.kind == delayed)
    return status == CONORM_OK ? "the late rank noticed nothing" : "";
  return judge(trial, rank, status, message.c_str(), taken);
}

/// After a failure a new communicator in the same process gives right bits.
static std::string runAgain(const Trial &trial, int rank, uint64_t seed,
                            const conorm_bootstrap &gpu,
                            const conorm_bootstrap &cpu, DeviceBuffers &memory,
                            cudaStream_t stream) {
  ContextOptions options;
  options.stream = stream;
  options.workspaceBytes = 8 << 20;
  options.strategy = trial.strategy;
  conorm_context *onGpu = makeContext(gpu, options);
  options.backend = CONORM_BACKEND_CPU;
  options.strategy = CONORM_STRATEGY_AUTO;
  conorm_context *onCpu = makeContext(cpu, options);
  Cell cell = smallCell(trial.worldSize, seed ^ 99);
  HostBuffers host(cell, rank);
  Buffers device = memory.place(cell, rank, stream);
  std::string difference;
  if (call(onGpu, cell, device) || conorm_context_synchronize(onGpu))
    difference = conorm_context_message(onGpu);
  else if (call(onCpu, cell, host.buffers))
    difference = conorm_context_message(onCpu);
  else
    difference = memory.compare(cell, device, host.buffers, stream);
  conorm_context_destroy(onGpu);
  conorm_context_destroy(onCpu);
  return difference.empty() ? "" : "afterwards: " + difference;
}

static bool runTrial(const Trial &trial, uint64_t seed, bool verbose) {
  int n = trial.worldSize;
  std::vector<conorm_bootstrap> first(n, CONORM_BOOTSTRAP_INIT),
      second(n, CONORM_BOOTSTRAP_INIT), cpu(n, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(n, first.data());
  conorm_bootstrap_threads(n, second.data());
  conorm_bootstrap_threads(n, cpu.data());
  std::atomic<int> reported{0};
  std::mutex mutex;
  bool good = true;
  onRanks(n, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    DeviceBuffers memory(4 << 20);
    ContextOptions options;
    options.stream = stream;
    options.deadlineMs = 20000;
    options.workspaceBytes = 8 << 20;
    options.strategy = trial.strategy;
    conorm_context *context = makeContext(first[rank], options);
    conorm_context_set_deadline(context, trial.deadlineMs);
    std::string message;
    std::string wrong =
        runRank(trial, rank, seed, context, memory, stream, reported, message);
    Clock::time_point begin = Clock::now();
    conorm_context_destroy(context);
    if (double taken = millisecondsSince(begin); taken > 3000)
      wrong += " destroy took " + std::to_string(taken) + " ms";
    std::string again =
        runAgain(trial, rank, seed, second[rank], cpu[rank], memory, stream);
    cudaStreamDestroy(stream);
    std::lock_guard<std::mutex> lock(mutex);
    if (verbose && rank == (trial.victim + 1) % n)
      printf("  %-13s %s\n", kindNames[trial.kind], message.c_str());
    if (wrong.empty() && again.empty())
      return;
    good = false;
    printf("FAILED %s, victim %d, after %d calls, rank %d: %s %s\n",
           kindNames[trial.kind], trial.victim, trial.before, rank,
           wrong.c_str(), again.c_str());
  });
  for (int rank = 0; rank < n; ++rank) {
    conorm_bootstrap_release(&first[rank]);
    conorm_bootstrap_release(&second[rank]);
    conorm_bootstrap_release(&cpu[rank]);
  }
  return good;
}

int check::faults(int argc, char **argv) {
  FaultOptions options;
  options.count = int(option(argc, argv, "count", options.count));
  options.seed = uint64_t(option(argc, argv, "seed", int64_t(options.seed)));
  options.deadlineMs =
      uint32_t(option(argc, argv, "deadline", options.deadlineMs));
  return runFaults(options) != 0;
}

int check::runFaults(const FaultOptions &options) {
  int count = options.count;
  Random random(options.seed);
  int failed = 0;
  for (int kind = 0; kind < numKinds; ++kind) {
    int good = 0;
    for (int i = 0; i < count; ++i) {
      Trial trial;
      trial.kind = Kind(kind);
      trial.strategy = options.strategy;
      trial.worldSize =
          options.least +
          int(random.below(uint64_t(options.most - options.least + 1)));
      trial.victim = int(random.below(uint64_t(trial.worldSize)));
      trial.before = int(random.below(40));
      trial.deadlineMs = options.deadlineMs;
      // Of two different calls in a world of two, the lower rank's is right.
      if (trial.worldSize == 2 && kind >= shape)
        trial.victim = 1;
      good += runTrial(trial, random.next(), i == 0);
    }
    printf("faults: %-13s %d of %d as expected\n", kindNames[kind], good,
           count);
    fflush(stdout);
    failed += count - good;
  }
  return failed;
}
