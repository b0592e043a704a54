//===- LaunchTest.cpp - The launcher, called by a host program ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchEnvironment.h"
#include "RankRunner.h"

#include "conorm-runtime/launch.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

class Launch : public testing::Test {
protected:
  Launch() {
    clearEnvironment();
    options.struct_size = sizeof(options);
    options.world_size = 3;
    options.user = this;
    report.struct_size = sizeof(report);
  }
  ~Launch() override {
    // No child and no descriptor is left.
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(countDescriptors(), descriptors);
  }

  conorm_status launch(conorm_rank_fn run) {
    options.run = run;
    return conorm_launch_run(&options, &report);
  }

  int descriptors = countDescriptors();
  conorm_launch_options options = {};
  conorm_launch_report report = {};
};

int rankOf(const conorm_rank *rank) {
  return conorm_rank_bootstrap(rank)->rank;
}

/// An all_reduce among all ranks. Returns 0 if its sum is right, else says why.
int32_t sumRanks(conorm_rank *rank, void *) {
  const conorm_bootstrap &bootstrap = *conorm_rank_bootstrap(rank);
  ScopedContext context(bootstrap);
  if (context.status != CONORM_OK) {
    conorm_rank_fail(rank, context.status, context.message);
    return 1;
  }
  conorm_group group = worldGroup();
  conorm_context_add_groups(context, &group, 1);
  float mine = float(bootstrap.rank + 1), sum = 0;
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.group = &group;
  args.input = &mine;
  args.output = &sum;
  args.count = 1;
  conorm_status status = conorm_all_reduce(context, &args);
  conorm_rank_beat(rank);
  int size = bootstrap.world_size;
  if (status == CONORM_OK && sum == float(size * (size + 1) / 2))
    return 0;
  conorm_rank_fail(rank, status ? status : CONORM_ERROR_MISMATCH,
                   status ? conorm_context_message(context) : "a wrong sum");
  return 1;
}

TEST_F(Launch, runsRanksThatComputeTogether) {
  for (uint32_t mode : {CONORM_LAUNCH_PROCESSES, CONORM_LAUNCH_THREADS}) {
    options.mode = mode;
    EXPECT_EQ(launch(sumRanks), CONORM_OK) << report.message;
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(report.mode, mode);
    EXPECT_STREQ(report.message, "");
  }
}

TEST_F(Launch, returnsTheLargestExitCode) {
  for (uint32_t mode : {CONORM_LAUNCH_PROCESSES, CONORM_LAUNCH_THREADS}) {
    options.mode = mode;
    EXPECT_EQ(
        launch([](conorm_rank *rank, void *) { return 2 * rankOf(rank); }),
        CONORM_OK);
    EXPECT_EQ(report.exit_code, 4);
  }
}

TEST_F(Launch, reportsTheFailureThatSaysMost) {
  auto fail = [](conorm_rank *rank, void *) -> int32_t {
    if (rankOf(rank) == 2)
      conorm_rank_fail(rank, CONORM_ERROR_INVALID_ARGUMENT, "its own fault");
    else
      conorm_rank_fail(rank, CONORM_ERROR_PEER_LOST, "a peer's fault");
    conorm_rank_fail(rank, CONORM_ERROR_SYSTEM, "too late");
    return 1;
  };
  for (uint32_t mode : {CONORM_LAUNCH_PROCESSES, CONORM_LAUNCH_THREADS}) {
    options.mode = mode;
    EXPECT_EQ(launch(fail), CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_STREQ(report.message, "rank 2: its own fault");
    EXPECT_STREQ(report.detail, "");
    EXPECT_EQ(report.exit_code, 1);
  }
}

// Ranks that wait in vain give up, and others then report them as lost.
TEST_F(Launch, reportsATimeoutBeforeTheLossThatFollows) {
  auto fail = [](conorm_rank *rank, void *) -> int32_t {
    if (rankOf(rank) == 2)
      conorm_rank_fail(rank, CONORM_ERROR_TIMEOUT, "rank 1 did not arrive");
    else
      conorm_rank_fail(rank, CONORM_ERROR_PEER_LOST, "rank 2 is gone");
    return 1;
  };
  for (uint32_t mode : {CONORM_LAUNCH_PROCESSES, CONORM_LAUNCH_THREADS}) {
    options.mode = mode;
    EXPECT_EQ(launch(fail), CONORM_ERROR_TIMEOUT);
    EXPECT_STREQ(report.message, "rank 2: rank 1 did not arrive");
  }
}

// A rank that ended without a failure is lost to the others first.
TEST_F(Launch, reportsALossBeforeTheTimeoutThatFollows) {
  auto fail = [](conorm_rank *rank, void *) -> int32_t {
    if (rankOf(rank) == 0)
      return 0;
    if (rankOf(rank) == 1)
      conorm_rank_fail(rank, CONORM_ERROR_TIMEOUT, "rank 2 did not arrive");
    else
      conorm_rank_fail(rank, CONORM_ERROR_PEER_LOST, "rank 0 is gone");
    return 1;
  };
  for (uint32_t mode : {CONORM_LAUNCH_PROCESSES, CONORM_LAUNCH_THREADS}) {
    options.mode = mode;
    EXPECT_EQ(launch(fail), CONORM_ERROR_PEER_LOST);
    EXPECT_STREQ(report.message, "rank 2: rank 0 is gone");
  }
}

TEST_F(Launch, namesARankThatWasKilled) {
  EXPECT_EQ(launch([](conorm_rank *rank, void *user) {
              if (rankOf(rank) == 1)
                raise(SIGKILL);
              return sumRanks(rank, user);
            }),
            CONORM_ERROR_PEER_LOST);
  EXPECT_STREQ(report.message, "rank 1 was killed by signal 9 (Killed)");
  EXPECT_THAT(report.detail, StartsWith("rank "));
  EXPECT_THAT(std::string(report.detail), HasSubstr("rank 1 is gone"));
}

TEST_F(Launch, namesARankThatExited) {
  EXPECT_EQ(launch([](conorm_rank *rank, void *user) {
              if (rankOf(rank) == 0)
                _exit(7);
              return sumRanks(rank, user);
            }),
            CONORM_ERROR_PEER_LOST);
  EXPECT_STREQ(report.message, "rank 0 exited with 7");
  EXPECT_EQ(report.exit_code, 7);
}

TEST_F(Launch, endsProcessesThatStall) {
  options.stall_ms = 300;
  EXPECT_EQ(launch([](conorm_rank *, void *) -> int32_t {
              for (;;)
                pause();
            }),
            CONORM_ERROR_TIMEOUT);
  EXPECT_STREQ(report.message,
               "expected progress, found no rank that made any for 0.3 s");
  EXPECT_EQ(report.stalled, 1u);
}

TEST_F(Launch, goesOnWhileOneRankBeats) {
  options.stall_ms = 400;
  EXPECT_EQ(launch([](conorm_rank *rank, void *) -> int32_t {
              for (int i = 0; i < 10; ++i) {
                usleep(100000);
                if (rankOf(rank) == 0)
                  conorm_rank_beat(rank);
              }
              return 0;
            }),
            CONORM_OK)
      << report.message;
}

TEST_F(Launch, saysThatThreadsStall) {
  static std::atomic<bool> isTold;
  isTold = false;
  options.mode = CONORM_LAUNCH_THREADS;
  options.stall_ms = 200;
  options.stalled = [](void *user, const char *message) {
    EXPECT_NE(user, nullptr);
    EXPECT_THAT(message, HasSubstr("found no rank that made any for 0.2 s"));
    isTold = true;
  };
  EXPECT_EQ(launch([](conorm_rank *, void *) -> int32_t {
              while (!isTold)
                usleep(1000);
              return 0;
            }),
            CONORM_OK);
}

TEST_F(Launch, endsOnASignal) {
  EXPECT_EQ(launch([](conorm_rank *rank, void *) -> int32_t {
              if (rankOf(rank) == 0)
                kill(getppid(), SIGTERM);
              for (;;)
                pause();
            }),
            CONORM_ERROR_ABORTED);
  EXPECT_EQ(report.signal, SIGTERM);
  EXPECT_STREQ(report.message, "ended by signal 15 (Terminated)");
}

TEST_F(Launch, takesThePlaceThatAnotherLauncherGave) {
  setenv("RANK", "0", 1);
  setenv("WORLD_SIZE", "1", 1);
  setenv("MASTER_ADDR", "localhost", 1);
  setenv("MASTER_PORT", "29511", 1);
  auto isAlone = [](conorm_rank *rank, void *) -> int32_t {
    return conorm_rank_mode(rank) == CONORM_LAUNCH_EXISTING &&
                   conorm_rank_bootstrap(rank)->world_size == 1
               ? 0
               : 1;
  };
  EXPECT_EQ(launch(isAlone), CONORM_OK) << report.message;
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(report.mode, uint32_t(CONORM_LAUNCH_EXISTING));
  options.mode = CONORM_LAUNCH_THREADS;
  EXPECT_EQ(launch(isAlone), CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_STREQ(report.message, "threads: expected no other launcher, found "
                               "this process to be rank 0 of 1");
  setenv("WORLD_SIZE", "none", 1);
  EXPECT_EQ(launch(isAlone), CONORM_ERROR_BOOTSTRAP);
  clearEnvironment();
}

TEST_F(Launch, refusesWhatTheHeaderDoesNotAllow) {
  auto nothing = [](conorm_rank *, void *) -> int32_t { return 0; };
  auto expectRefused = [&](auto change, conorm_status status,
                           const std::string &message) {
    conorm_launch_options good = options;
    good.run = nothing;
    change(good);
    EXPECT_EQ(conorm_launch_run(&good, &report), status);
    EXPECT_EQ(report.message, message);
  };
  const auto invalid = CONORM_ERROR_INVALID_ARGUMENT;
  expectRefused([](auto &o) { o.mode = 2; }, invalid,
                "mode is 2, expected 0 (processes) or 1 (threads)");
  expectRefused([](auto &o) { o.world_size = 0; }, invalid,
                "world_size is 0, expected 1 to 64");
  expectRefused([](auto &o) { o.world_size = 65; }, invalid,
                "world_size is 65, expected 1 to 64");
  expectRefused([](auto &o) { o.run = nullptr; }, invalid, "run is null");
  expectRefused([](auto &o) { o.struct_size = 8; }, CONORM_ERROR_VERSION,
                "options: expected struct_size of 40 to 65536, found 8");
  EXPECT_EQ(conorm_launch_run(nullptr, &report), invalid);
  EXPECT_STREQ(report.message, "options is null");
  EXPECT_EQ(conorm_launch_run(&options, nullptr), invalid);
  report.struct_size = 8;
  EXPECT_EQ(conorm_launch_run(&options, &report), CONORM_ERROR_VERSION);
}

} // namespace
