//===- main.cpp - The program conorm-bench-cuda ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Times all contestants over a grid of points, for one world size, and prints a
// line of JSON for each point as soon as it is done. bench_cuda.py runs it and
// makes the tables.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace bench;

/// The numbers of `--name A,B,C`, or `otherwise`.
static std::vector<int64_t> list(int argc, char **argv, const char *name,
                                 std::vector<int64_t> otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (strncmp(argv[i], "--", 2) || strcmp(argv[i] + 2, name))
      continue;
    std::vector<int64_t> values;
    for (char *at = argv[i + 1]; *at;) {
      char *end;
      values.push_back(strtoll(at, &end, 10));
      if (end == at || values.back() < 1)
        check::die("--%s: expected positive numbers, found '%s'", name,
                   argv[i + 1]);
      at = *end == ',' ? end + 1 : end;
    }
    return values;
  }
  return otherwise;
}

static void printTime(const char *name, const Time &time) {
  printf("\"%s\": [%.4f, %.4f, %.4f]", name, time.median, time.lower,
         time.upper);
}

static bool printPoint(const Point &point, const Contestants &contestants,
                       const std::vector<Timing> &timings) {
  bool good = true;
  printf("{\"n\": %d, \"h\": %lld, \"t\": %lld, \"floor_bytes\": %lld, "
         "\"times\": {",
         point.worldSize, (long long)point.cols, (long long)point.rows,
         (long long)floorBytes(point));
  const char *separator = "";
  for (size_t i = 0; i < contestants.size(); ++i) {
    if (!contestants[i]->supports(point))
      continue;
    printf("%s\"%s\": {", separator, contestants[i]->name.c_str());
    separator = ", ";
    printTime("slope", timings[i].slope);
    printf(", ");
    printTime("graph", timings[i].graph);
    printf("}");
    if (timings[i].failure.empty())
      continue;
    fprintf(stderr, "FAILED: %s, N=%d H=%lld T=%lld: %s\n",
            contestants[i]->name.c_str(), point.worldSize,
            (long long)point.cols, (long long)point.rows,
            timings[i].failure.c_str());
    good = false;
  }
  printf("}");
  return good;
}

int main(int argc, char **argv) {
  if (argc % 2 == 0) {
    fputs("usage: conorm-bench-cuda [--world N] [--cols H,...] [--rows T,...] "
          "[--rounds N] [--seed N]\n",
          stderr);
    return 2;
  }
  int worldSize = int(check::option(argc, argv, "world", 4));
  int rounds = int(check::option(argc, argv, "rounds", 9));
  uint64_t seed = uint64_t(check::option(argc, argv, "seed", 1));
  bool good = true;
  check::useDeviceOf(0);
  for (int64_t cols : list(argc, argv, "cols", {2880, 4096, 5120, 7168, 8192}))
    for (int64_t rows :
         list(argc, argv, "rows", {1, 2, 4, 8, 16, 32, 64, 128, 256, 512})) {
      Point point = {worldSize, rows, cols};
      Contestants contestants;
      addConorm(contestants);
      addBounds(contestants);
#ifdef CONORM_HAVE_FLASHINFER
      addFlashInfer(contestants, point);
#endif
      good &= printPoint(point, contestants,
                         timePoint(point, contestants, rounds, seed++));
      HostTime host = timeHost(point);
      printf(", \"host_ns\": [%.0f, %.0f]}\n", host.call, host.launch);
      fflush(stdout);
    }
  return good ? 0 : 1;
}
