//===- main.cpp - Checks of the CUDA runtime on a GPU ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <cstdio>
#include <cstring>

int main(int argc, char **argv) {
  struct {
    const char *name;
    int (*run)(int, char **);
    const char *help;
  } const checks[] = {
      {"matrix", check::matrix,
       "--cells N --seed N --world N --elements N --workspace BYTES --warm N"},
      {"matmul", check::matmul, "--cells N --seed N"},
      {"batch", check::batch, "--cells N --seed N --world N"},
      {"graphs", check::graphs, "--calls N --world N"},
      {"delays", check::delays, "--calls N"},
      {"dependent", check::dependent, "--cells N --seed N --world N"},
      {"faults", check::faults, "--count N --deadline MS"},
      {"nccl", check::nccl, "--cells N --calls N --count N --kills N"},
      {"processes", check::processes, "--cells N --world N --kills N"},
      {"times", check::times, "--world N"},
      {"strategies", check::strategies, "--world N --nccl 1"},
      {"programs", check::programs,
       "--artifacts FOLDER --run CONORM-RUN --replays N --world N"},
      {"program-faults", check::programFaults, "--count N"},
      {"refusals", check::refusals, "--artifacts FOLDER --run CONORM-RUN"},
      {"process-rank", check::processRank, "one rank of `processes`"},
      {"nccl-refusal", check::ncclRefusal, "what is said without NCCL"},
  };
  if (argc > 1)
    for (const auto &entry : checks)
      if (!strcmp(argv[1], entry.name)) {
        check::limitDevices(
            int(check::option(argc - 2, argv + 2, "devices", 0)));
        return entry.run(argc - 2, argv + 2);
      }
  fputs("usage: conorm-check-cuda CHECK [OPTION...]\nEach check takes "
        "--devices N: ranks are spread over so many, else over all.\n",
        stderr);
  for (const auto &entry : checks)
    fprintf(stderr, "  %-14s %s\n", entry.name, entry.help);
  return 2;
}
