//===- Timer.cpp - When calls and operations begin and end ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timer.h"

using namespace conorm::rt;

double HostTimer::now() const {
  return std::chrono::duration<double, std::nano>(Clock::now() - origin)
      .count();
}

Error HostTimer::begin(uint32_t op) {
  times.push_back({uint32_t(sizeof(conorm_time)), op, 0, 0});
  times.back().begin_ns = now();
  return success();
}

Error HostTimer::end(size_t number) {
  times[number].end_ns = now();
  return success();
}

Error HostTimer::read(std::vector<conorm_time> &out) {
  out = times;
  return success();
}

TimedScope::TimedScope(Timer *timer, uint32_t op) : timer(timer) {
  if (!timer)
    return;
  number = timer->size();
  if (Error error = guarded([&] { return timer->begin(op); }))
    timer->note(std::move(error));
}

TimedScope::~TimedScope() {
  if (timer && number < timer->size())
    timer->note(guarded([&] { return timer->end(number); }));
}
