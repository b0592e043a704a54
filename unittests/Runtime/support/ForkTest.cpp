//===- ForkTest.cpp - Processes that fork after they have a context -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <chrono>
#include <cstdlib>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::test;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// How a process makes a child: handlers of pthread_atfork() run, or do not.
pid_t forkPlainly() { return fork(); }
pid_t cloneRaw() { return pid_t(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
using MakeChild = pid_t (*)();

/// Runs `body` in a child; its exit code, 128 and more for a signal.
template <typename Body>
int inChild(MakeChild makeChild, Body &&body) {
  pid_t child = makeChild();
  if (child == 0)
    _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class ForkedChild : public Alone,
                    public testing::WithParamInterface<MakeChild> {};

/// Each entry point that takes a context, as the number of the first that does
/// not refuse.
int firstThatAnswers(conorm_context *context, const conorm_group &group,
                     const conorm_all_reduce_args &reduce,
                     const conorm_scatter_gather_args &scatter,
                     const conorm_rms_norm_args &norm,
                     const conorm_all_reduce_rms_norm_args &fused) {
  conorm_quantize_args quantize = {};
  quantize.struct_size = sizeof(quantize);
  conorm_size_check check = {};
  check.struct_size = sizeof(check);
  const conorm_status outcomes[] = {
      conorm_all_reduce(context, &reduce),
      conorm_reduce_scatter(context, &scatter),
      conorm_all_gather(context, &scatter),
      conorm_all_reduce_rms_norm(context, &fused),
      conorm_rms_norm(context, &norm),
      conorm_quantize(context, &quantize),
      conorm_context_add_groups(context, &group, 1),
      conorm_context_synchronize(context),
      conorm_context_status(context),
      conorm_expect_size(context, &check, 3, 4)};
  int number = 0;
  for (conorm_status outcome : outcomes) {
    ++number;
    if (outcome != CONORM_ERROR_INVALID_ARGUMENT)
      return number;
  }
  if (conorm_context_rank(context) != -1)
    return ++number;
  if (conorm_context_world_size(context) != 0)
    return ++number;
  std::string message = conorm_context_message(context);
  return message == "the context belongs to the process that forked this one, "
                    "expected a context that this process has created"
             ? 0
             : 100;
}

TEST_P(ForkedChild, isRefusedByEveryEntryPoint) {
  EXPECT_EQ(inChild(GetParam(),
                    [&] {
                      return firstThatAnswers(context, group, allReduceArgs(),
                                              scatterArgs(), normArgs(),
                                              fusedArgs());
                    }),
            0);
  conorm_all_reduce_args args = allReduceArgs();
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
}

TEST_P(ForkedChild, cannotUseItsParentsBootstrap) {
  EXPECT_EQ(inChild(GetParam(),
                    [&] {
                      conorm_context_options options = {};
                      options.struct_size = sizeof(options);
                      options.bootstrap = &bootstrap;
                      conorm_context *other = nullptr;
                      char message[256];
                      conorm_status status = conorm_context_create(
                          &options, &other, message, sizeof(message));
                      conorm_bootstrap_release(&bootstrap);
                      return status == CONORM_ERROR_BOOTSTRAP &&
                                     std::string(message) ==
                                         "the bootstrap belongs to the process "
                                         "that forked this one, expected a "
                                         "bootstrap of its own"
                                 ? 0
                                 : 1;
                    }),
            0);
}

TEST_P(ForkedChild, mayHaveAContextOfItsOwn) {
  EXPECT_EQ(inChild(GetParam(),
                    [&] {
                      conorm_bootstrap own = CONORM_BOOTSTRAP_INIT;
                      conorm_bootstrap_threads(1, &own);
                      ScopedContext mine(own);
                      conorm_group world = worldGroup();
                      conorm_context_add_groups(mine, &world, 1);
                      conorm_all_reduce_args args = allReduceArgs();
                      return conorm_all_reduce(mine, &args) == CONORM_OK &&
                                     firstThatAnswers(context, group, args,
                                                      scatterArgs(), normArgs(),
                                                      fusedArgs()) == 0
                                 ? 0
                                 : 1;
                    }),
            0);
}

INSTANTIATE_TEST_SUITE_P(MadeBy, ForkedChild,
                         testing::Values(forkPlainly, cloneRaw));

// The child says everything that a rank can say: its parent's peers must not
// hear a word of it.
TEST(Fork, leavesTheParentsContextAlone) {
  auto body = [](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap);
    conorm_group group = worldGroup();
    conorm_context_add_groups(context, &group, 1);
    float input = float(bootstrap.rank + 1), output = 0;
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = &input;
    args.output = &output;
    args.count = 1;
    conorm_all_reduce(context, &args);
    if (bootstrap.rank == 1)
      inChild(forkPlainly, [&] {
        float wrong = 100;
        args.input = &wrong;
        conorm_all_reduce(context, &args);
        conorm_context_set_deadline(context, 1);
        conorm_context_abort(context, "the child's own reason");
        conorm_context_destroy(context);
        conorm_bootstrap copy = bootstrap;
        conorm_bootstrap_release(&copy);
        return 0;
      });
    output = 0;
    conorm_all_reduce(context, &args);
    return describe(context) + "sum " + std::to_string(int(output));
  };
  EXPECT_THAT(runProcesses(3, body), Each("sum 6"));
  EXPECT_THAT(runThreads(3, body), Each("sum 6"));
}

/// Forks a child that outlives this process until somebody kills it; its pid is
/// what all ranks get of rank 1.
pid_t leaveAChild(const conorm_bootstrap &bootstrap, MakeChild makeChild) {
  int32_t child = 0;
  if (bootstrap.rank == 1) {
    child = makeChild();
    if (child == 0)
      for (;;)
        pause();
  }
  std::vector<int32_t> all(bootstrap.world_size);
  if (bootstrap.allgather(bootstrap.user, &child, sizeof(child), all.data(),
                          10000) != 0)
    abort();
  return all[1];
}

constexpr auto atOnce = std::chrono::milliseconds(3000);

/// Rank 1 dies while a child that it forked lives. What the others get from
/// `next`, and that they get it at once.
template <typename Next>
std::vector<std::string> outliveRankOne(MakeChild makeChild, Next &&next) {
  return runProcesses(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap, 20000);
    conorm_group group = worldGroup();
    conorm_context_add_groups(context, &group, 1);
    pid_t child = leaveAChild(bootstrap, makeChild);
    if (bootstrap.rank == 1)
      raise(SIGKILL);
    auto begin = std::chrono::steady_clock::now();
    std::string outcome = next(bootstrap, context);
    auto passed = std::chrono::steady_clock::now() - begin;
    if (bootstrap.rank == 0) {
      usleep(200000); // the other has looked, too
      kill(child, SIGKILL);
    }
    return outcome + (passed < atOnce ? "" : ", late");
  });
}

TEST(Death, isSeenWhileAForkedChildLives) {
  for (MakeChild makeChild : {forkPlainly, cloneRaw}) {
    std::vector<std::string> results = outliveRankOne(
        makeChild, [](const conorm_bootstrap &, conorm_context *context) {
          conorm_group group = worldGroup();
          float input = 0, output;
          conorm_all_reduce_args args = {};
          args.struct_size = sizeof(args);
          args.element_type = CONORM_TYPE_F32;
          args.group = &group;
          args.input = &input;
          args.output = &output;
          args.count = 1;
          conorm_all_reduce(context, &args);
          return describe(context);
        });
    for (int rank : {0, 2})
      EXPECT_THAT(results[rank],
                  AllOf(StartsWith("peer lost: "),
                        testing::EndsWith("rank 1 died (connection closed)")));
  }
}

TEST(Death, isSeenByTheLauncherWhileAForkedChildLives) {
  std::vector<std::string> results = outliveRankOne(
      forkPlainly, [](const conorm_bootstrap &bootstrap, conorm_context *) {
        ScopedContext context(bootstrap, 20000);
        return std::string(context.message);
      });
  for (int rank : {0, 2})
    EXPECT_EQ(results[rank], "rank 1 is gone (its process ended)");
}

TEST(Death, isSeenThroughTorchrunsVariablesWhileAForkedChildLives) {
  setenv("MASTER_ADDR", "localhost", 1);
  setenv("MASTER_PORT", "29411", 1);
  setenv("TORCHELASTIC_RUN_ID", std::to_string(getpid()).c_str(), 1);
  std::vector<std::string> results = runForked(3, [&](int rank) {
    setenv("WORLD_SIZE", "3", 1);
    setenv("RANK", std::to_string(rank).c_str(), 1);
    return withEnvironment(
        [&](const conorm_bootstrap &bootstrap) -> std::string {
          pid_t child = leaveAChild(bootstrap, forkPlainly);
          // Again, since rank 1 has to be connected before it forks.
          pid_t second = leaveAChild(bootstrap, forkPlainly);
          if (rank == 1)
            raise(SIGKILL);
          auto begin = std::chrono::steady_clock::now();
          ScopedContext context(bootstrap, 20000);
          auto passed = std::chrono::steady_clock::now() - begin;
          if (rank == 0) {
            usleep(200000);
            kill(child, SIGKILL);
            kill(second, SIGKILL);
          }
          return context.message + std::string(passed < atOnce ? "" : ", late");
        });
  });
  for (const char *name : {"MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RUN_ID"})
    unsetenv(name);
  for (int rank : {0, 2})
    EXPECT_EQ(results[rank], "rank 1 is gone (its process ended)");
}

} // namespace
