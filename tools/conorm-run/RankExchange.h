//===- RankExchange.h - The ranks, as one of them sees them -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_RANKEXCHANGE_H
#define CONORM_TOOLS_CONORM_RUN_RANKEXCHANGE_H

#include "conorm-runtime/bootstrap.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace conorm::run {

/// One rank's end of the bootstrap. All members are collective.
class RankExchange {
public:
  /// `beat` gives a sign of life, and may be empty.
  RankExchange(const conorm_bootstrap &bootstrap, uint32_t timeoutMs,
               std::function<void()> beat)
      : bootstrap(bootstrap), callTimeoutMs(timeoutMs), timeoutMs(timeoutMs),
        giveSign(std::move(beat)) {}

  int rank() const { return bootstrap.rank; }
  int size() const { return bootstrap.world_size; }
  void beat() {
    if (giveSign)
      giveSign();
  }

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
  std::function<void()> giveSign;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_RANKEXCHANGE_H
