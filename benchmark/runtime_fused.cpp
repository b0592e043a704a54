//===- runtime_fused.cpp - Fused against unfused on the CPU runtime -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// conorm-bench-fused [--threads] [--ranks=n] [--benchmark_...]
//
// Compares the fused all_reduce_rms_norm with residual to all_reduce followed
// by add_rms_norm. Both compute the same results from the same operands.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "conorm/Tools/Process.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace conorm::bench;

namespace {

std::vector<Case> allCases() {
  return makeCases({CONORM_TYPE_BF16, CONORM_TYPE_F16, CONORM_TYPE_F32});
}

int runWith(conorm_bootstrap &bootstrap, int argc, char **argv) {
  conorm_context *context = makeContext(bootstrap);
  int status = runRank(context, allCases(),
                       {{"fused", [](Workload &work) { work.fused(); }},
                        {"unfused",
                         [](Workload &work) {
                           work.allReduce();
                           work.addNorm();
                         }}},
                       argc, argv);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
  return status;
}

int runThreads(int ranks, int argc, char **argv) {
  std::vector<conorm_bootstrap> bootstraps(ranks);
  for (conorm_bootstrap &bootstrap : bootstraps)
    bootstrap.struct_size = sizeof(bootstrap);
  if (conorm_bootstrap_threads(ranks, bootstraps.data()) != CONORM_OK)
    return 1;
  std::vector<std::thread> followers;
  std::vector<int> statuses(ranks, 0);
  for (int rank = 1; rank < ranks; ++rank)
    followers.emplace_back(
        [&, rank] { statuses[rank] = runWith(bootstraps[rank], argc, argv); });
  statuses[0] = runWith(bootstraps[0], argc, argv);
  for (std::thread &follower : followers)
    follower.join();
  for (int status : statuses)
    if (status != 0)
      return status;
  return 0;
}

/// Starts this program again, once for each rank.
int launchProcesses(int ranks, char **argv) {
  std::vector<int32_t> fds(ranks);
  conorm_launch *launch = nullptr;
  if (conorm_launch_create(ranks, fds.data(), &launch) != CONORM_OK)
    return 1;
  std::vector<pid_t> children;
  for (int rank = 0; rank < ranks; ++rank) {
    pid_t pid = fork();
    if (pid == 0) {
      fcntl(fds[rank], F_SETFD, 0);
      setenv(CONORM_LAUNCH_FD_ENV, std::to_string(fds[rank]).c_str(), 1);
      execv("/proc/self/exe", argv);
      _exit(127);
    }
    children.push_back(pid);
    close(fds[rank]);
  }
  volatile int32_t stop = 0;
  conorm_launch_serve(launch, &stop);
  int result = 0;
  for (pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      result = 1;
  }
  conorm_launch_destroy(launch);
  return result;
}

} // namespace

int main(int argc, char **argv) {
  conorm::initProcess("conorm-bench-fused");
  setvbuf(stdout, nullptr, _IOLBF, 0);
  // Remove the options that Google Benchmark does not know.
  bool threads = false;
  int ranks = 2;
  std::vector<char *> rest;
  for (int i = 0; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--threads"))
      threads = true;
    else if (!std::strncmp(argv[i], "--ranks=", 8))
      ranks = std::atoi(argv[i] + 8);
    else
      rest.push_back(argv[i]);
  }
  int restCount = int(rest.size());
  rest.push_back(nullptr);
  if (ranks < 1 || ranks > CONORM_MAX_WORLD_SIZE) {
    std::fprintf(stderr, "benchmark: --ranks takes 1 to %d\n",
                 CONORM_MAX_WORLD_SIZE);
    return 2;
  }
  if (threads)
    return runThreads(ranks, restCount, rest.data());
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  int32_t found = 0;
  char message[512] = "";
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) != CONORM_OK) {
    std::fprintf(stderr, "benchmark: %s\n", message);
    return 1;
  }
  if (found)
    return runWith(bootstrap, restCount, rest.data());
  return launchProcesses(ranks, argv);
}
