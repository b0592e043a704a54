//===- StopTest.cpp - Ranks that are stopped and go on later --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Real processes that get SIGSTOP at a known place: at random ones they are
// conorm-faults' business (tools/conorm-faults).
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace conorm::test;
using testing::Each;
using testing::EndsWith;

namespace {

void sleepFor(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

/// The processes of all ranks, on each of them.
std::vector<int32_t> gatherProcesses(const conorm_bootstrap &bootstrap) {
  std::vector<int32_t> all(bootstrap.world_size);
  int32_t mine = getpid();
  if (bootstrap.allgather(bootstrap.user, &mine, sizeof(mine), all.data(),
                          10000) != 0)
    abort();
  return all;
}

/// A context with the world's group and one call to make with it.
class Caller {
public:
  Caller(const conorm_bootstrap &bootstrap, uint32_t deadlineMs,
         uint32_t strategy = CONORM_STRATEGY_ONE_SHOT)
      : context(bootstrap, deadlineMs), group(worldGroup()),
        strategy(strategy) {
    conorm_context_add_groups(context, &group, 1);
  }
  conorm_status call() {
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.output = output;
    args.count = 64;
    args.strategy = strategy;
    return conorm_all_reduce(context, &args);
  }
  std::string outcome() { return describe(context); }

  ScopedContext context;

private:
  conorm_group group;
  uint32_t strategy;
  float input[64] = {}, output[64];
};

/// Rank 1 is stopped in its sleep in call 2, which rank 0 makes only then, and
/// once more if `calls` is 3. What rank 0 says of it.
std::string outcomeOfAStopInCallTwo(uint32_t strategy, int calls) {
  std::vector<std::string> results =
      runProcesses(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        std::vector<int32_t> processes = gatherProcesses(bootstrap);
        Caller caller(bootstrap, 1000, strategy);
        caller.call();
        if (bootstrap.rank == 1) {
          for (int call = 2; call <= calls; ++call)
            caller.call();
          return caller.outcome();
        }
        sleepFor(200);
        kill(processes[1], SIGSTOP);
        for (int call = 2; call <= calls; ++call)
          caller.call();
        kill(processes[1], SIGCONT);
        return caller.outcome();
      });
  return results[0];
}

TEST(StoppedInItsSleep, isNotSaidToWaitForWhoHasAnswered) {
  EXPECT_EQ(outcomeOfAStopInCallTwo(CONORM_STRATEGY_ONE_SHOT, 3),
            "timeout: call 3 (comm.all_reduce at unknown): rank 1 did not "
            "arrive within 1000 ms; it last posted call 2");
}

TEST(StoppedInItsSleep, hasPostedTheCallThatItDoesNotFinish) {
  EXPECT_EQ(outcomeOfAStopInCallTwo(CONORM_STRATEGY_TWO_SHOT, 2),
            "timeout: call 2 (comm.all_reduce at unknown): rank 1 did not go "
            "on within 1000 ms; it posted this call but not all of its steps");
}

// Rank 1 waits for rank 2 in another group, is stopped, and is answered there.
TEST(StoppedInItsSleep, inAnotherGroupIsNotSaidToWaitEither) {
  std::vector<int64_t> left = {0, 1}, right = {1, 2};
  std::vector<std::string> results =
      runProcesses(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        std::vector<int32_t> processes = gatherProcesses(bootstrap);
        ScopedContext context(bootstrap, 1000);
        conorm_group groups[] = {rowsGroup(left, 1), rowsGroup(right, 1)};
        conorm_context_add_groups(context, groups, 2);
        float input = 0, output;
        conorm_all_reduce_args args = {};
        args.struct_size = sizeof(args);
        args.element_type = CONORM_TYPE_F32;
        args.group = &groups[bootstrap.rank == 0 ? 0 : 1];
        args.input = &input;
        args.output = &output;
        args.count = 1;
        if (bootstrap.rank == 2) {
          sleepFor(200);
          kill(processes[1], SIGSTOP);
        }
        conorm_all_reduce(context, &args);
        if (bootstrap.rank == 2) {
          sleepFor(1500);
          kill(processes[1], SIGCONT);
        }
        return describe(context);
      });
  EXPECT_THAT(results[0], EndsWith("rank 1 did not arrive within 1000 ms; it "
                                   "has posted no call yet"));
}

// Rank 1 is stopped alone: it is reported when the deadline of the others says.
TEST(StoppedAlone, isReportedInTime) {
  std::vector<std::string> results =
      runProcesses(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        std::vector<int32_t> processes = gatherProcesses(bootstrap);
        Caller caller(bootstrap, 1000);
        caller.call();
        if (bootstrap.rank == 1)
          raise(SIGSTOP);
        auto begin = std::chrono::steady_clock::now();
        caller.call();
        std::chrono::duration<double> passed =
            std::chrono::steady_clock::now() - begin;
        if (bootstrap.rank == 0) {
          sleepFor(200);
          kill(processes[1], SIGCONT);
        }
        return caller.outcome() + (passed.count() < 1.6 ? "" : ", late");
      });
  for (int rank : {0, 2})
    EXPECT_THAT(results[rank], EndsWith("rank 1 did not arrive within 1000 ms; "
                                        "it last posted call 1"));
}

/// Stops all processes of a job for four seconds, 300 ms after the
/// last has said that it is ready. A process of its own does that: the thread
/// sanitizer allows no threads in children of a process that has some.
class Suspension {
public:
  explicit Suspension(int ranks) : ranks(ranks) {
    void *memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      abort();
    processes = static_cast<std::atomic<int32_t> *>(memory);
    stopper = fork();
    if (stopper == 0) {
      run();
      _exit(0);
    }
  }
  ~Suspension() {
    waitpid(stopper, nullptr, 0);
    munmap(processes, 4096);
  }
  /// Called by each process.
  void ready(int number) { processes[number] = getpid(); }

private:
  void run() {
    int patience = 20000;
    for (int number = 0; number < ranks; ++number)
      while (processes[number] == 0 && patience-- > 0)
        sleepFor(1);
    // A process that never came has failed already.
    if (patience <= 0)
      return;
    sleepFor(300);
    signalAll(SIGSTOP);
    sleepFor(4000);
    signalAll(SIGCONT);
  }
  void signalAll(int signal) {
    for (int number = 0; number < ranks; ++number) {
      kill(processes[number], signal);
      // They do not go on at the same moment.
      sleepFor(100);
    }
  }

  int ranks;
  std::atomic<int32_t> *processes;
  pid_t stopper;
};

/// Takes so long without the time in which the process is stopped.
void work(int milliseconds) {
  for (int part = 0; part < milliseconds; part += 10)
    sleepFor(10);
}

// Rank 0 has waited for less than two seconds that it ran.
TEST(SuspendedJob, goesOnInACall) {
  Suspension suspension(3);
  std::vector<std::string> results =
      runProcesses(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap, 2000);
        caller.call();
        suspension.ready(bootstrap.rank);
        if (bootstrap.rank == 2)
          work(600);
        caller.call();
        return caller.outcome();
      });
  EXPECT_THAT(results, Each(""));
}

// The process of all ranks is stopped, in a call and in an allgather.
TEST(SuspendedJob, goesOnWhenRanksAreThreads) {
  for (bool creating : {false, true}) {
    Suspension suspension(1);
    std::vector<std::string> results = runForked(1, [&](int) {
      std::string text;
      for (const std::string &result :
           runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
             if (creating && bootstrap.rank == 1) {
               suspension.ready(0);
               work(600);
             }
             Caller caller(bootstrap, 2000);
             if (!creating && bootstrap.rank == 1) {
               suspension.ready(0);
               work(600);
             }
             caller.call();
             return caller.context.message + caller.outcome();
           }))
        text += result;
      return text;
    });
    EXPECT_THAT(results, Each(""));
  }
}

// Ranks and the one who relays are stopped while rank 0 waits in an allgather.
TEST(SuspendedJob, goesOnInTheAllgatherOfALauncher) {
  Suspension suspension(3);
  std::vector<std::string> results = runForked(1, [&](int) {
    suspension.ready(2);
    std::string text;
    for (const std::string &result :
         runProcesses(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
           suspension.ready(bootstrap.rank);
           if (bootstrap.rank == 1)
             work(600);
           Caller caller(bootstrap, 2000);
           caller.call();
           return caller.context.message + caller.outcome();
         }))
      text += result;
    return text;
  });
  EXPECT_THAT(results, Each(""));
}

TEST(SuspendedJob, goesOnInTheAllgatherOfTorchrun) {
  setenv("MASTER_ADDR", "localhost", 1);
  setenv("MASTER_PORT", "29412", 1);
  setenv("TORCHELASTIC_RUN_ID", std::to_string(getpid()).c_str(), 1);
  for (int late : {0, 1}) {
    Suspension suspension(2);
    std::vector<std::string> results = runForked(2, [&](int rank) {
      setenv("WORLD_SIZE", "2", 1);
      setenv("RANK", std::to_string(rank).c_str(), 1);
      return withEnvironment(
          [&](const conorm_bootstrap &bootstrap) -> std::string {
            suspension.ready(rank);
            if (rank == late)
              work(600);
            Caller caller(bootstrap, 2000);
            caller.call();
            return caller.context.message + caller.outcome();
          });
    });
    EXPECT_THAT(results, Each("")) << "late " << late;
  }
  for (const char *name : {"MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RUN_ID"})
    unsetenv(name);
}

// Rank 1 asks for groups while rank 0 already computes.
TEST(Waiting, forGroupsIsNotCalledAGroup) {
  std::vector<std::string> results =
      runProcesses(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap, 1000);
        std::vector<int64_t> reversed = {1, 0};
        conorm_group group = rowsGroup(reversed, 1);
        if (bootstrap.rank == 1) {
          conorm_context_set_deadline(caller.context, 3000);
          conorm_context_add_groups(caller.context, &group, 1);
        } else {
          sleepFor(100);
          caller.call();
        }
        return caller.outcome();
      });
  EXPECT_THAT(results[0],
              EndsWith("rank 1 did not arrive within 1000 ms; it has posted no "
                       "call yet and waits for rank 0 in "
                       "conorm_context_add_groups"));
}

} // namespace
