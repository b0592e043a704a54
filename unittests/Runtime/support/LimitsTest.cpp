//===- LimitsTest.cpp - Ranks that run out of something -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever it is, the process lives, the rank says what it wanted and what
// there is, and its peers hear of it.
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "control/Mesh.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

using namespace conorm::test;
using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

void setLimit(__rlimit_resource resource, uint64_t value) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0)
    abort();
  limit.rlim_cur = value;
  if (setrlimit(resource, &limit) != 0)
    abort();
}

/// A context, its group and one call: what the first of them that fails says.
std::string outcomeOfARun(
    const conorm_bootstrap &bootstrap, uint64_t workspaceBytes = 0,
    const std::function<void()> &beforeGroups = [] {}) {
  ScopedContext context(bootstrap, 10000, workspaceBytes);
  if (context.status != CONORM_OK)
    return context.message;
  beforeGroups();
  conorm_group group = worldGroup();
  conorm_context_add_groups(context, &group, 1);
  std::vector<float> input(100000, 1.0f), output(input.size());
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.group = &group;
  args.input = input.data();
  args.output = output.data();
  args.count = int64_t(input.size());
  conorm_all_reduce(context, &args);
  return describe(context);
}

// What ulimit -f 1024 allows is enough for the default workspace.
TEST(FileSize, ofAMegabyteIsEnough) {
  auto body = [](const conorm_bootstrap &bootstrap) {
    setLimit(RLIMIT_FSIZE, 1 << 20);
    return outcomeOfARun(bootstrap);
  };
  EXPECT_THAT(runProcesses(2, body), Each(""));
}

TEST(FileSize, endsACallAndNotTheProcess) {
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) {
        if (bootstrap.rank == 1)
          setLimit(RLIMIT_FSIZE, 102400);
        return outcomeOfARun(bootstrap);
      });
  std::string reason = "cannot make the workspace of group @world, 266240 "
                       "bytes on each of 2 ranks: allocating 266240 bytes of "
                       "shared memory: File too large (RLIMIT_FSIZE is 102400 "
                       "bytes, see ulimit -f)";
  EXPECT_THAT(results[0],
              AllOf(StartsWith("peer lost: "),
                    EndsWith("rank 1 failed (resource): " + reason)));
  EXPECT_EQ(results[1], "resource: " + reason);
}

// A limit so small that not even a control page fits; ranks as threads.
TEST(FileSize, endsTheCreationOfAContext) {
  std::vector<std::string> results = runForked(1, [](int) {
    setLimit(RLIMIT_FSIZE, 1000);
    std::string text;
    for (const std::string &result :
         runThreads(2, [](const conorm_bootstrap &bootstrap) {
           return outcomeOfARun(bootstrap);
         }))
      text += result + "\n";
    return text;
  });
  std::string reason = "cannot make a control page for each rank: allocating "
                       "4096 bytes of shared memory: File too large "
                       "(RLIMIT_FSIZE is 1000 bytes, see ulimit -f)\n";
  EXPECT_EQ(results[0], reason + reason);
}

// The signal is the host's if it wants it: a handler stays, and is not called.
TEST(FileSize, leavesTheHostsHandlerAlone) {
  std::vector<std::string> results = runForked(1, [](int) -> std::string {
    static volatile sig_atomic_t calls = 0;
    struct sigaction action = {}, after;
    action.sa_handler = [](int) { calls = calls + 1; };
    sigaction(SIGXFSZ, &action, nullptr);
    setLimit(RLIMIT_FSIZE, 1000);
    runThreads(1, [](const conorm_bootstrap &bootstrap) {
      return outcomeOfARun(bootstrap);
    });
    sigaction(SIGXFSZ, nullptr, &after);
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    return std::to_string(calls) + " calls" +
           (after.sa_handler == action.sa_handler ? "" : ", replaced") +
           (sigismember(&blocked, SIGXFSZ) ? ", blocked" : "");
  });
  EXPECT_EQ(results[0], "0 calls");
}

uint64_t addressSpaceInUse() {
  std::ifstream file("/proc/self/statm");
  uint64_t pages = 0;
  file >> pages;
  return pages * uint64_t(sysconf(_SC_PAGESIZE));
}

TEST(AddressSpace, isNamed) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need address space of their own";
#endif
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) {
        return outcomeOfARun(bootstrap, 0, [&] {
          if (bootstrap.rank == 1)
            setLimit(RLIMIT_AS, addressSpaceInUse() + 100000);
        });
      });
  for (const std::string &result : results)
    EXPECT_THAT(result, HasSubstr("cannot make the workspace of group @world, "
                                  "266240 bytes on each of 2 ranks: mapping "
                                  "266240 bytes of shared memory: Cannot "
                                  "allocate memory (RLIMIT_AS is "));
}

/// Lets this process open `spare` more descriptors.
void leaveDescriptors(int spare) {
  int highest = 0;
  DIR *directory = opendir("/proc/self/fd");
  while (dirent *entry = readdir(directory))
    highest = std::max(highest, atoi(entry->d_name));
  closedir(directory);
  // No gaps below.
  int last;
  do {
    last = dup(STDERR_FILENO);
  } while (last < highest);
  setLimit(RLIMIT_NOFILE, uint64_t(last + 1 + spare));
}

/// Closes the events that this process has, as a host may that closes all
/// descriptors it does not know.
void closeEvents() {
  DIR *directory = opendir("/proc/self/fd");
  std::vector<int> events;
  while (dirent *entry = readdir(directory)) {
    char target[64] = "";
    std::string link = std::string("/proc/self/fd/") + entry->d_name;
    if (readlink(link.c_str(), target, sizeof(target) - 1) > 0 &&
        std::string(target) == "anon_inode:[eventfd]")
      events.push_back(atoi(entry->d_name));
  }
  closedir(directory);
  for (int event : events)
    close(event);
}

TEST(Descriptors, thatTheHostClosesLetDestroyReturn) {
  std::vector<std::string> results =
      runProcesses(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap);
        closeEvents();
        return context.message;
      });
  EXPECT_THAT(results, Each(""));
}

/// A world of one. The sanitizer of undefined behaviour opens a pipe when it
/// sees the type of an object for the first time; there is room for it now.
void useAContext() {
  conorm_bootstrap alone = CONORM_BOOTSTRAP_INIT;
  ASSERT_EQ(conorm_bootstrap_threads(1, &alone), CONORM_OK);
  { ScopedContext context(alone); }
  conorm_bootstrap_release(&alone);
}

// Wherever in the creation the descriptors end.
TEST(Descriptors, areNamedWhereverTheyEnd) {
  bool hasFailed = false, hasPassed = false;
  for (int spare = 0; spare < 10; ++spare) {
    auto begin = std::chrono::steady_clock::now();
    std::vector<std::string> results =
        runProcesses(3, [&](const conorm_bootstrap &bootstrap) {
          if (bootstrap.rank == 1) {
            useAContext();
            leaveDescriptors(spare);
          }
          return outcomeOfARun(bootstrap);
        });
    auto passed = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(passed, std::chrono::seconds(5)) << spare;
    hasPassed |= results[1].empty();
    if (results[1].empty()) {
      EXPECT_THAT(results, Each("")) << spare;
      continue;
    }
    hasFailed = true;
    EXPECT_THAT(results[1], HasSubstr("Too many open files (RLIMIT_NOFILE is "))
        << spare;
    for (int rank : {0, 2})
      EXPECT_THAT(results[rank],
                  AnyOf(HasSubstr("Too many open files (RLIMIT_NOFILE is "),
                        "rank 1 is gone (its process ended)"))
          << spare;
  }
  EXPECT_TRUE(hasFailed);
  EXPECT_TRUE(hasPassed);
}

TEST(Threads, areNamed) {
  constexpr unsigned nobody = 65534;
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) -> std::string {
        // Root has no such limit.
        if (geteuid() == 0 && setuid(nobody) != 0)
          return "skip";
        if (bootstrap.rank == 1)
          setLimit(RLIMIT_NPROC, 1);
        return outcomeOfARun(bootstrap);
      });
  if (results[0] == "skip")
    GTEST_SKIP() << "root may not become another user here";
  std::string reason = "starting the thread that watches the peers: Resource "
                       "temporarily unavailable (RLIMIT_NPROC is 1 processes "
                       "and threads of this user, see ulimit -u";
  EXPECT_THAT(results[0], StartsWith("rank 1 failed: " + reason));
  EXPECT_THAT(results[1], StartsWith(reason));
}

/// An allgather among this rank and one that is not there, which says what this
/// rank does, as another process.
int32_t gatherWithAGhost(void *, const void *send, size_t bytes, void *recv,
                         uint32_t) {
  char *mine = static_cast<char *>(recv), *ghost = mine + bytes;
  memcpy(mine, send, bytes);
  memset(ghost, 0, bytes);
  if (bytes == sizeof(conorm::rt::RankRecord)) {
    auto *record = reinterpret_cast<conorm::rt::RankRecord *>(ghost);
    memcpy(ghost, send, bytes);
    record->rank = 1;
    ++record->pid;
  }
  return 0;
}

// Of a deadline of a millisecond three quarters are left for connecting.
TEST(Deadline, isNamedAsItWasAskedFor) {
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  bootstrap.world_size = 2;
  bootstrap.allgather = gatherWithAGhost;
  ScopedContext context(bootstrap, 1);
  EXPECT_STREQ(context.message, "rank 1 did not connect within 1 ms");
}

TEST(Workspace, isAtMostTheMachinesMemory) {
  uint64_t machine =
      uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
  std::vector<std::string> results =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) {
        return outcomeOfARun(bootstrap, 99999999999999);
      });
  EXPECT_THAT(results, Each("workspace_bytes is 99999999999999, expected at "
                            "most the memory of this machine, " +
                            std::to_string(machine) + " bytes"));
  // Of what it may have the runtime takes what it can use.
  results = runThreads(2, [&](const conorm_bootstrap &bootstrap) {
    return outcomeOfARun(bootstrap, machine);
  });
  EXPECT_THAT(results, Each(""));
}

} // namespace
