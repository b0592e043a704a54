//===- main.cpp - Many random calls between processes, checked ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// conorm-soak starts processes that make the same random calls and compare
// every result, bit for bit, with the transcription of the contract in
// unittests/Runtime/Reference. Neighbouring ranks use kernels of different
// width, which must not show. At the end each process reports its calls, what
// differed, and by how much its memory and descriptors have grown since it was
// warm. Exit status 0 if nothing differed, failed or grew.
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include "conorm/Tools/Process.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::soak;

namespace {

struct Options {
  int processes = 8;
  int64_t calls = 400;
  uint64_t seed = 1;
  unsigned deadlineMs = 60000;
};

/// What a process tells the parent through a pipe, in one atomic write.
struct Report {
  int64_t calls;
  int64_t mismatches;
  int64_t privateGrowthKb;
  int64_t sharedGrowthKb;
  int64_t descriptorGrowth;
};

/// Environment of the children: their rank's pipe and the options.
const char childEnv[] = "CONORM_SOAK_CHILD";

/// A process may keep what the allocator rounds up to, and no more. The thread
/// sanitizer's own records of memory and of synchronization are private memory
/// as well, and grow with every call.
#ifdef __SANITIZE_THREAD__
constexpr int64_t allowedPrivateKb = INT64_MAX;
#else
constexpr int64_t allowedPrivateKb = 4096;
#endif
constexpr int64_t allowedSharedKb = 4096;

//===----------------------------------------------------------------------===//
// One rank
//===----------------------------------------------------------------------===//

int64_t statusKb(const char *field) {
  FILE *file = std::fopen("/proc/self/status", "re");
  if (!file)
    return 0;
  char line[256];
  int64_t value = 0;
  size_t length = std::strlen(field);
  while (std::fgets(line, sizeof(line), file))
    if (std::strncmp(line, field, length) == 0 && line[length] == ':')
      value = std::strtoll(line + length + 1, nullptr, 10);
  std::fclose(file);
  return value;
}

int64_t countDescriptors() {
  int64_t count = 0;
  if (DIR *directory = opendir("/proc/self/fd")) {
    while (readdir(directory))
      ++count;
    closedir(directory);
  }
  return count;
}

struct Usage {
  int64_t privateKb = statusKb("RssAnon");
  int64_t sharedKb = statusKb("RssShmem");
  int64_t descriptors = countDescriptors();
};

/// Makes the calls. Returns whether none failed.
bool makeCalls(conorm_context *context, const Options &options, int rank,
               const std::vector<Group> &groups, Report &report) {
  // First the largest call on every group, so that all of the workspace is
  // touched before growth is measured, then a quarter of the random ones.
  std::vector<Call> warmUp;
  for (size_t g = 0; g < groups.size(); ++g)
    for (uint32_t s : {CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT})
      warmUp.push_back(largestCall(options.seed, -1, int(g), s));
  auto make = [&](const Call &call, int64_t index) {
    uint64_t checkSeed = uint64_t(index) * 64 + uint64_t(rank);
    int64_t bad = runCall(context, call, groups[call.group], checkSeed);
    report.mismatches += bad > 0 ? bad : 0;
    return bad >= 0;
  };
  for (const Call &call : warmUp)
    if (!make(call, call.strategy))
      return false;
  Usage before;
  for (int64_t i = 0; i < options.calls; ++i) {
    if (i == options.calls / 4)
      before = Usage();
    if (!make(randomCall(options.seed, i, groups), i))
      return false;
    ++report.calls;
    int64_t tenth = options.calls / 10;
    if (rank == 0 && tenth && i % tenth == 0 && isatty(2))
      std::fprintf(stderr, "\r%" PRId64 " of %" PRId64 " calls", i,
                   options.calls);
  }
  Usage after;
  report.privateGrowthKb = after.privateKb - before.privateKb;
  report.sharedGrowthKb = after.sharedKb - before.sharedKb;
  report.descriptorGrowth = after.descriptors - before.descriptors;
  return true;
}

int childMain(const Options &options, int rank, int pipe) {
  // Freed memory goes back at once, so that growth is a leak.
  mallopt(M_MMAP_THRESHOLD, 1 << 16);
  mallopt(M_TRIM_THRESHOLD, 1 << 16);
  char message[512] = "";
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  int32_t found = 0;
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) != CONORM_OK ||
      !found) {
    std::printf("rank %d: no bootstrap: %s\n", rank, message);
    return 1;
  }
  conorm_context_options contextOptions = {};
  contextOptions.struct_size = sizeof(contextOptions);
  contextOptions.bootstrap = &bootstrap;
  contextOptions.deadline_ms = options.deadlineMs;
  conorm_context *context = nullptr;
  if (conorm_context_create(&contextOptions, &context, message,
                            sizeof(message)) != CONORM_OK) {
    std::printf("rank %d: %s\n", rank, message);
    return 1;
  }
  std::vector<Group> groups = makeGroups(rank, options.processes);
  std::vector<conorm_group> symbols;
  for (const Group &group : groups)
    symbols.push_back(group.symbol);
  Report report = {};
  bool passed = conorm_context_add_groups(context, symbols.data(),
                                          symbols.size()) == CONORM_OK;
  if (!passed)
    std::printf("rank %d: %s\n", rank, conorm_context_message(context));
  passed = passed && makeCalls(context, options, rank, groups, report);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
  if (write(pipe, &report, sizeof(report)) != ssize_t(sizeof(report)))
    return 1;
  return passed ? 0 : 1;
}

//===----------------------------------------------------------------------===//
// The parent
//===----------------------------------------------------------------------===//

pid_t startChild(char **argv, int rank, int bootstrapFd, int pipe) {
  // Widths in turn; "" lets the processor decide.
  const char *isas[] = {"", "avx2", "avx512", "base"};
  pid_t pid = fork();
  if (pid != 0)
    return pid;
  fcntl(bootstrapFd, F_SETFD, 0);
  fcntl(pipe, F_SETFD, 0);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(bootstrapFd).c_str(), 1);
  setenv(childEnv, (std::to_string(rank) + ":" + std::to_string(pipe)).c_str(),
         1);
  if (*isas[rank % 4])
    setenv("CONORM_CPU_ISA", isas[rank % 4], 1);
  execv("/proc/self/exe", argv);
  _exit(127);
}

/// Waits for the children; returns whether all ended well.
bool waitForChildren(const std::vector<pid_t> &children) {
  bool passed = true;
  for (pid_t pid : children) {
    int status = 0;
    waitpid(pid, &status, 0);
    passed &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return passed;
}

int printReports(int pipe, const Options &options, double seconds,
                 bool passed) {
  Report report, total = {};
  int reports = 0;
  while (read(pipe, &report, sizeof(report)) == ssize_t(sizeof(report))) {
    ++reports;
    total.calls =
        reports == 1 ? report.calls : std::min(total.calls, report.calls);
    total.mismatches += report.mismatches;
    total.privateGrowthKb =
        std::max(total.privateGrowthKb, report.privateGrowthKb);
    total.sharedGrowthKb =
        std::max(total.sharedGrowthKb, report.sharedGrowthKb);
    total.descriptorGrowth =
        std::max(total.descriptorGrowth, report.descriptorGrowth);
  }
  bool grew = total.privateGrowthKb > allowedPrivateKb ||
              total.sharedGrowthKb > allowedSharedKb ||
              total.descriptorGrowth > 0;
  bool complete = reports == options.processes && total.calls == options.calls;
  std::printf("%d processes, %" PRId64 " calls, %" PRId64
              " differing elements, growth: %" PRId64 " KiB private, %" PRId64
              " KiB shared, %" PRId64 " descriptors; %.1f s\n",
              options.processes, total.calls, total.mismatches,
              total.privateGrowthKb, total.sharedGrowthKb,
              total.descriptorGrowth, seconds);
  passed &= complete && total.mismatches == 0 && !grew;
  std::printf("soak: %s\n", passed ? "passed" : "FAILED");
  return passed ? 0 : 1;
}

int parentMain(const Options &options, char **argv) {
  auto start = std::chrono::steady_clock::now();
  std::vector<int32_t> fds(options.processes);
  conorm_launch *launch = nullptr;
  int pipes[2];
  if (conorm_launch_create(options.processes, fds.data(), &launch) !=
          CONORM_OK ||
      pipe2(pipes, O_CLOEXEC) != 0) {
    std::printf("conorm-soak: cannot start: no descriptors\n");
    return 1;
  }
  std::vector<pid_t> children;
  for (int rank = 0; rank < options.processes; ++rank) {
    children.push_back(startChild(argv, rank, fds[rank], pipes[1]));
    close(fds[rank]);
  }
  close(pipes[1]);
  volatile int32_t stop = 0;
  conorm_launch_serve(launch, &stop);
  bool passed = waitForChildren(children);
  conorm_launch_destroy(launch);
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  return printReports(pipes[0], options, elapsed.count(), passed);
}

bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; i += 2) {
    char *end = nullptr;
    long long value = i + 1 < argc ? std::strtoll(argv[i + 1], &end, 10) : -1;
    if (!end || *end || end == argv[i + 1] || value < 0)
      return false;
    if (!std::strcmp(argv[i], "--processes") && value >= 1 &&
        value <= CONORM_MAX_WORLD_SIZE)
      options.processes = int(value);
    else if (!std::strcmp(argv[i], "--calls"))
      options.calls = value;
    else if (!std::strcmp(argv[i], "--seed"))
      options.seed = uint64_t(value);
    else if (!std::strcmp(argv[i], "--deadline-ms") && value >= 1)
      options.deadlineMs = unsigned(value);
    else
      return false;
  }
  return true;
}

} // namespace

int main(int argc, char **argv) {
  conorm::initProcess("conorm-soak");
  setvbuf(stdout, nullptr, _IOLBF, 0);
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: conorm-soak [--processes 1..%d] [--calls n] [--seed n]"
                 " [--deadline-ms n]\n",
                 CONORM_MAX_WORLD_SIZE);
    return 2;
  }
  int rank = 0, pipe = 0;
  if (const char *child = std::getenv(childEnv))
    if (std::sscanf(child, "%d:%d", &rank, &pipe) == 2)
      return childMain(options, rank, pipe);
  return parentMain(options, argv);
}
