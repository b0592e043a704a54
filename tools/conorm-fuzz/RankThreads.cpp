//===- RankThreads.cpp - Ranks that are threads, for many runs ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankThreads.h"

using namespace conorm::fuzz;

RankThreads::RankThreads(int ranks, uint32_t strategy, uint64_t workspaceBytes)
    : strategy(strategy), workspaceBytes(workspaceBytes),
      bootstraps(ranks, CONORM_BOOTSTRAP_INIT), contexts(ranks),
      creationErrors(ranks) {
  conorm_bootstrap_threads(ranks, bootstraps.data());
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([this, rank] { serve(rank); });
  run([&](int rank, conorm_context *) {
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.backend = CONORM_BACKEND_CPU;
    options.bootstrap = &bootstraps[rank];
    options.deadline_ms = 60000;
    options.strategy = strategy;
    options.workspace_bytes = workspaceBytes;
    char message[512] = "";
    if (conorm_context_create(&options, &contexts[rank], message,
                              sizeof(message)) != CONORM_OK)
      creationErrors[rank] = message;
  });
}

RankThreads::~RankThreads() {
  run([&](int, conorm_context *context) { conorm_context_destroy(context); });
  {
    std::lock_guard<std::mutex> lock(mutex);
    isOver = true;
  }
  changed.notify_all();
  for (std::thread &thread : threads)
    thread.join();
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
}

bool RankThreads::hasSetup(int ranks, uint32_t otherStrategy,
                           uint64_t otherWorkspaceBytes) const {
  return size() == ranks && strategy == otherStrategy &&
         workspaceBytes == otherWorkspaceBytes;
}

void RankThreads::serve(int rank) {
  uint64_t done = 0;
  std::unique_lock<std::mutex> lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return isOver || round != done; });
    if (isOver)
      return;
    done = round;
    lock.unlock();
    (*body)(rank, contexts[rank]);
    lock.lock();
    if (--running == 0)
      changed.notify_all();
  }
}

void RankThreads::run(const Body &given) {
  std::unique_lock<std::mutex> lock(mutex);
  body = &given;
  running = size();
  ++round;
  changed.notify_all();
  changed.wait(lock, [&] { return running == 0; });
}

std::string RankThreads::getErrors() const {
  std::string text;
  for (int rank = 0; rank < size(); ++rank) {
    std::string error = creationErrors[rank];
    if (contexts[rank] && conorm_context_status(contexts[rank]) != CONORM_OK)
      error = conorm_context_message(contexts[rank]);
    if (!error.empty())
      text += "rank " + std::to_string(rank) + ": " + error + "\n";
  }
  return text;
}
