//===- Processes.cpp - Ranks as processes ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

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

/// Calls until the victim dies; the others say so within the deadline and a
/// second.
static int runUntilKilled(conorm_context *context, int rank, int victim,
                          int at) {
  Cell cell;
  cell.worldSize = conorm_context_world_size(context);
  cell.rows = 8;
  cell.cols = 1024;
  DeviceBuffers memory(DeviceBuffers::needed(cell));
  Buffers device = memory.place(cell, rank, cudaStreamPerThread);
  constexpr uint32_t deadlineMs = 2000;
  conorm_context_set_deadline(context, deadlineMs);
  for (int i = 0; i < 100000; ++i) {
    if (rank == victim && i == at)
      raise(SIGKILL);
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

int check::processRank(int argc, char **argv) {
  conorm_bootstrap bootstrap = {};
  int32_t found = 0;
  char message[256] = "";
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) ||
      !found)
    die("no launcher: %s", message);
  int rank = bootstrap.rank;
  int cells = int(option(argc, argv, "cells", 50));
  int victim = int(option(argc, argv, "victim", -1));
  ContextOptions options;
  options.workspaceBytes = 8 << 20;
  options.stream = cudaStreamPerThread;
  conorm_context *onGpu = makeContext(bootstrap, options);
  int failed;
  if (victim >= 0) {
    failed =
        runUntilKilled(onGpu, rank, victim, int(option(argc, argv, "at", 0)));
  } else {
    options.backend = CONORM_BACKEND_CPU;
    conorm_context *onCpu = makeContext(bootstrap, options);
    static const int64_t rows[] = {0, 1, 2, 7, 64, 129};
    static const int64_t cols[] = {8, 1000, 1021, 2880, 4096, 8192, 65536};
    Random random(uint64_t(option(argc, argv, "seed", 3)));
    std::vector<Cell> drawn;
    for (int i = 0; i < cells; ++i) {
      int64_t r = rows[random.below(6)], c = cols[random.below(7)];
      drawn.push_back(drawCell(random, bootstrap.world_size, r, c));
    }
    failed = runCells(onGpu, onCpu, rank, drawn);
    conorm_context_destroy(onCpu);
  }
  conorm_context_destroy(onGpu);
  conorm_bootstrap_release(&bootstrap);
  fflush(stdout);
  return failed != 0;
}

//===----------------------------------------------------------------------===//
// The launcher
//===----------------------------------------------------------------------===//

static pid_t startRank(int descriptor, const std::vector<std::string> &words) {
  pid_t child = fork();
  if (child != 0)
    return child;
  fcntl(descriptor, F_SETFD, 0);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(descriptor).c_str(), 1);
  std::vector<char *> argv;
  for (const std::string &word : words)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  execv("/proc/self/exe", argv.data());
  _Exit(127);
}

/// Runs the ranks; returns how many ended otherwise than they should.
static int launch(int worldSize, std::vector<std::string> words, int victim) {
  fflush(stdout);
  words.insert(words.begin(), {"conorm-check-cuda", "process-rank"});
  std::vector<int32_t> descriptors(static_cast<size_t>(worldSize));
  conorm_launch *server = nullptr;
  if (conorm_launch_create(worldSize, descriptors.data(), &server))
    die("no launcher");
  std::vector<pid_t> children;
  for (int rank = 0; rank < worldSize; ++rank)
    children.push_back(startRank(descriptors[rank], words));
  for (int32_t descriptor : descriptors)
    close(descriptor);
  volatile int32_t stop = 0;
  std::thread relay([&] { conorm_launch_serve(server, &stop); });
  int failed = 0;
  for (int rank = 0; rank < worldSize; ++rank) {
    int status;
    while (waitpid(children[rank], &status, 0) < 0 && errno == EINTR)
      ;
    bool good = rank == victim
                    ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                    : WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!good)
      printf("FAILED rank %d ended with status %x\n", rank, status);
    failed += !good;
  }
  stop = 1;
  relay.join();
  conorm_launch_destroy(server);
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
                     std::to_string(random.below(30))},
                    victim);
  }
  printf("processes: %d of %lld deaths reported by all survivors\n", good,
         (long long)kills);
  return failed != 0 || good != kills;
}
