//===- Bounds.cu - What no implementation can beat ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <algorithm>

using namespace bench;

//===----------------------------------------------------------------------===//
// The minimal exchange
//===----------------------------------------------------------------------===//

static constexpr int maxRanks = 8;

namespace {
/// Memory of each rank that its peers write: two parities of a row from each
/// peer, and a flag for each.
struct Exchange {
  uint4 *slots[maxRanks];
  unsigned *flags[maxRanks];
  /// Calls made so far, on this rank.
  unsigned *calls;
  int ranks, self, words;
};
} // namespace

/// Sends one row to each peer, one flag after it, and waits for theirs.
__global__ void exchangeRow(Exchange exchange, const uint4 *row, uint4 *out) {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
  unsigned call = *exchange.calls;
  size_t parity = size_t(call & 1) * exchange.ranks;
  if (int(threadIdx.x) < exchange.words) {
    uint4 word = row[threadIdx.x];
    for (int peer = 0; peer < exchange.ranks; ++peer)
      exchange.slots[peer][(parity + exchange.self) * exchange.words +
                           threadIdx.x] = word;
  }
  __syncthreads();
  if (int(threadIdx.x) < exchange.ranks) {
    int peer = int(threadIdx.x);
    asm volatile("st.global.release.sys.b32 [%0], %1;" ::"l"(
                     exchange.flags[peer] + exchange.self),
                 "r"(call + 1)
                 : "memory");
    unsigned seen;
    do
      asm volatile("ld.global.acquire.sys.b32 %0, [%1];"
                   : "=r"(seen)
                   : "l"(exchange.flags[exchange.self] + peer)
                   : "memory");
    while (seen - (call + 1) > 1);
  }
  __syncthreads();
  if (int(threadIdx.x) < exchange.words) {
    uint4 sum = {0, 0, 0, 0};
    for (int peer = 0; peer < exchange.ranks; ++peer) {
      uint4 word =
          exchange.slots[exchange.self]
                        [(parity + peer) * exchange.words + threadIdx.x];
      sum.x ^= word.x, sum.y ^= word.y, sum.z ^= word.z, sum.w ^= word.w;
    }
    out[threadIdx.x] = sum;
  }
  if (threadIdx.x == 0)
    *exchange.calls = call + 1;
}

/// A kernel that may start while the one before it ends.
template <typename... Params, typename... Args>
static void launch(void (*kernel)(Params...), int blocks, int threads,
                   cudaStream_t stream, Args... args) {
  cudaLaunchAttribute dependent = {};
  dependent.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  dependent.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = unsigned(blocks);
  config.blockDim = unsigned(threads);
  config.stream = stream;
  config.attrs = &dependent;
  config.numAttrs = 1;
  check::cuda(cudaLaunchKernelEx(&config, kernel, Params(args)...), "launch");
}

namespace {

class MinimalExchange : public Contestant {
public:
  MinimalExchange() : Contestant("minimal_exchange") {}
  ~MinimalExchange() override { release(); }
  bool supports(const Point &point) const override {
    return point.rows == 1 && point.worldSize <= maxRanks;
  }
  void prepare(const Point &point, int64_t worldSize) override {
    release();
    size_t row = size_t(point.bytes());
    for (int rank = 0; rank < worldSize; ++rank) {
      check::useDeviceOf(rank);
      size_t bytes = row * 2 * size_t(worldSize) + 4096;
      char *at;
      check::cuda(cudaMalloc(&at, bytes), "cudaMalloc");
      check::cuda(cudaMemset(at, 0, bytes), "cudaMemset");
      memory.push_back(at);
      shared.slots[rank] = reinterpret_cast<uint4 *>(at + 4096);
      shared.flags[rank] = reinterpret_cast<unsigned *>(at + 2048);
    }
    check::cuda(cudaDeviceSynchronize(), "clearing the slots");
    shared.ranks = int(worldSize);
    shared.words = int(row / sizeof(uint4));
  }
  void enqueue(const Rank &rank, int set) override {
    Exchange mine = shared;
    mine.self = rank.rank;
    mine.calls = reinterpret_cast<unsigned *>(memory[size_t(rank.rank)]);
    launch(exchangeRow, 1, (mine.words + 31) / 32 * 32, rank.stream, mine,
           static_cast<const uint4 *>(rank.sets[set].at[check::slotInput]),
           static_cast<uint4 *>(rank.sets[set].at[check::slotNormed]));
  }

private:
  void release() {
    for (char *at : memory)
      cudaFree(at);
    memory.clear();
  }
  Exchange shared = {};
  std::vector<char *> memory;
};

} // namespace

//===----------------------------------------------------------------------===//
// A copy of the floor's bytes
//===----------------------------------------------------------------------===//

__global__ void copyWords(const uint4 *from, uint4 *to, int64_t words) {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
  int64_t stride = int64_t(gridDim.x) * blockDim.x;
  int64_t i = int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  for (; i + 3 * stride < words; i += 4 * stride) {
    uint4 a = from[i], b = from[i + stride], c = from[i + 2 * stride],
          d = from[i + 3 * stride];
    to[i] = a, to[i + stride] = b, to[i + 2 * stride] = c,
    to[i + 3 * stride] = d;
  }
  for (; i < words; i += stride)
    to[i] = from[i];
}

int64_t bench::floorBytes(const Point &point) {
  int64_t n = point.worldSize, m = point.bytes();
  return std::min((2 * n + 2) * m, 4 * m + 4 * (n - 1) * m / n);
}

namespace {

class FloorCopy : public Contestant {
public:
  FloorCopy() : Contestant("floor_copy") {}
  ~FloorCopy() override { release(); }
  void prepare(const Point &point, int64_t worldSize) override {
    release();
    half = (floorBytes(point) / 2 + 15) / 16 * 16;
    for (int rank = 0; rank < worldSize; ++rank) {
      check::useDeviceOf(rank);
      char *at;
      check::cuda(cudaMalloc(&at, size_t(half) * 2 * inputSets), "cudaMalloc");
      memory.push_back(at);
    }
  }
  void enqueue(const Rank &rank, int set) override {
    char *from = memory[size_t(rank.rank)] + half * 2 * set;
    int64_t words = half / 16;
    int blocks =
        int(std::min<int64_t>((words + 1023) / 1024, 2 * rank.multiprocessors));
    launch(copyWords, blocks, 1024, rank.stream,
           reinterpret_cast<const uint4 *>(from),
           reinterpret_cast<uint4 *>(from + half), words);
  }

private:
  void release() {
    for (char *at : memory)
      cudaFree(at);
    memory.clear();
  }
  int64_t half = 0;
  std::vector<char *> memory;
};

} // namespace

__global__ void nothing() {}

void bench::launchNothing(cudaStream_t stream) {
  nothing<<<1, 32, 0, stream>>>();
}

void bench::addBounds(Contestants &to) {
  to.push_back(std::make_unique<MinimalExchange>());
  to.push_back(std::make_unique<FloorCopy>());
}
