//===- strategies.cpp - Each strategy of the CPU runtime, by size ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints the microseconds of a bf16 all_reduce among N ranks that are threads,
// and of the fused operation with a residual, under one_shot and two_shot,
// which alternate. The cost model's constants for shared memory come from these
// times.
//
//   conorm-bench-strategies [N...]
//
// Run it under taskset(1) to have fewer processors than ranks.
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/conorm.h"
#include "conorm/Tools/Process.h"

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
/// The all_reduce under both, then the fused operation.
static constexpr int numVariants = 4;
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

namespace {
/// The operations of one rank, each variant a pair of operation and strategy.
struct Work {
  explicit Work(conorm_context *context)
      : context(context), input(sizes[numSizes - 1] / 2, 0x3f80),
        residual(input), sum(input), output(input), weight(cols, 0x3f80) {}

  void run(int variant, int64_t bytes);

  static constexpr int64_t cols = 2048;
  conorm_context *context;
  std::vector<uint16_t> input, residual, sum, output, weight;
};
} // namespace

void Work::run(int variant, int64_t bytes) {
  if (variant < 2) {
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_BF16;
    args.site = &site;
    args.group = &world;
    args.strategy = strategies[variant];
    args.input = input.data();
    args.output = output.data();
    args.count = bytes / 2;
    conorm_all_reduce(context, &args);
    return;
  }
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_BF16;
  args.site = &site;
  args.group = &world;
  args.strategy = strategies[variant - 2];
  args.input = input.data();
  args.residual = residual.data();
  args.residual_out = sum.data();
  args.normed = output.data();
  args.rows = bytes / 2 / cols;
  args.cols = cols;
  args.norm = {1e-6f, 0, CONORM_ROUNDING_SCALE_THEN_ROUND, CONORM_TYPE_BF16,
               weight.data()};
  conorm_all_reduce_rms_norm(context, &args);
}

/// One rank: rank 0 leaves the medians in `medians[size][variant]`.
static void runRank(const conorm_bootstrap &bootstrap,
                    double medians[numSizes][numVariants]) {
  conorm_context *context = makeContext(bootstrap);
  Work work(context);
  for (int size = 0; size < numSizes; ++size) {
    // Every rank makes the same number of calls.
    int64_t turns = std::clamp<int64_t>((256 << 20) / sizes[size], 21, 2001);
    std::vector<double> taken[numVariants];
    for (int64_t turn = 0; turn < turns; ++turn) {
      for (int i = 0; i < numVariants; ++i) {
        auto begin = std::chrono::steady_clock::now();
        work.run(i, sizes[size]);
        std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - begin;
        taken[i].push_back(elapsed.count());
      }
    }
    for (int i = 0; i < numVariants && bootstrap.rank == 0; ++i) {
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
  std::vector<conorm_bootstrap> bootstraps(ranks, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(ranks, bootstraps.data());
  double medians[numSizes][numVariants] = {};
  std::vector<std::thread> threads;
  for (const conorm_bootstrap &bootstrap : bootstraps)
    threads.emplace_back([&] { runRank(bootstrap, medians); });
  for (std::thread &thread : threads)
    thread.join();
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
  for (int size = 0; size < numSizes; ++size)
    std::printf("| %d | %lld | %.1f | %.1f | %.1f | %.1f |\n", ranks,
                static_cast<long long>(sizes[size]), medians[size][0],
                medians[size][1], medians[size][2], medians[size][3]);
  std::fflush(stdout);
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-bench-strategies");
  std::printf("microseconds, bf16, %u processors\n"
              "| N | bytes | all_reduce: one_shot | two_shot | fused: one_shot "
              "| two_shot |\n",
              std::thread::hardware_concurrency());
  if (argc == 1)
    for (int ranks : {2, 3, 4, 8})
      runWorld(ranks);
  for (int i = 1; i < argc; ++i)
    runWorld(std::clamp(std::atoi(argv[i]), 1, CONORM_MAX_WORLD_SIZE));
  return 0;
}
