//===- Timer.h - When calls and operations begin and end --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_TIMER_H
#define CONORM_RUNTIME_LIB_CONTROL_TIMER_H

#include "support/Error.h"

#include "conorm-runtime/profile.h"

#include <chrono>
#include <vector>

namespace conorm::rt {

class Timer {
public:
  virtual ~Timer() = default;

  /// Something begins. Its number, for end(), is how many began before.
  virtual Error begin(uint32_t op) = 0;
  virtual Error end(size_t number) = 0;
  virtual size_t size() const = 0;
  /// Of all that began; all of it is complete.
  virtual Error read(std::vector<conorm_time> &out) = 0;

  /// What went wrong first in a begin() or end() is for the reader of the
  /// times, not for the call that is timed.
  void note(Error error) {
    if (error && !failure)
      failure = std::move(error);
  }
  const Error &firstFailure() const { return failure; }

private:
  Error failure;
};

/// Of operations that are complete when they return.
class HostTimer : public Timer {
public:
  Error begin(uint32_t op) override;
  Error end(size_t number) override;
  size_t size() const override { return times.size(); }
  Error read(std::vector<conorm_time> &out) override;

private:
  using Clock = std::chrono::steady_clock;
  double now() const;

  Clock::time_point origin = Clock::now();
  std::vector<conorm_time> times;
};

/// Times what happens in a scope; nothing without a timer.
class TimedScope {
public:
  TimedScope(Timer *timer, uint32_t op);
  ~TimedScope();
  TimedScope(const TimedScope &) = delete;
  TimedScope &operator=(const TimedScope &) = delete;

private:
  Timer *timer;
  size_t number = 0;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_TIMER_H
