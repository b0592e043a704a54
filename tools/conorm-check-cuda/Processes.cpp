//===- Processes.cpp - Ranks as processes ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace check;

//===----------------------------------------------------------------------===//
// A rank
//===----------------------------------------------------------------------===//

static int runCells(conorm_context *onGpu, conorm_context *onCpu, int rank,
                    const std::vector<Cell> &cells) {
  size_t most = 1 << 20;
  for (const Cell &cell : cells)
    most = std::max(most, DeviceBuffers::needed(cell));
  DeviceBuffers memory(most);
  int failed = 0;
  for (const Cell &cell : cells) {
    HostBuffers host(cell, rank);
    Buffers device = memory.place(cell, rank, cudaStreamPerThread);
    std::string difference;
    if (call(onGpu, cell, device) || conorm_context_synchronize(onGpu))
      difference = conorm_context_message(onGpu);
    else if (call(onCpu, cell, host.buffers))
      difference = conorm_context_message(onCpu);
    else
      difference =
          memory.compare(cell, device, host.buffers, cudaStreamPerThread);
    if (!difference.empty()) {
      printf("FAILED rank %d: %s: %s\n", rank, describe(cell).c_str(),
             difference.c_str());
      ++failed;
    }
    if (conorm_context_status(onGpu) || conorm_context_status(onCpu))
      break;
  }
  return failed;
}

/// Calls until the victim dies, between two calls or while its kernels run; the
/// others say so within the deadline and a second.
static int runUntilKilled(conorm_context *context, int rank, int victim, int at,
                          bool amidst) {
  Cell cell;
  cell.worldSize = conorm_context_world_size(context);
  cell.rows = amidst ? 4096 : 8;
  cell.cols = 1024;
  DeviceBuffers memory(DeviceBuffers::needed(cell));
  Buffers device = memory.place(cell, rank, cudaStreamPerThread);
  constexpr uint32_t deadlineMs = 2000;
  conorm_context_set_deadline(context, deadlineMs);
  for (int i = 0; i < 100000; ++i) {
    if (rank == victim && i == at) {
      if (amidst)
        call(context, cell, device);
      raise(SIGKILL);
    }
    auto begin = std::chrono::steady_clock::now();
    conorm_status status = call(context, cell, device);
    if (status == CONORM_OK)
      status = conorm_context_synchronize(context);
    if (status == CONORM_OK)
      continue;
    std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    const char *message = conorm_context_message(context);
    std::string name = "rank " + std::to_string(victim) + " ";
    bool good = conorm_context_status(context) == CONORM_ERROR_PEER_LOST &&
                strstr(message, name.c_str()) &&
                taken.count() < deadlineMs + 1000;
    if (!good || rank == (victim ? 0 : 1))
      printf("%s rank %d: %s (after %.0f ms)\n", good ? "  killed:" : "FAILED",
             rank, message, taken.count());
    return !good;
  }
  printf("FAILED rank %d: nothing happened\n", rank);
  return 1;
}

static conorm_bootstrap bootstrapFromLauncher() {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 0;
  char message[256] = "";
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) ||
      !found)
    die("no launcher: %s", message);
  return bootstrap;
}

/// Cells on a CUDA and a CPU context, both of the bootstrap's world.
static int runDrawn(const conorm_bootstrap &bootstrap, conorm_context *onGpu,
                    uint64_t seed, int count) {
  ContextOptions options;
  options.backend = CONORM_BACKEND_CPU;
  options.workspaceBytes = 8 << 20;
  conorm_context *onCpu = makeContext(bootstrap, options);
  static const int64_t rows[] = {0, 1, 2, 7, 64, 129};
  static const int64_t cols[] = {8, 1000, 1021, 2880, 4096, 8192, 65536};
  Random random(seed);
  std::vector<Cell> drawn;
  for (int i = 0; i < count; ++i) {
    int64_t r = rows[random.below(6)], c = cols[random.below(7)];
    drawn.push_back(drawCell(random, bootstrap.world_size, r, c));
  }
  int failed = runCells(onGpu, onCpu, bootstrap.rank, drawn);
  conorm_context_destroy(onCpu);
  return failed;
}

/// Those who survived make a world of their own, in the same processes, and get
/// right bits.
static int runSurvivors(const ContextOptions &options, const char *descriptor) {
  setenv(CONORM_LAUNCH_FD_ENV, descriptor, 1);
  conorm_bootstrap bootstrap = bootstrapFromLauncher();
  conorm_context *context = makeContext(bootstrap, options);
  int failed = runDrawn(bootstrap, context, 21, 12);
  if (failed)
    printf("FAILED rank %d of the survivors: %d cells\n", bootstrap.rank,
           failed);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
  return failed;
}

int check::processRank(int argc, char **argv) {
  conorm_bootstrap bootstrap = bootstrapFromLauncher();
  int rank = bootstrap.rank;
  useDeviceOf(rank);
  int cells = int(option(argc, argv, "cells", 50));
  int victim = int(option(argc, argv, "victim", -1));
  if (option(argc, argv, "program", 0)) {
    int failed = runProgramUntilKilled(bootstrap, victim,
                                       int(option(argc, argv, "at", 0)));
    conorm_bootstrap_release(&bootstrap);
    fflush(stdout);
    return failed;
  }
  ContextOptions options;
  options.workspaceBytes = 8 << 20;
  options.stream = cudaStreamPerThread;
  options.strategy = uint32_t(option(argc, argv, "strategy", 0));
  conorm_context *onGpu = makeContext(bootstrap, options);
  int failed;
  if (victim >= 0)
    failed =
        runUntilKilled(onGpu, rank, victim, int(option(argc, argv, "at", 0)),
                       option(argc, argv, "amidst", 0) != 0);
  else
    failed = runDrawn(bootstrap, onGpu, uint64_t(option(argc, argv, "seed", 3)),
                      cells);
  conorm_context_destroy(onGpu);
  conorm_bootstrap_release(&bootstrap);
  int64_t again = option(argc, argv, "again", -1);
  if (again >= 0)
    failed += runSurvivors(options, std::to_string(again).c_str());
  fflush(stdout);
  return failed != 0;
}

//===----------------------------------------------------------------------===//
// The launcher
//===----------------------------------------------------------------------===//

/// A world to be: its relay runs on a thread of this process.
namespace {
class Relay {
public:
  explicit Relay(int worldSize) : descriptors(size_t(worldSize)) {
    if (conorm_launch_create(worldSize, descriptors.data(), &server))
      die("no launcher");
  }
  ~Relay() {
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    if (thread.joinable())
      thread.join();
    conorm_launch_destroy(server);
  }
  int descriptor(int rank) const { return descriptors[size_t(rank)]; }
  /// After the ranks were started.
  void serve() {
    for (int32_t descriptor : descriptors)
      close(descriptor);
    thread = std::thread([this] { conorm_launch_serve(server, &stop); });
  }

private:
  std::vector<int32_t> descriptors;
  conorm_launch *server = nullptr;
  volatile int32_t stop = 0;
  std::thread thread;
};
} // namespace

/// `again` is the descriptor for the world of the survivors, or -1.
static pid_t startRank(int descriptor, int again,
                       std::vector<std::string> words) {
  pid_t child = fork();
  if (child != 0)
    return child;
  fcntl(descriptor, F_SETFD, 0);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(descriptor).c_str(), 1);
  if (again >= 0) {
    fcntl(again, F_SETFD, 0);
    words.insert(words.end(), {"--again", std::to_string(again)});
  }
  std::vector<char *> argv;
  for (const std::string &word : words)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  execv("/proc/self/exe", argv.data());
  _Exit(127);
}

int check::launch(int worldSize, std::vector<std::string> words, int victim) {
  fflush(stdout);
  words.insert(words.begin(), {"conorm-check-cuda", "process-rank"});
  words.insert(words.end(), {"--devices", std::to_string(devices())});
  Relay world(worldSize), survivors(std::max(worldSize - 1, 1));
  std::vector<pid_t> children;
  for (int rank = 0, place = 0; rank < worldSize; ++rank) {
    bool survives = victim >= 0 && rank != victim;
    children.push_back(startRank(world.descriptor(rank),
                                 survives ? survivors.descriptor(place++) : -1,
                                 words));
  }
  world.serve();
  survivors.serve();
  int failed = 0;
  for (int rank = 0; rank < worldSize; ++rank) {
    int status;
    while (waitpid(children[size_t(rank)], &status, 0) < 0 && errno == EINTR)
      ;
    bool good = rank == victim
                    ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                    : WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!good)
      printf("FAILED rank %d ended with status %x\n", rank, status);
    failed += !good;
  }
  return failed;
}

int check::processes(int argc, char **argv) {
  int64_t cells = option(argc, argv, "cells", 40);
  int64_t kills = option(argc, argv, "kills", 30);
  int only = int(option(argc, argv, "world", 0));
  int failed = 0;
  for (const char *kind : {"fd", "ipc"}) {
    setenv("CONORM_CUDA_HANDLES", kind, 1);
    for (int worldSize : {2, 4, 8}) {
      if (only && only != worldSize)
        continue;
      int bad = launch(worldSize,
                       {"--cells", std::to_string(cells), "--seed",
                        std::to_string(worldSize)},
                       -1);
      printf("processes: handles %s, world size %d, %lld cells: %s\n", kind,
             worldSize, (long long)cells, bad ? "FAILED" : "equal");
      failed += bad;
    }
  }
  setenv("CONORM_CUDA_HANDLES", "fd", 1);
  Random random(11);
  int good = 0;
  for (int64_t i = 0; i < kills; ++i) {
    int worldSize = 2 + int(random.below(3));
    int victim = int(random.below(uint64_t(worldSize)));
    good += !launch(worldSize,
                    {"--victim", std::to_string(victim), "--at",
                     std::to_string(random.below(30)), "--amidst",
                     std::to_string(i % 2)},
                    victim);
  }
  printf("processes: %d of %lld deaths reported by all survivors, whose new "
         "world gave right bits\n",
         good, (long long)kills);
  return failed != 0 || good != kills;
}
