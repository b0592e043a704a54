//===- strategies.cpp - Each strategy of the CPU runtime, by size ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Microseconds of an all_reduce of bf16 among N ranks that are threads, under
// one_shot and two_shot, which take turns: what the constants of the cost model
// for shared memory are from.
//
//   conorm-bench-strategies [N...]
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/conorm.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

static constexpr int64_t sizes[] = {4 << 10,  16 << 10,  32 << 10,
                                    64 << 10, 128 << 10, 256 << 10,
                                    1 << 20,  4 << 20,   16 << 20};
static constexpr int numSizes = sizeof(sizes) / sizeof(*sizes);
static constexpr uint32_t strategies[] = {CONORM_STRATEGY_ONE_SHOT,
                                          CONORM_STRATEGY_TWO_SHOT};
static const conorm_site site = {sizeof(site), 0, 1, "strategies"};
static const conorm_group world = {sizeof(world), 0, 0, 0, "world", nullptr};

static conorm_context *makeContext(const conorm_bootstrap &bootstrap) {
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &bootstrap;
  char message[512] = "";
  conorm_context *context = nullptr;
  if (conorm_context_create(&options, &context, message, sizeof(message)) ||
      conorm_context_add_groups(context, &world, 1)) {
    std::fprintf(stderr, "strategies: %s\n",
                 context ? conorm_context_message(context) : message);
    std::exit(1);
  }
  return context;
}

/// One rank: rank 0 leaves the medians in `medians[size][strategy]`.
static void runRank(const conorm_bootstrap &bootstrap,
                    double medians[numSizes][2]) {
  conorm_context *context = makeContext(bootstrap);
  std::vector<uint16_t> input(sizes[numSizes - 1] / 2, 0x3f80);
  std::vector<uint16_t> output(input.size());
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_BF16;
  args.site = &site;
  args.group = &world;
  args.input = input.data();
  args.output = output.data();
  for (int size = 0; size < numSizes; ++size) {
    args.count = sizes[size] / 2;
    // Every rank makes as many calls.
    int64_t turns = std::clamp<int64_t>((256 << 20) / sizes[size], 21, 2001);
    std::vector<double> taken[2];
    for (int64_t turn = 0; turn < turns; ++turn) {
      for (int i = 0; i < 2; ++i) {
        args.strategy = strategies[i];
        auto begin = std::chrono::steady_clock::now();
        conorm_all_reduce(context, &args);
        std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - begin;
        taken[i].push_back(elapsed.count());
      }
    }
    for (int i = 0; i < 2 && bootstrap.rank == 0; ++i) {
      std::nth_element(taken[i].begin(), taken[i].begin() + turns / 2,
                       taken[i].end());
      medians[size][i] = taken[i][turns / 2];
    }
  }
  if (conorm_context_status(context))
    std::fprintf(stderr, "strategies: %s\n", conorm_context_message(context));
  conorm_context_destroy(context);
}

static void runWorld(int ranks) {
  std::vector<conorm_bootstrap> bootstraps(ranks);
  conorm_bootstrap_threads(ranks, bootstraps.data());
  double medians[numSizes][2] = {};
  std::vector<std::thread> threads;
  for (const conorm_bootstrap &bootstrap : bootstraps)
    threads.emplace_back([&] { runRank(bootstrap, medians); });
  for (std::thread &thread : threads)
    thread.join();
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
  for (int size = 0; size < numSizes; ++size)
    std::printf("| %d | %lld | %.1f | %.1f |\n", ranks,
                static_cast<long long>(sizes[size]), medians[size][0],
                medians[size][1]);
  std::fflush(stdout);
}

int main(int argc, char **argv) {
  std::printf("microseconds of an all_reduce, bf16, %u processors\n"
              "| N | bytes | one_shot | two_shot |\n",
              std::thread::hardware_concurrency());
  if (argc == 1)
    for (int ranks : {2, 3, 4, 8})
      runWorld(ranks);
  for (int i = 1; i < argc; ++i)
    runWorld(std::clamp(std::atoi(argv[i]), 1, CONORM_MAX_WORLD_SIZE));
  return 0;
}
