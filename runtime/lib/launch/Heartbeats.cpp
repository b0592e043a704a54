//===- Heartbeats.cpp - Signs of life, and their absence ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heartbeats.h"

#include "support/Limits.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <sys/mman.h>
#include <system_error>

using namespace conorm::rt;

Error Heartbeats::create() {
  void *memory =
      mmap(nullptr, sizeof(Slot) * CONORM_MAX_WORLD_SIZE,
           PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return systemError("cannot map a page for the ranks' progress");
  slots = static_cast<Slot *>(memory);
  return success();
}

Heartbeats::~Heartbeats() {
  if (slots)
    munmap(slots, sizeof(Slot) * CONORM_MAX_WORLD_SIZE);
}

uint64_t Heartbeats::total() const {
  uint64_t sum = 0;
  for (int i = 0; i < CONORM_MAX_WORLD_SIZE; ++i)
    sum += slots[i].count.load(std::memory_order_relaxed);
  return sum;
}

bool StallDetector::isStalled() {
  // Between two looks: more is time in which this process was stopped, and
  // most likely the ranks with it.
  constexpr std::chrono::duration<double, std::milli> longestCounted{1000};
  auto now = std::chrono::steady_clock::now();
  quiet += std::min<std::chrono::duration<double, std::milli>>(now - lastLook,
                                                               longestCounted);
  lastLook = now;
  uint64_t beats = heartbeats.total();
  if (beats != seen) {
    seen = beats;
    quiet = quiet.zero();
  }
  return limit.count() > 0 && quiet > limit;
}

std::string StallDetector::message() const {
  return format("expected progress, found no rank that made any for %g s",
                limit.count() / 1000);
}

Error conorm::rt::startThread(const std::string &name,
                              std::function<void()> body, std::thread &out) {
  try {
    out = std::thread(std::move(body));
    return success();
  } catch (const std::system_error &error) {
    return threadError("cannot start " + name, error.code().value());
  }
}

Error Watchdog::start(const Heartbeats &heartbeats, uint32_t milliseconds,
                      Stalled stalled) {
  return startThread(
      "the thread that watches the ranks",
      [this, detector = StallDetector(heartbeats, milliseconds), stalled] {
        run(detector, stalled);
      },
      thread);
}

Watchdog::~Watchdog() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  wake.notify_one();
  thread.join();
}

void Watchdog::run(StallDetector detector, const Stalled &stalled) {
  std::unique_lock<std::mutex> lock(mutex);
  while (!wake.wait_for(lock, std::chrono::milliseconds(200),
                        [this] { return done; }))
    if (detector.isStalled())
      return stalled(detector.message());
}
