//===- BootstrapTest.cpp - How ranks find each other ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchEnvironment.h"
#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace conorm::test;
using testing::Each;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

/// Sums 1 over all ranks, in two contexts one after the other.
std::string sumOverRanks(const conorm_bootstrap &bootstrap) {
  for (int round = 0; round < 2; ++round) {
    ScopedContext context(bootstrap, 5000);
    if (!context)
      return context.message;
    conorm_group group = worldGroup();
    float one = 1, sum = 0;
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = &one;
    args.output = &sum;
    args.count = 1;
    if (conorm_context_add_groups(context, &group, 1) != CONORM_OK ||
        conorm_all_reduce(context, &args) != CONORM_OK)
      return describe(context);
    if (sum != float(bootstrap.world_size))
      return "the sum is " + std::to_string(sum);
  }
  return "";
}

/// The message of a creation that must fail.
std::string failToCreate(const conorm_bootstrap &bootstrap,
                         uint32_t deadlineMs = 500) {
  auto begin = std::chrono::steady_clock::now();
  ScopedContext context(bootstrap, deadlineMs);
  if (std::chrono::steady_clock::now() - begin >
      std::chrono::milliseconds(deadlineMs + 1000))
    return "too late";
  if (context.status != CONORM_ERROR_BOOTSTRAP)
    return "status " + std::to_string(context.status);
  return context.message;
}

/// Rank 0 relays, and the others wait long enough to hear from it however late
/// a busy machine starts it.
std::string failBesideRankZero(const conorm_bootstrap &bootstrap) {
  return failToCreate(bootstrap, bootstrap.rank == 0 ? 1000 : 10000);
}

void setTorchrun(int rank, int worldSize, int port) {
  setenv("RANK", std::to_string(rank).c_str(), 1);
  setenv("WORLD_SIZE", std::to_string(worldSize).c_str(), 1);
  setenv("MASTER_ADDR", "localhost", 1);
  setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
}

/// A port, hence a name, of this test's own.
int ownPort() {
  static int counter = 0;
  return 20000 + (getpid() * 16 + counter++) % 40000;
}

class FromEnvironment : public testing::Test {
protected:
  void SetUp() override { clearEnvironment(); }
  void TearDown() override { clearEnvironment(); }

  std::string failure() {
    conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
    int32_t found = 7;
    char message[256];
    EXPECT_EQ(conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                                sizeof(message)),
              CONORM_ERROR_BOOTSTRAP);
    EXPECT_EQ(found, 0);
    return message;
  }
};

TEST_F(FromEnvironment, findsNothingInNone) {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 7;
  EXPECT_EQ(conorm_bootstrap_from_environment(&bootstrap, &found, nullptr, 0),
            CONORM_OK);
  EXPECT_EQ(found, 0);
  EXPECT_EQ(conorm_bootstrap_from_environment(nullptr, &found, nullptr, 0),
            CONORM_ERROR_INVALID_ARGUMENT);
}

TEST_F(FromEnvironment, checksTheLaunchersDescriptor) {
  setenv(CONORM_LAUNCH_FD_ENV, "three", 1);
  EXPECT_EQ(failure(), "CONORM_LAUNCH_FD is 'three', expected the number of a "
                       "descriptor");
  setenv(CONORM_LAUNCH_FD_ENV, "997", 1);
  EXPECT_EQ(failure(),
            "CONORM_LAUNCH_FD is '997', which is not an open socket");
  int file = open("/dev/null", O_RDONLY);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(file).c_str(), 1);
  EXPECT_THAT(failure(), HasSubstr("which is not an open socket"));
  close(file);
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  char noise[32];
  memset(noise, 'x', sizeof(noise));
  ASSERT_EQ(write(pair[0], noise, sizeof(noise)), 32);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(pair[1]).c_str(), 1);
  EXPECT_THAT(failure(), HasSubstr("whose launcher speaks another protocol"));
  close(pair[0]);
  EXPECT_THAT(failure(), HasSubstr("on which no launcher answers"));
  close(pair[1]);
}

TEST_F(FromEnvironment, checksTorchrunsVariables) {
  setTorchrun(0, 2, 29500);
  setenv("WORLD_SIZE", "many", 1);
  EXPECT_EQ(failure(), "WORLD_SIZE is 'many', expected a number from 1 to 64");
  setenv("WORLD_SIZE", "65", 1);
  EXPECT_EQ(failure(), "WORLD_SIZE is '65', expected a number from 1 to 64");
  setTorchrun(2, 2, 29500);
  EXPECT_EQ(failure(), "RANK is '2', expected a number from 0 to 1");
  setTorchrun(1, 2, 0);
  EXPECT_EQ(failure(), "MASTER_PORT is '0', expected a number from 1 to 65535");
  setTorchrun(1, 2, 29500);
  unsetenv("MASTER_PORT");
  EXPECT_THAT(failure(), HasSubstr("MASTER_PORT is not set"));
  setTorchrun(1, 2, 29500);
  unsetenv("MASTER_ADDR");
  EXPECT_THAT(failure(), HasSubstr("MASTER_ADDR is not set"));
}

TEST(Threads, checkTheirSizes) {
  conorm_bootstrap bootstraps[2] = {CONORM_BOOTSTRAP_INIT,
                                    CONORM_BOOTSTRAP_INIT};
  for (uint32_t size :
       {0u, 4u, uint32_t(sizeof(conorm_bootstrap)) - 8, 0xffffffffu}) {
    bootstraps[1] = CONORM_BOOTSTRAP_INIT;
    bootstraps[1].struct_size = size;
    EXPECT_EQ(conorm_bootstrap_threads(2, bootstraps), CONORM_ERROR_VERSION)
        << size;
    EXPECT_EQ(bootstraps[0].user, nullptr);
    int32_t found = 7;
    char message[256];
    EXPECT_EQ(conorm_bootstrap_from_environment(&bootstraps[1], &found, message,
                                                sizeof(message)),
              CONORM_ERROR_VERSION)
        << size;
    EXPECT_THAT(
        message,
        HasSubstr("bootstrap: expected struct_size of 40 to 65536, found " +
                  std::to_string(size)));
    EXPECT_EQ(found, 0);
  }
}

/// A newer caller's structures are longer, and are that far apart.
TEST(Threads, advanceByTheCallersSize) {
  struct Newer {
    conorm_bootstrap known;
    uint64_t added[2];
  } newer[3] = {};
  for (Newer &bootstrap : newer)
    bootstrap.known.struct_size = sizeof(Newer);
  ASSERT_EQ(conorm_bootstrap_threads(3, &newer[0].known), CONORM_OK);
  for (int rank = 0; rank < 3; ++rank) {
    EXPECT_EQ(newer[rank].known.rank, rank);
    EXPECT_EQ(newer[rank].known.struct_size, sizeof(Newer));
    EXPECT_EQ(newer[rank].added[0], 0u);
    conorm_bootstrap_release(&newer[rank].known);
  }
  newer[1].added[1] = 1;
  EXPECT_EQ(conorm_bootstrap_threads(3, &newer[0].known), CONORM_ERROR_VERSION);
}

TEST(Threads, refuseAllgathersBeyondReach) {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
  char byte = 0;
  EXPECT_NE(bootstrap.allgather(bootstrap.user, &byte, SIZE_MAX, &byte, 100),
            0);
  EXPECT_EQ(bootstrap.allgather(bootstrap.user, &byte, 1, &byte, 100), 0);
  conorm_bootstrap_release(&bootstrap);
}

TEST(Threads, checkTheirArguments) {
  conorm_bootstrap bootstraps[65];
  EXPECT_EQ(conorm_bootstrap_threads(0, bootstraps),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(conorm_bootstrap_threads(65, bootstraps),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(conorm_bootstrap_threads(2, nullptr),
            CONORM_ERROR_INVALID_ARGUMENT);
}

TEST(Threads, findEachOther) {
  for (int worldSize : {1, 2, 64})
    EXPECT_THAT(runThreads(worldSize, sumOverRanks), Each(""));
}

TEST(Threads, nameWhoIsMissingAndMeetAgain) {
  std::vector<std::string> results =
      runThreads(3, [](const conorm_bootstrap &bootstrap) -> std::string {
        // Rank 2 comes when the others have given up.
        if (bootstrap.rank == 2)
          std::this_thread::sleep_for(std::chrono::milliseconds(800));
        std::string first = failToCreate(bootstrap);
        std::string second = sumOverRanks(bootstrap);
        return first + (second.empty() ? "" : " then " + second);
      });
  EXPECT_THAT(results[0],
              MatchesRegex("rank 2 did not take part within 4[0-9]+ ms"));
  EXPECT_EQ(results[1], results[0]);
  EXPECT_EQ(results[2], "the other ranks gave up on this allgather");
}

TEST(Custom, allgatherMayFail) {
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  bootstrap.world_size = 2;
  bootstrap.allgather = [](void *, const void *, size_t, void *,
                           uint32_t) -> int32_t { return 7; };
  EXPECT_EQ(failToCreate(bootstrap), "the bootstrap's allgather returned 7");
}

TEST(Custom, otherMachinesAreRefused) {
  // The second rank's record says another boot id.
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  bootstrap.world_size = 2;
  bootstrap.allgather = [](void *, const void *send, size_t bytes, void *recv,
                           uint32_t) -> int32_t {
    char *all = static_cast<char *>(recv);
    memcpy(all, send, bytes);
    memcpy(all + bytes, send, bytes);
    int32_t one = 1;
    memcpy(all + bytes + 16, &one, sizeof(one)); // the rank
    for (size_t i = 0; i + 8 < bytes; ++i)
      if (all[bytes + i] == '-' && all[bytes + i + 5] == '-') {
        all[bytes + i + 1] ^= 1;
        break;
      }
    return 0;
  };
  EXPECT_EQ(failToCreate(bootstrap), "rank 1 runs on another machine, expected "
                                     "all ranks on one");
}

TEST(Launcher, startsProcesses) {
  for (int worldSize : {1, 2, 5})
    EXPECT_THAT(runProcesses(worldSize, sumOverRanks), Each(""));
}

TEST(Launcher, namesWhoIsMissing) {
  std::vector<std::string> results =
      runProcesses(3, [](const conorm_bootstrap &bootstrap) -> std::string {
        if (bootstrap.rank == 2)
          usleep(800000);
        std::string first = failToCreate(bootstrap);
        std::string second = sumOverRanks(bootstrap);
        return first + (second.empty() ? "" : " then " + second);
      });
  // Less than 500 ms: the launcher speaks before the ranks give up.
  EXPECT_THAT(results[0],
              MatchesRegex("rank 2 did not take part within 4[0-9]+ ms"));
  EXPECT_EQ(results[1], results[0]);
  EXPECT_EQ(results[2], "the other ranks gave up on this allgather");
}

TEST(Launcher, ranksOfOtherNetworkNamespacesAreRefused) {
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) -> std::string {
        // Without rights to it, the other rank hears that this one is gone.
        if (bootstrap.rank == 1 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
          return "unprivileged";
        return failToCreate(bootstrap, 5000);
      });
  if (results[1] == "unprivileged")
    GTEST_SKIP() << "no rights to make a network namespace";
  EXPECT_EQ(results[0], "rank 1 runs in another network namespace, expected "
                        "all ranks in one");
  EXPECT_EQ(results[1], "rank 0 runs in another network namespace, expected "
                        "all ranks in one");
}

TEST(Launcher, ranksOfOtherUsersAreRefused) {
  if (geteuid() != 0)
    GTEST_SKIP() << "no rights to be another user";
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) -> std::string {
        if (bootstrap.rank == 1 && seteuid(65534) != 0)
          return "cannot change the user";
        return failToCreate(bootstrap, 5000);
      });
  EXPECT_EQ(results[0], "rank 1 runs as user 65534, this rank as user 0");
  EXPECT_EQ(results[1], "rank 0 runs as user 0, this rank as user 65534");
}

TEST(Launcher, refusesMoreRanksThanThereCanBe) {
  int32_t fds[CONORM_MAX_WORLD_SIZE + 1];
  conorm_launch *launch = nullptr;
  EXPECT_EQ(conorm_launch_create(CONORM_MAX_WORLD_SIZE + 1, fds, &launch),
            CONORM_ERROR_INVALID_ARGUMENT);
  // A launcher of somebody else's that sends the welcome of a larger world.
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const uint32_t welcome[8] = {0x4e524f43, 1, 64, 65};
  ASSERT_EQ(write(pair[0], welcome, sizeof(welcome)), ssize_t(sizeof(welcome)));
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(pair[1]).c_str(), 1);
  EXPECT_EQ(withEnvironment([](const conorm_bootstrap &) { return "started"; }),
            "the launcher says rank 64 of 65, expected at most 64 ranks");
  clearEnvironment();
  close(pair[0]);
  close(pair[1]);
}

TEST(Launcher, saysWhyAnAllgatherFailed) {
  std::vector<std::string> results =
      runProcesses(2, [](const conorm_bootstrap &bootstrap) -> std::string {
        if (bootstrap.rank == 1)
          return "";
        char one = 1, all[2];
        if (bootstrap.allgather(bootstrap.user, &one, 1, all, 5000) == 0)
          return "it succeeded";
        return conorm_bootstrap_message();
      });
  EXPECT_EQ(results[0], "rank 1 is gone (its process ended)");
}

TEST(Launcher, namesWhoIsGone) {
  std::vector<std::string> results =
      runProcesses(3, [](const conorm_bootstrap &bootstrap) -> std::string {
        if (bootstrap.rank == 1)
          return "";
        return failToCreate(bootstrap, 5000);
      });
  EXPECT_EQ(results[0], "rank 1 is gone (its process ended)");
  EXPECT_EQ(results[2], "rank 1 is gone (its process ended)");
}

TEST(Launcher, mayEndBeforeTheRanks) {
  int32_t fd;
  conorm_launch *launch;
  ASSERT_EQ(conorm_launch_create(1, &fd, &launch), CONORM_OK);
  volatile int32_t stop = 0;
  std::thread server([&] { conorm_launch_serve(launch, &stop); });
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(fd).c_str(), 1);
  std::string result =
      withEnvironment([&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, 5000);
        conorm_group group = worldGroup();
        conorm_context_add_groups(context, &group, 1);
        __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
        server.join();
        conorm_launch_destroy(launch);
        conorm_all_reduce_args args = {};
        args.struct_size = sizeof(args);
        args.element_type = CONORM_TYPE_F32;
        args.group = &group;
        for (int i = 0; i < 1000; ++i) {
          if (conorm_all_reduce(context, &args) != CONORM_OK)
            break;
          usleep(1000);
        }
        return describe(context);
      });
  unsetenv(CONORM_LAUNCH_FD_ENV);
  EXPECT_EQ(result, "peer lost: call " +
                        result.substr(16, result.find(" (") - 16) +
                        " (comm.all_reduce at unknown): the launcher ended");
}

TEST(Torchrun, startsProcessesBesideTheAgentsStore) {
  for (bool occupied : {false, true}) {
    int port = ownPort();
    int store = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (occupied) {
      // Any free port, held by a listener as the agent holds its own.
      ASSERT_EQ(
          bind(store, reinterpret_cast<sockaddr *>(&address), sizeof(address)),
          0);
      ASSERT_EQ(listen(store, 1), 0);
      socklen_t size = sizeof(address);
      getsockname(store, reinterpret_cast<sockaddr *>(&address), &size);
      port = ntohs(address.sin_port);
    }
    std::vector<std::string> results = runForked(4, [&](int rank) {
      clearEnvironment();
      setTorchrun(rank, 4, port);
      setenv("TORCHELASTIC_RUN_ID", std::string(300, 'r').c_str(), 1);
      return withEnvironment(sumOverRanks);
    });
    close(store);
    EXPECT_THAT(results, Each(""));
  }
}

TEST(Torchrun, findsOtherWorldSizes) {
  for (int wrong : {3, 5})
    for (int odd : {0, 2}) {
      int port = ownPort();
      std::vector<std::string> results = runForked(4, [&](int rank) {
        clearEnvironment();
        setTorchrun(rank, rank == odd ? wrong : 4, port);
        return withEnvironment(failBesideRankZero);
      });
      for (const std::string &result : results) {
        EXPECT_THAT(
            result,
            HasSubstr("says the world has " + std::to_string(odd ? wrong : 4) +
                      " ranks, rank 0 " + std::to_string(odd ? 4 : wrong)));
        if (odd) {
          EXPECT_THAT(result, HasSubstr("rank 2 says"));
        }
      }
    }
}

TEST(Torchrun, namesWhoIsMissing) {
  int port = ownPort();
  std::vector<std::string> results = runForked(3, [&](int rank) -> std::string {
    if (rank == 1)
      return "";
    clearEnvironment();
    setTorchrun(rank, 3, port);
    return withEnvironment(failBesideRankZero);
  });
  for (int rank : {0, 2})
    EXPECT_THAT(results[rank], HasSubstr("rank 1 did not connect within"));
  results = runForked(1, [&](int) {
    clearEnvironment();
    setTorchrun(1, 3, port);
    return withEnvironment([](const conorm_bootstrap &bootstrap) {
      return failToCreate(bootstrap, 300);
    });
  });
  EXPECT_THAT(results[0], HasSubstr("rank 0 did not listen within"));
}

TEST(Torchrun, findsTwoOfTheSameRank) {
  int port = ownPort();
  std::vector<std::string> results = runForked(3, [&](int rank) {
    clearEnvironment();
    setTorchrun(rank == 0 ? 0 : 1, 3, port);
    return withEnvironment(failBesideRankZero);
  });
  EXPECT_THAT(results, Each(HasSubstr("two processes say they are rank 1")));
}

/// The body of the processes that the next test starts.
TEST(MpiRank, DISABLED_body) { EXPECT_EQ(withEnvironment(sumOverRanks), ""); }

TEST(Mpi, startsProcesses) {
  if (system("command -v mpirun >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "mpirun is not installed";
  char self[4096];
  ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
  ASSERT_GT(size, 0);
  self[size] = 0;
  // Open MPI leaks at exit, from modules it has unloaded by then, so that no
  // suppression can name them; leaks of ours show in the other tests.
  std::string command =
      "ASAN_OPTIONS=detect_leaks=0 OMPI_ALLOW_RUN_AS_ROOT=1 "
      "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
      "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 "
      "OMPI_MCA_btl=self,vader "
      "timeout 60 mpirun -n 3 " +
      std::string(self) +
      " --gtest_also_run_disabled_tests --gtest_filter=MpiRank.* >/dev/null";
  EXPECT_EQ(system(command.c_str()), 0);
}

} // namespace
