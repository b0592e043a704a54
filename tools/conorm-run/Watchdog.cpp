//===- Watchdog.cpp - End of stalled runs ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Watchdog.h"

#include "Error.h"

#include "support/Limits.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

using namespace conorm::run;

bool StallDetector::isStalled() {
  // Between two looks: more is time in which this process was stopped, and
  // most likely the ranks with it.
  constexpr std::chrono::duration<double> longestCounted{1};
  auto now = std::chrono::steady_clock::now();
  quiet +=
      std::min<std::chrono::duration<double>>(now - lastLook, longestCounted);
  lastLook = now;
  uint64_t beats = heartbeats.total();
  if (beats != seen) {
    seen = beats;
    quiet = quiet.zero();
  }
  return quiet > limit;
}

std::string StallDetector::message() const {
  char text[96];
  std::snprintf(text, sizeof(text),
                "expected progress, found no rank that made any for %g s "
                "(--timeout and 5 s)",
                limit.count());
  return text;
}

Watchdog::Watchdog(const Heartbeats &heartbeats, double seconds)
    : detector(heartbeats, seconds) {
  try {
    thread = std::thread([this] { run(); });
  } catch (const std::system_error &error) {
    throw Error("cannot start the thread that watches the ranks: " +
                conorm::rt::describeSpawnErrno(error.code().value()));
  }
}

Watchdog::~Watchdog() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  wake.notify_one();
  thread.join();
}

void Watchdog::run() {
  std::unique_lock<std::mutex> lock(mutex);
  while (!wake.wait_for(lock, std::chrono::milliseconds(200),
                        [this] { return done; })) {
    if (!detector.isStalled())
      continue;
    printError(detector.message());
    _exit(kExitFailure);
  }
}
