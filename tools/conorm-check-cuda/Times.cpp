//===- Times.cpp - Microseconds a call ------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <pthread.h>

using namespace check;

static constexpr int callsInGraph = 20, inputSets = 4, repeats = 15;

/// What is timed: the fused operation, its parts, and the reduction alone.
enum Form { fused, unfused, reduction, numForms };

static Cell timedCell(int worldSize, int64_t rows, int64_t cols,
                      uint32_t strategy) {
  Cell cell;
  cell.op = CONORM_OP_ALL_REDUCE_RMS_NORM;
  cell.strategy = strategy;
  cell.worldSize = worldSize;
  cell.rows = rows;
  cell.cols = cols;
  cell.residual = cell.residualOut = cell.normedOut = true;
  cell.norm.epsilon = 1e-6f;
  cell.norm.weight_type = CONORM_TYPE_BF16;
  cell.seed = 4;
  return cell;
}

static void callForm(conorm_context *context, Form form, const Cell &cell,
                     const Buffers &at) {
  if (form == fused) {
    call(context, cell, at);
    return;
  }
  Cell part = cell;
  part.op = CONORM_OP_ALL_REDUCE;
  Buffers buffers = at;
  buffers.at[slotOutput] = at.at[slotNormed];
  call(context, part, buffers);
  if (form == reduction)
    return;
  part.op = CONORM_OP_ADD_RMS_NORM;
  buffers.at[slotInput] = at.at[slotNormed];
  call(context, part, buffers);
}

/// Calls captured once, with inputs that rotate.
static cudaGraphExec_t capture(conorm_context *context, const Cell &cell,
                               Form form, const std::vector<Buffers> &sets,
                               cudaStream_t stream) {
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
       "capture");
  for (int i = 0; i < callsInGraph; ++i)
    callForm(context, form, cell, sets[size_t(i % inputSets)]);
  cuda(cudaStreamEndCapture(stream, &graph), "end of capture");
  cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  cuda(cudaGraphUpload(executable, stream), "upload");
  cuda(cudaStreamSynchronize(stream), "upload");
  cudaGraphDestroy(graph);
  return executable;
}

/// Microseconds a call, one value for each repeat.
static std::vector<float> timeReplays(cudaGraphExec_t executable,
                                      cudaStream_t stream,
                                      pthread_barrier_t &barrier) {
  std::vector<float> taken;
  cudaEvent_t begin, end;
  cuda(cudaEventCreate(&begin), "event");
  cuda(cudaEventCreate(&end), "event");
  for (int i = 0; i < repeats + 3; ++i) {
    pthread_barrier_wait(&barrier);
    // The first call waits for the slowest start; it is not timed.
    cuda(cudaGraphLaunch(executable, stream), "replay");
    cuda(cudaEventRecord(begin, stream), "event");
    cuda(cudaGraphLaunch(executable, stream), "replay");
    cuda(cudaEventRecord(end, stream), "event");
    cuda(cudaStreamSynchronize(stream), "replay");
    float milliseconds;
    cuda(cudaEventElapsedTime(&milliseconds, begin, end), "event");
    if (i >= 3)
      taken.push_back(milliseconds * 1000 / callsInGraph);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return taken;
}

/// Median microseconds a call, of the slowest rank.
static double timeForm(int worldSize, const Cell &cell, Form form) {
  std::vector<conorm_bootstrap> gpu(worldSize, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(worldSize, gpu.data());
  std::vector<std::vector<float>> taken(worldSize);
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, unsigned(worldSize));
  onRanks(worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    ContextOptions options;
    options.stream = stream;
    conorm_context *context = makeContext(gpu[rank], options);
    size_t needed = DeviceBuffers::needed(cell);
    DeviceBuffers memory(needed * inputSets);
    std::vector<Buffers> sets;
    for (int i = 0; i < inputSets; ++i)
      sets.push_back(memory.place(cell, rank, stream, needed * size_t(i)));
    // NCCL connects in its first call, which must not be captured.
    callForm(context, form, cell, sets[0]);
    cuda(cudaStreamSynchronize(stream), "first call");
    cudaGraphExec_t executable = capture(context, cell, form, sets, stream);
    taken[rank] = timeReplays(executable, stream, barrier);
    if (conorm_context_status(context))
      printf("FAILED: %s\n", conorm_context_message(context));
    pthread_barrier_wait(&barrier);
    cudaGraphExecDestroy(executable);
    conorm_context_destroy(context);
    cudaStreamDestroy(stream);
  });
  std::vector<float> slowest(repeats, 0.0f);
  for (const std::vector<float> &times : taken)
    for (int i = 0; i < repeats; ++i)
      slowest[size_t(i)] = std::max(slowest[size_t(i)], times[size_t(i)]);
  std::sort(slowest.begin(), slowest.end());
  for (conorm_bootstrap &bootstrap : gpu)
    conorm_bootstrap_release(&bootstrap);
  return slowest[repeats / 2];
}

int check::times(int argc, char **argv) {
  int only = int(option(argc, argv, "world", 0));
  printf("microseconds a call: fused / all_reduce and add_rms_norm / "
         "all_reduce; the best of one_shot and two_shot\n| N | H |");
  static const int64_t allRows[] = {1, 8, 32, 64, 128, 256, 512};
  for (int64_t rows : allRows)
    printf(" T=%lld |", (long long)rows);
  printf("\n");
  for (int worldSize : {2, 4, 8}) {
    if (only && only != worldSize)
      continue;
    for (int64_t cols : {2880, 4096, 8192}) {
      printf("| %d | %lld |", worldSize, (long long)cols);
      for (int64_t rows : allRows) {
        double best[numForms] = {1e9, 1e9, 1e9};
        for (uint32_t strategy :
             {CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT})
          for (int form = 0; form < numForms; ++form)
            best[form] = std::min(
                best[form],
                timeForm(worldSize, timedCell(worldSize, rows, cols, strategy),
                         Form(form)));
        printf(" %.1f / %.1f / %.1f |", best[fused], best[unfused],
               best[reduction]);
        fflush(stdout);
      }
      printf("\n");
    }
  }
  return 0;
}

int check::strategies(int argc, char **argv) {
  int only = int(option(argc, argv, "world", 0));
  // Asked for, since it needs NCCL, and a device for each rank.
  int columns = option(argc, argv, "nccl", 0) ? 3 : 2;
  static const uint32_t strategies[] = {
      CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT, CONORM_STRATEGY_NCCL};
  int devices = 0;
  cuda(cudaGetDeviceCount(&devices), "devices");
  printf("microseconds of an all_reduce, bf16, H=8192; %d devices, ranks in "
         "turn\n| N | bytes | one_shot | two_shot |%s\n",
         devices, columns == 3 ? " nccl |" : "");
  for (int worldSize : {2, 3, 4, 8}) {
    if (only && only != worldSize)
      continue;
    for (int64_t rows = 1; rows <= 4096; rows *= 2) {
      printf("| %d | %lld |", worldSize, (long long)rows * 8192 * 2);
      for (int i = 0; i < columns; ++i)
        printf(" %.1f |",
               timeForm(worldSize,
                        timedCell(worldSize, rows, 8192, strategies[i]),
                        reduction));
      printf("\n");
      fflush(stdout);
    }
  }
  return 0;
}
