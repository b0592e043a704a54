//===- WatchdogTest.cpp - When a run counts as stuck ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Watchdog.h"

#include "gtest/gtest.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::run;

namespace {

/// How often a detector looks until it finds a stall of `seconds`.
int looksUntilStalled(double seconds) {
  Heartbeats heartbeats;
  StallDetector detector(heartbeats, seconds);
  int looks = 1;
  while (!detector.isStalled() && looks < 255) {
    usleep(50000);
    ++looks;
  }
  return looks;
}

TEST(StallDetector, doesNotCountThatItWasStopped) {
  pid_t child = fork();
  if (child == 0)
    _exit(looksUntilStalled(2.5));
  usleep(300000);
  kill(child, SIGSTOP);
  usleep(3000000);
  kill(child, SIGCONT);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  // Six before the stop, and a second and a half of them after it.
  EXPECT_GT(WEXITSTATUS(status), 12);
  EXPECT_LT(WEXITSTATUS(status), 255);
}

TEST(StallDetector, beginsAnewWithEveryStep) {
  Heartbeats heartbeats;
  StallDetector detector(heartbeats, 0.3);
  for (int i = 0; i < 10; ++i) {
    heartbeats.beat(0);
    EXPECT_FALSE(detector.isStalled());
    usleep(50000);
  }
  usleep(400000);
  EXPECT_TRUE(detector.isStalled());
}

} // namespace
