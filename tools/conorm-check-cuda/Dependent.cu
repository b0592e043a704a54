//===- Dependent.cu - Programmatic dependent launch on both sides ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Each call stands between two kernels that are as unfriendly as programmatic
// dependent launch allows. The one in front lets its successor start at once,
// sleeps, and only then writes the call's buffers: inputs, residual and weights
// alike. The one behind may start as soon as the call lets it, copies the
// outputs away, and lets its own successor start at once, which is the next
// repetition's: it overwrites what the call read and wrote.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <pthread.h>

using namespace check;

namespace {
constexpr int repetitions = 4;

/// Copies words once the kernels in front are complete, and `nanoseconds`
/// later.
__global__ void copyLate(uint4 *to, const uint4 *from, size_t words,
                         uint32_t nanoseconds) {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
  for (uint32_t slept = 0; slept < nanoseconds; slept += 1000)
    __nanosleep(1000);
  for (size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < words;
       i += gridDim.x * blockDim.x)
    to[i] = from[i];
}

void launchCopy(DeviceBuffers &to, size_t offset, const DeviceBuffers &from,
                size_t bytes, uint32_t nanoseconds, cudaStream_t stream) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(8);
  config.blockDim = dim3(256);
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  cuda(cudaLaunchKernelEx(&config, copyLate,
                          reinterpret_cast<uint4 *>(to.data() + offset),
                          reinterpret_cast<const uint4 *>(from.data()),
                          bytes / sizeof(uint4), nanoseconds),
       "copyLate");
}

/// The buffers of one rank: as they should be, as the call sees them, and what
/// was seen of them after each repetition.
class Sandwiched {
public:
  Sandwiched(const Cell &cell, int rank, cudaStream_t stream)
      : cell(cell), stream(stream), bytes(DeviceBuffers::needed(cell)),
        staged(bytes), live(bytes), seen(bytes * repetitions) {
    staged.place(cell, rank, stream);
    at = live.place(cell, rank, stream);
    cuda(cudaMemsetAsync(live.data(), 0x5a, bytes, stream), "cudaMemset");
    cuda(cudaMemsetAsync(seen.data(), 0x5a, bytes * repetitions, stream),
         "cudaMemset");
    cuda(cudaStreamSynchronize(stream), "preparing");
  }

  bool enqueue(conorm_context *context) {
    for (int i = 0; i < repetitions; ++i) {
      uint32_t sleep = i % 2 ? 20000 : 2000;
      launchCopy(live, 0, staged, bytes, sleep, stream);
      if (call(context, cell, at))
        return false;
      launchCopy(seen, bytes * size_t(i), live, bytes, sleep, stream);
    }
    return true;
  }

  std::string compare(const Buffers &host) {
    for (int i = 0; i < repetitions; ++i) {
      Buffers result;
      for (int slot = 0; slot < numSlots; ++slot)
        if (at.at[slot])
          result.at[slot] = seen.data() + bytes * size_t(i) +
                            (static_cast<char *>(at.at[slot]) - live.data());
      std::string difference = seen.compare(cell, result, host, stream);
      if (!difference.empty())
        return "repetition " + std::to_string(i) + ": " + difference;
    }
    return "";
  }

private:
  const Cell &cell;
  cudaStream_t stream;
  size_t bytes;
  DeviceBuffers staged, live, seen;
  Buffers at;
};
} // namespace

/// Runs the cell eagerly or as a replayed graph; the first difference.
static std::string runCell(const Cell &cell, int rank, bool asGraph,
                           conorm_context *onGpu, conorm_context *onCpu,
                           cudaStream_t stream, pthread_barrier_t &barrier) {
  Sandwiched buffers(cell, rank, stream);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  if (asGraph) {
    cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
         "capture");
    if (!buffers.enqueue(onGpu))
      die("capturing: %s", conorm_context_message(onGpu));
    cuda(cudaStreamEndCapture(stream, &graph), "end of capture");
    cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
    cuda(cudaGraphUpload(executable, stream), "upload");
    cuda(cudaStreamSynchronize(stream), "upload");
  }
  pthread_barrier_wait(&barrier);
  bool good = true;
  if (asGraph)
    cuda(cudaGraphLaunch(executable, stream), "replay");
  else
    good = buffers.enqueue(onGpu);
  std::string difference;
  if (!good || conorm_context_synchronize(onGpu))
    difference = conorm_context_message(onGpu);
  // Nothing that waits for the device while another rank's kernels wait.
  pthread_barrier_wait(&barrier);
  if (difference.empty()) {
    HostBuffers host(cell, rank);
    difference = call(onCpu, cell, host.buffers)
                     ? conorm_context_message(onCpu)
                     : buffers.compare(host.buffers);
  }
  if (asGraph) {
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
  }
  return difference;
}

static int sandwich(int worldSize, int count, Random &random) {
  static const int64_t rows[] = {1, 2, 7, 64, 129, 0};
  static const int64_t cols[] = {4096, 1021, 2880, 8192, 8, 65536};
  std::vector<Cell> cells;
  for (int i = 0; i < count; ++i) {
    int64_t length = cols[random.below(6)];
    cells.push_back(drawCell(
        random, worldSize, length > 8192 ? 3 : rows[random.below(6)], length));
  }
  std::vector<conorm_bootstrap> cpu(worldSize, CONORM_BOOTSTRAP_INIT),
      gpu(worldSize, CONORM_BOOTSTRAP_INIT);
  if (conorm_bootstrap_threads(worldSize, cpu.data()) ||
      conorm_bootstrap_threads(worldSize, gpu.data()))
    die("no bootstrap");
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, unsigned(worldSize));
  std::vector<int> failed(worldSize);
  onRanks(worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    ContextOptions options;
    options.stream = stream;
    options.workspaceBytes = 4 << 20; // long calls are chunked
    conorm_context *onGpu = makeContext(gpu[rank], options);
    options.backend = CONORM_BACKEND_CPU;
    options.workspaceBytes = 0;
    conorm_context *onCpu = makeContext(cpu[rank], options);
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string difference =
          runCell(cells[i], rank, i % 2, onGpu, onCpu, stream, barrier);
      if (!difference.empty() && ++failed[rank] <= 8)
        printf("FAILED rank %d: %s: %s\n", rank, describe(cells[i]).c_str(),
               difference.c_str());
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
  int worst = *std::max_element(failed.begin(), failed.end());
  printf("dependent: world size %d, %d cells, %d calls each, %d cells failed\n",
         worldSize, count, repetitions, worst);
  fflush(stdout);
  return worst;
}

int check::dependent(int argc, char **argv) {
  int count = int(option(argc, argv, "cells", 400));
  int only = int(option(argc, argv, "world", 0));
  Random random(uint64_t(option(argc, argv, "seed", 9)));
  int failed = 0;
  for (int worldSize : {1, 2, 3, 4, 8})
    if (!only || only == worldSize)
      failed += sandwich(worldSize, only ? count : count / 5, random);
  return failed != 0;
}

//===----------------------------------------------------------------------===//
// What a launch costs the host
//===----------------------------------------------------------------------===//

static __global__ void nothing() {}

void check::launchNothing(cudaStream_t stream) {
  cudaLaunchConfig_t config{};
  config.gridDim = config.blockDim = dim3(1);
  config.stream = stream;
  cuda(cudaLaunchKernelEx(&config, nothing), "launch");
}
