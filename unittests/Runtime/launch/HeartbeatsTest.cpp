//===- HeartbeatsTest.cpp - When a launch counts as stuck -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "launch/Heartbeats.h"

#include "gtest/gtest.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::rt;

namespace {

/// How often a detector looks until it finds a stall.
int looksUntilStalled(uint32_t milliseconds) {
  Heartbeats heartbeats;
  if (heartbeats.create())
    return 0;
  StallDetector detector(heartbeats, milliseconds);
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
    _exit(looksUntilStalled(2500));
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
  ASSERT_FALSE(heartbeats.create());
  StallDetector detector(heartbeats, 300);
  for (int i = 0; i < 10; ++i) {
    heartbeats.beat(0);
    EXPECT_FALSE(detector.isStalled());
    usleep(50000);
  }
  usleep(400000);
  EXPECT_TRUE(detector.isStalled());
}

TEST(StallDetector, isNeverStalledWithoutALimit) {
  Heartbeats heartbeats;
  ASSERT_FALSE(heartbeats.create());
  StallDetector detector(heartbeats, 0);
  usleep(100000);
  EXPECT_FALSE(detector.isStalled());
}

} // namespace
