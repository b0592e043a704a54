//===- RankThreads.h - Ranks as threads, for many runs ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_RANKTHREADS_H
#define CONORM_TOOLS_CONORM_FUZZ_RANKTHREADS_H

#include "conorm-runtime/conorm.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace conorm::fuzz {

/// A context for each rank, and a thread that uses it.
class RankThreads {
public:
  RankThreads(int ranks, uint32_t strategy, uint64_t workspaceBytes);
  ~RankThreads();

  /// Calls `body` on every rank's thread and waits for all of them.
  using Body = std::function<void(int rank, conorm_context *context)>;
  void run(const Body &body);

  int size() const { return int(threads.size()); }
  bool hasSetup(int ranks, uint32_t strategy, uint64_t workspaceBytes) const;
  /// The ranks' errors, "" if there is none. A world that failed is of no more
  /// use.
  std::string getErrors() const;

private:
  void serve(int rank);

  uint32_t strategy;
  uint64_t workspaceBytes;
  std::vector<conorm_bootstrap> bootstraps;
  std::vector<conorm_context *> contexts;
  std::vector<std::string> creationErrors;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable changed;
  const Body *body = nullptr;
  uint64_t round = 0;
  int running = 0;
  bool isOver = false;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_RANKTHREADS_H
