//===- Heartbeats.h - Signs of life, and their absence ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_LAUNCH_HEARTBEATS_H
#define CONORM_RUNTIME_LIB_LAUNCH_HEARTBEATS_H

#include "support/Error.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace conorm::rt {

/// Signs of life of all ranks, in memory that forked ranks share.
class Heartbeats {
public:
  Heartbeats() = default;
  ~Heartbeats();
  Heartbeats(const Heartbeats &) = delete;
  Heartbeats &operator=(const Heartbeats &) = delete;
  Error create();

  void beat(int rank) {
    slots[rank].count.fetch_add(1, std::memory_order_relaxed);
  }
  uint64_t total() const;

private:
  struct alignas(64) Slot {
    std::atomic<uint64_t> count;
  };
  Slot *slots = nullptr;
};

/// Tells when no heartbeat has come for a given time.
class StallDetector {
public:
  /// 0 milliseconds: never.
  StallDetector(const Heartbeats &heartbeats, uint32_t milliseconds)
      : heartbeats(heartbeats), limit(milliseconds) {}
  bool isStalled();
  std::string message() const;

private:
  const Heartbeats &heartbeats;
  std::chrono::duration<double, std::milli> limit;
  uint64_t seen = 0;
  std::chrono::duration<double, std::milli> quiet{0};
  std::chrono::steady_clock::time_point lastLook =
      std::chrono::steady_clock::now();
};

/// Starts a thread; `name` is for messages.
Error startThread(const std::string &name, std::function<void()> body,
                  std::thread &out);

/// Says when ranks of this process stall, once.
class Watchdog {
public:
  using Stalled = std::function<void(const std::string &message)>;
  ~Watchdog();
  Error start(const Heartbeats &heartbeats, uint32_t milliseconds,
              Stalled stalled);

private:
  void run(StallDetector detector, const Stalled &stalled);

  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::thread thread;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_LAUNCH_HEARTBEATS_H
