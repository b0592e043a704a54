//===- World.h - The ranks, as one of them sees them ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_WORLD_H
#define CONORM_TOOLS_CONORM_RUN_WORLD_H

#include "conorm-runtime/bootstrap.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace conorm::run {

/// Signs of life of all ranks, in memory that forked ranks share.
class Heartbeats {
public:
  Heartbeats();
  ~Heartbeats();
  Heartbeats(const Heartbeats &) = delete;
  void beat(int rank) {
    slots[rank].count.fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t total() const;

private:
  struct alignas(64) Slot {
    std::atomic<uint64_t> count;
  };
  Slot *slots;
};

/// One rank's end of the bootstrap. All members are collective.
class World {
public:
  World(const conorm_bootstrap &bootstrap, uint32_t timeoutMs,
        Heartbeats &heartbeats)
      : bootstrap(bootstrap), callTimeoutMs(timeoutMs), timeoutMs(timeoutMs),
        heartbeats(heartbeats) {}

  int rank() const { return bootstrap.rank; }
  int size() const { return bootstrap.world_size; }
  void beat() { heartbeats.beat(rank()); }

  /// From now on exchanges outlast the calls of contexts: if one rank waits in
  /// a call that another one has left out, the former, who can name the call,
  /// gives up first.
  void outlastCalls() { timeoutMs = callTimeoutMs + kExchangeGraceMs; }

  /// Throws RankError if a peer is gone or late.
  void allgather(const void *send, size_t bytes, void *recv);

  /// Gathers one plain structure of each rank.
  template <typename T>
  std::vector<T> gather(const T &mine) {
    std::vector<T> all(size());
    allgather(&mine, sizeof(T), all.data());
    return all;
  }

  /// Each rank names its error, or "" if it has none. If any has one, all ranks
  /// throw the same AgreedError.
  void agree(const std::string &error);

  /// Rank 0's `bytes`, on every rank.
  std::vector<char> broadcast(const std::vector<char> &bytes);

private:
  /// Less than the launcher allows a run to stall.
  static constexpr uint32_t kExchangeGraceMs = 2000;

  const conorm_bootstrap &bootstrap;
  uint32_t callTimeoutMs;
  uint32_t timeoutMs;
  Heartbeats &heartbeats;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_WORLD_H
