//===- Campaign.cpp - Many modules in a process of their own --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Campaign.h"

#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace conorm::fuzz;

/// All ways there are.
static constexpr Selection kThorough = {true, true, true, true};

namespace {
/// What a worker tells its parent; it outlives the worker.
struct Shared {
  uint64_t current;
  uint64_t done;
  Failure failure;
  char message[4096];
  uint32_t numKinds;
  struct {
    char name[96];
    uint64_t count;
  } kinds[256];
};
} // namespace

static Shared *makeShared() {
  void *memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("conorm-fuzz: mmap");
    std::exit(2);
  }
  return static_cast<Shared *>(memory);
}

static void tell(Shared &shared, Failure failure, const std::string &message) {
  shared.failure = failure;
  std::snprintf(shared.message, sizeof(shared.message), "%s", message.c_str());
}

static void tell(Shared &shared, const FusedKinds &kinds) {
  shared.numKinds = 0;
  for (const auto &[name, count] : kinds) {
    if (shared.numKinds == 256)
      break;
    auto &kind = shared.kinds[shared.numKinds++];
    std::snprintf(kind.name, sizeof(kind.name), "%s", name.c_str());
    kind.count = count;
  }
}

/// Waits for a worker. One that stays at the same module for minutes hangs.
static void waitFor(pid_t pid, Shared &shared) {
  constexpr int secondsPerModule = 300;
  uint64_t last = shared.current;
  auto since = std::chrono::steady_clock::now();
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    usleep(5000);
    auto now = std::chrono::steady_clock::now();
    if (shared.current != last) {
      last = shared.current;
      since = now;
    } else if (now - since > std::chrono::seconds(secondsPerModule)) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      tell(shared, Failure::Crash,
           "did not end within " + std::to_string(secondsPerModule) +
               " seconds");
      return;
    }
  }
  if (WIFSIGNALED(status))
    tell(shared, Failure::Crash,
         std::string("died: ") + strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) != 0)
    tell(shared, Failure::Crash,
         "exited with " + std::to_string(WEXITSTATUS(status)));
}

Failure conorm::fuzz::checkInProcess(const std::string &text,
                                     const Setup &setup, std::string &message) {
  Shared *shared = makeShared();
  pid_t pid = fork();
  if (pid == 0) {
    Checker checker;
    std::string found;
    tell(*shared, checker.check(text, setup, kThorough, found), found);
    _exit(0);
  }
  waitFor(pid, *shared);
  Failure failure = shared->failure;
  message = shared->message;
  munmap(shared, sizeof(Shared));
  return failure;
}

/// Every sixteenth module is compiled in all ways.
static Selection select(const Options &options, uint64_t seed) {
  if (seed % 16 == 0)
    return kThorough;
  Selection selection;
  selection.isOneShot = options.isOneShot;
  return selection;
}

static void work(const Options &options, uint64_t end, Shared &shared) {
  Checker checker;
  while (shared.current < end) {
    GeneratedModule module = generate(shared.current, options.features);
    std::string message;
    Failure failure = checker.check(module.text, module.setup,
                                    select(options, shared.current), message);
    tell(shared, checker.getFused());
    ++shared.done;
    if (failure != Failure::None) {
      tell(shared, failure, message);
      _exit(0);
    }
    ++shared.current;
  }
  _exit(0);
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

static std::string quote(const std::string &text) { return "'" + text + "'"; }

static void write(const std::string &path, const std::string &text) {
  std::ofstream file(path);
  if (!(file << text).flush()) {
    std::cerr << "conorm-fuzz: cannot write " << path << "\n";
    std::exit(2);
  }
}

/// A script that is interesting (exits with 1) as long as a module fails in the
/// same way, and conorm-reduce with it.
static void shrink(const Options &options, const std::string &base,
                   const Setup &setup, Failure failure) {
  std::string script = base + ".sh", small = base + ".reduced.mlir";
  write(script, "#!/bin/sh\nexec " + quote(options.self) + " --check " +
                    setup.toOptions() + " --expect=" + getFailureName(failure) +
                    " \"$1\" >/dev/null 2>&1\n");
  std::string command = "chmod +x " + quote(script) + " && timeout 300 " +
                        quote(options.reduce) + " " + quote(base + ".mlir") +
                        " --reduce-values='test=" + script + "' -o " +
                        quote(small) + " 2>" + quote(base + ".log");
  std::cout << "  shrinking with conorm-reduce\n" << std::flush;
  if (std::system(command.c_str()) == 0)
    std::cout << "  shrunk: " << small << "\n";
  else
    std::cout << "  not shrunk, see " << base << ".log\n";
}

static void report(const Options &options, const Shared &shared) {
  GeneratedModule module = generate(shared.current, options.features);
  std::string base = options.output + "/seed-" + std::to_string(shared.current);
  write(base + ".mlir", module.text);
  std::cout << "failure: seed " << shared.current << ", "
            << getFailureName(shared.failure) << ": " << shared.message
            << "\n  module: " << base << ".mlir\n  again: " << options.self
            << " --check " << module.setup.toOptions() << " " << base
            << ".mlir\n"
            << std::flush;
  if (options.shrink)
    shrink(options, base, module.setup, shared.failure);
}

//===----------------------------------------------------------------------===//
// Campaigns
//===----------------------------------------------------------------------===//

static void add(FusedKinds &to, const Shared &shared) {
  for (uint32_t i = 0; i < shared.numKinds; ++i)
    to[shared.kinds[i].name] += shared.kinds[i].count;
}

static void print(const FusedKinds &kinds) {
  std::cout << "fused operations by kind, results, element type and place:\n";
  for (const auto &[kind, count] : kinds)
    std::printf("  %8" PRIu64 "  %s\n", count, kind.c_str());
  std::fflush(stdout);
}

uint64_t conorm::fuzz::runCampaign(const Options &options) {
  // A new process every so often: compiled code is not given back.
  constexpr uint64_t perProcess = 1000;
  auto start = std::chrono::steady_clock::now();
  Shared *shared = makeShared();
  FusedKinds kinds;
  uint64_t failures = 0, done = 0, end = options.seed + options.count;
  for (uint64_t seed = options.seed; seed < end;) {
    std::memset(shared, 0, sizeof(Shared));
    shared->current = seed;
    uint64_t stop = std::min(end, seed + perProcess);
    std::cout << std::flush;
    pid_t pid = fork();
    if (pid == 0)
      work(options, stop, *shared);
    waitFor(pid, *shared);
    add(kinds, *shared);
    done += shared->done;
    seed = shared->current;
    if (shared->failure == Failure::None)
      continue;
    ++failures;
    report(options, *shared);
    if (!options.keepGoing)
      break;
    ++seed;
  }
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  print(kinds);
  std::printf("seeds %" PRIu64 " to %" PRIu64 ": %" PRIu64 " modules, %" PRIu64
              " fused operations, %" PRIu64 " failures, %.1f ms a module\n",
              options.seed, options.seed + done - (done ? 1 : 0), done,
              kinds["all"], failures,
              done ? 1000 * seconds.count() / double(done) : 0.0);
  munmap(shared, sizeof(Shared));
  return failures;
}
