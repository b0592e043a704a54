//===- Cluster.cuh - Sums that the blocks of a cluster exchange -*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A row of a small call is spread over a cluster of blocks, so that more
// multiprocessors load it. R3's tree is the same: its groups of 32 leaves go to
// every block, through distributed shared memory. Each word carries whether its
// warp gave up, so the blocks of a cluster leave together, and no barrier is
// needed but the one by which the words are counted.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTER_CUH
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTER_CUH

#include "../Numerics.cuh"

namespace conorm::rt::cuda {

/// Groups of a row that is spread, and warps without leaves, one a block.
constexpr int maxClusterGroups = 32;
constexpr int maxClusterSize = 8;

/// In the shared memory of each block, at the same place.
struct ClusterStorage {
  /// One for each norm of a call, which is used once.
  uint64_t barriers[2];
  /// {sum, nonzero if the warp gave up}.
  uint2 words[2][maxClusterGroups + maxClusterSize];
};

#if __CUDA_ARCH__ >= 900

inline __device__ uint32_t clusterRank() {
  uint32_t rank;
  asm volatile("mov.u32 %0, %cluster_ctarank;" : "=r"(rank));
  return rank;
}
inline __device__ uint32_t sharedAddress(const void *at) {
  return uint32_t(__cvta_generic_to_shared(at));
}

class ClusterSums {
public:
  /// `count` words come in each round, from this block's warps and others'.
  __device__ ClusterSums(ClusterStorage &storage, int blocks, int count)
      : storage(storage), blocks(blocks), count(count) {
    if (threadIdx.x == 0)
      for (uint64_t &barrier : storage.barriers) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;"
                     :
                     : "r"(sharedAddress(&barrier))
                     : "memory");
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;"
                     :
                     : "r"(sharedAddress(&barrier)),
                       "r"(uint32_t(count * sizeof(uint2)))
                     : "memory");
      }
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
  }

  /// Every thread, before the first send(): all blocks have begun.
  __device__ void awaitBlocks() const {
    asm volatile("barrier.cluster.wait.acquire;" ::: "memory");
  }

  /// One word to every block, by a warp whose lanes all have it.
  __device__ void send(int place, float sum, bool gaveUp) const {
    uint32_t lane = threadIdx.x % 32;
    if (int(lane) >= blocks)
      return;
    uint32_t to, barrier;
    uint64_t word = uint64_t(gaveUp) << 32 | __float_as_uint(sum);
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;"
                 : "=r"(to)
                 : "r"(sharedAddress(&storage.words[round][place])), "r"(lane));
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;"
                 : "=r"(barrier)
                 : "r"(sharedAddress(&storage.barriers[round])), "r"(lane));
    asm volatile("st.async.weak.shared::cluster.mbarrier::complete_tx::bytes"
                 ".b64 [%0], %1, [%2];"
                 :
                 : "r"(to), "l"(word), "r"(barrier)
                 : "memory");
  }

  /// The tree over the first `groups` words, on every thread of every block;
  /// false everywhere if a warp of any block gave up.
  __device__ bool collect(int groups, float &s) {
    uint32_t done = 0;
    while (!done)
      asm volatile(
          "{\n"
          ".reg .pred p;\n"
          "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p, "
          "[%1], 0;\n"
          "selp.u32 %0, 1, 0, p;\n"
          "}"
          : "=r"(done)
          : "r"(sharedAddress(&storage.barriers[round]))
          : "memory");
    int lane = threadIdx.x % 32;
    const uint2 *words = storage.words[round];
    float sum = lane < groups ? __uint_as_float(words[lane].x) : 0.0f;
    bool gaveUp = lane < count && words[lane].y;
    gaveUp |= lane + 32 < count && words[lane + 32].y;
    s = treeOfWarp(sum);
    ++round;
    return !__any_sync(~0u, gaveUp);
  }

private:
  ClusterStorage &storage;
  int blocks;
  int count;
  int round = 0;
};

#endif

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_CLUSTER_CUH
