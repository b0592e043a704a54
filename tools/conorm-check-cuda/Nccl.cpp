//===- Nccl.cpp - The strategy nccl ---------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// One rank on one device, and as many ranks as there are devices. What needs
// more devices than there are is skipped by name.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace check;

static ContextOptions ncclOptions(uint64_t workspaceBytes) {
  ContextOptions options;
  options.strategy = CONORM_STRATEGY_NCCL;
  options.workspaceBytes = workspaceBytes;
  options.deadlineMs = 60000; // NCCL takes its time to connect
  return options;
}

/// A context of one rank; "" or what was said instead.
static std::string tryAlone() {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  conorm_bootstrap_threads(1, &bootstrap);
  std::string message;
  conorm_context *context = tryContext(bootstrap, ncclOptions(0), message);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
  return message;
}

/// Run as a process of its own, since the library is loaded once.
int check::ncclRefusal(int, char **) {
  printf("%s\n", tryAlone().c_str());
  return 0;
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

static std::vector<Cell> drawCells(Random &random, int worldSize, int count,
                                   bool relaxed) {
  static const int64_t rows[] = {0, 1, 2, 7, 64, 129, 1000};
  static const int64_t cols[] = {8,    1000, 1021, 2880,  4096,
                                 5120, 7168, 8192, 16384, 65536};
  std::vector<Cell> cells;
  while (int(cells.size()) < count) {
    int64_t r = rows[random.below(7)], c = cols[random.below(10)];
    if (r * c * worldSize > int64_t(1) << 25)
      continue;
    Cell cell = drawCell(random, worldSize, r, c);
    bool local = cell.op == CONORM_OP_RMS_NORM ||
                 cell.op == CONORM_OP_ADD_RMS_NORM ||
                 cell.op == CONORM_OP_QUANTIZE;
    if (local)
      continue;
    cell.numerics = relaxed ? CONORM_NUMERICS_RELAXED : CONORM_NUMERICS_EXACT;
    // Numbers whose order does not matter: NCCL has its own.
    if (relaxed && worldSize > 1)
      cell.data = dataIntegers;
    cells.push_back(cell);
  }
  return cells;
}

static int runCells(int worldSize, int count, uint64_t seed) {
  struct {
    const char *name;
    uint64_t workspaceBytes;
    bool relaxed;
  } const forms[] = {{"exact", 0, false},
                     {"exact, chunked", 1 << 20, false},
                     {"relaxed", 0, true},
                     {"relaxed, chunked", 1 << 20, true}};
  int failed = 0;
  Random random(seed);
  for (const auto &form : forms) {
    Tally tally;
    int share = form.relaxed ? count / 4 : count;
    runWorld(worldSize, drawCells(random, worldSize, share, form.relaxed),
             ncclOptions(form.workspaceBytes), tally);
    printf("nccl: world size %d, %s, %d cells, %d failed\n", worldSize,
           form.name, share, tally.failures());
    fflush(stdout);
    failed += tally.failures();
  }
  return failed;
}

/// The strategy asked for by the calls alone, mixed with the others: the
/// communicator is made by the first such call.
static int runMixed(int worldSize, uint64_t seed) {
  Random random(seed);
  std::vector<Cell> cells = drawCells(random, worldSize, 60, false);
  for (size_t i = 0; i < cells.size(); ++i)
    if (i % 3)
      cells[i].strategy = CONORM_STRATEGY_NCCL;
  ContextOptions options = ncclOptions(4 << 20);
  options.strategy = CONORM_STRATEGY_AUTO;
  Tally tally;
  runWorld(worldSize, cells, options, tally);
  printf("nccl: world size %d, mixed with other strategies, 60 cells, %d "
         "failed\n",
         worldSize, tally.failures());
  return tally.failures();
}

//===----------------------------------------------------------------------===//
// Refusals
//===----------------------------------------------------------------------===//

static std::string outputOf(const char *library) {
  setenv("CONORM_NCCL_LIBRARY", library, 1);
  char program[4096] = "";
  if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
    die("no /proc/self/exe");
  FILE *pipe = popen((std::string(program) + " nccl-refusal").c_str(), "r");
  std::string text;
  char buffer[512];
  while (pipe && fgets(buffer, sizeof(buffer), pipe))
    text += buffer;
  if (pipe)
    pclose(pipe);
  unsetenv("CONORM_NCCL_LIBRARY");
  return text;
}

static int runRefusals() {
  const char *before = getenv("CONORM_NCCL_LIBRARY");
  std::string kept = before ? before : "";
  int failed = 0;
  auto expect = [&](const char *library, const char *words) {
    std::string said = outputOf(library);
    bool good = said.find(words) != std::string::npos;
    printf("%s %s", good ? "nccl: refused:" : "FAILED:", said.c_str());
    failed += !good;
  };
  expect("/nonexistent/libnccl.so.2", "the strategy nccl needs NCCL");
  expect("libm.so.6", "has no ncclGetVersion");
  if (before)
    setenv("CONORM_NCCL_LIBRARY", kept.c_str(), 1);
  // Two ranks on the first device.
  std::vector<conorm_bootstrap> bootstraps(2, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(2, bootstraps.data());
  // The slower rank may only hear that the other one gave up.
  std::atomic<int> refused{0}, said{0};
  onRanks(2, [&](int rank) {
    cuda(cudaSetDevice(0), "cudaSetDevice");
    std::string message;
    conorm_context *context =
        tryContext(bootstraps[size_t(rank)], ncclOptions(0), message);
    refused += !context;
    bool says =
        message.find("ranks 0 and 1 are on one device") != std::string::npos;
    if (says && said++ == 0)
      printf("nccl: refused: %s\n", message.c_str());
    conorm_context_destroy(context);
  });
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
  if (refused != 2 || said == 0) {
    printf("FAILED: %d of 2 ranks on one device were refused\n",
           refused.load());
    ++failed;
  }
  return failed;
}

//===----------------------------------------------------------------------===//
// The check
//===----------------------------------------------------------------------===//

static int runProcesses(int worldSize, int64_t cells, int64_t kills) {
  std::vector<std::string> strategy = {"--strategy",
                                       std::to_string(CONORM_STRATEGY_NCCL)};
  std::vector<std::string> words = strategy;
  words.insert(words.end(), {"--cells", std::to_string(cells)});
  int failed = launch(worldSize, words, -1);
  printf("nccl: %d processes, %lld cells: %s\n", worldSize, (long long)cells,
         failed ? "FAILED" : "equal");
  Random random(13);
  int good = 0;
  for (int64_t i = 0; i < kills; ++i) {
    int victim = int(random.below(uint64_t(worldSize)));
    words = strategy;
    words.insert(words.end(), {"--victim", std::to_string(victim), "--at",
                               std::to_string(random.below(30)), "--amidst",
                               std::to_string(i % 2)});
    good += !launch(worldSize, words, victim);
  }
  printf("nccl: %d of %lld deaths reported by all survivors, whose new world "
         "gave right bits\n",
         good, (long long)kills);
  return failed + int(kills - good);
}

int check::nccl(int argc, char **argv) {
  std::string refusal = tryAlone();
  if (!refusal.empty()) {
    bool absent = refusal.find("needs NCCL") != std::string::npos;
    printf("%s nccl (%s)\n", absent ? "skipped:" : "FAILED:", refusal.c_str());
    return !absent;
  }
  int cells = int(option(argc, argv, "cells", 200));
  int64_t calls = option(argc, argv, "calls", 4000);
  int count = int(option(argc, argv, "count", 4));
  int64_t kills = option(argc, argv, "kills", 6);
  int most = std::min(devices(), 16);
  int failed = runRefusals();
  for (int worldSize = 1; worldSize <= most; ++worldSize) {
    failed += runCells(worldSize, cells, uint64_t(worldSize));
    failed += runMixed(worldSize, uint64_t(worldSize) + 100);
    failed += replayMany(worldSize, calls, CONORM_STRATEGY_NCCL);
    fflush(stdout);
  }
  if (most < 2) {
    for (const char *what : {"several ranks", "faults", "processes", "deaths"})
      printf("skipped: nccl, %s (one device)\n", what);
    return failed != 0;
  }
  FaultOptions options;
  options.count = count;
  options.strategy = CONORM_STRATEGY_NCCL;
  options.most = std::min(most, 5);
  failed += runFaults(options);
  for (int worldSize = 2; worldSize <= most; worldSize *= 2)
    failed += runProcesses(worldSize, 40, kills);
  return failed != 0;
}
