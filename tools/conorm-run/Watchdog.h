//===- Watchdog.h - End of stalled runs -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_WATCHDOG_H
#define CONORM_TOOLS_CONORM_RUN_WATCHDOG_H

#include "World.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace conorm::run {

/// Tells when no heartbeat has come for a given time.
class StallDetector {
public:
  StallDetector(const Heartbeats &heartbeats, double seconds)
      : heartbeats(heartbeats), limit(seconds) {}
  bool isStalled();
  std::string message() const;

private:
  const Heartbeats &heartbeats;
  std::chrono::duration<double> limit;
  uint64_t seen = 0;
  std::chrono::duration<double> quiet{0};
  std::chrono::steady_clock::time_point lastLook =
      std::chrono::steady_clock::now();
};

/// Ends this process when it stalls: for ranks that no launcher of ours watches
/// and for ranks that are threads, which cannot be ended one by one.
class Watchdog {
public:
  Watchdog(const Heartbeats &heartbeats, double seconds);
  ~Watchdog();

private:
  void run();

  StallDetector detector;
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::thread thread;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_WATCHDOG_H
