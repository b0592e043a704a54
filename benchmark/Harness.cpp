//===- Harness.cpp - Benchmarks that run on several ranks at once ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>

using namespace conorm::bench;

//===----------------------------------------------------------------------===//
// Cases and their data
//===----------------------------------------------------------------------===//

std::string Case::name() const {
  return std::string(conorm_type_name(type)) + "/T:" + std::to_string(rows) +
         "/H:" + std::to_string(cols);
}

std::vector<Case> conorm::bench::makeCases(const std::vector<uint32_t> &types) {
  std::vector<Case> cases;
  for (uint32_t type : types)
    for (int64_t rows : {1, 16, 128})
      for (int64_t cols : {1024, 4096, 8192}) {
        // Short batches, so that most of them are not interrupted.
        int perBatch =
            int(std::clamp<int64_t>((1 << 17) / (rows * cols), 1, 64));
        cases.push_back({type, rows, cols, perBatch, 201});
      }
  return cases;
}

/// Numbers of magnitude about one; the same seed gives the same sequence.
static Buffer numbers(uint32_t type, int64_t count, uint64_t seed) {
  Buffer bytes(conorm_type_bytes(type, count));
  uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    uint32_t random = uint32_t(state >> 32);
    // A random sign and fraction over an exponent of 2^-1 or 2^0.
    uint32_t bits;
    if (type == CONORM_TYPE_F32)
      bits = (random & 0x80ffffff) | 0x3f000000;
    else if (type == CONORM_TYPE_F16)
      bits = ((random >> 16) & 0x87ff) | 0x3800;
    else
      bits = ((random >> 16) & 0x80ff) | 0x3f00;
    size_t size = type == CONORM_TYPE_F32 ? 4 : 2;
    std::memcpy(&bytes[size * i], &bits, size);
  }
  return bytes;
}

Workload::Workload(conorm_context *context, const Case &c)
    : context(context), c(c) {
  int64_t count = c.rows * c.cols;
  input = numbers(c.type, count, 100 + conorm_context_rank(context));
  residual = numbers(c.type, count, 1);
  weight = numbers(c.type, c.cols, 2);
  reduced = residualOut = normed = Buffer(input.size());
  norm = {1e-6f, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND, c.type, weight.data()};
  site = {sizeof(site), 0, 1, "benchmark"};
  group = {sizeof(group), 0, 0, 0, "world", nullptr};
}

void Workload::fused() {
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.site = &site;
  args.group = &group;
  args.input = input.data();
  args.residual = residual.data();
  args.residual_out = residualOut.data();
  args.normed = normed.data();
  args.rows = c.rows;
  args.cols = c.cols;
  args.norm = norm;
  args.replicated = 1;
  conorm_all_reduce_rms_norm(context, &args);
}

void Workload::allReduce() {
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.site = &site;
  args.group = &group;
  args.input = input.data();
  args.output = reduced.data();
  args.count = c.rows * c.cols;
  conorm_all_reduce(context, &args);
}

void Workload::addNorm() {
  conorm_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.site = &site;
  args.input = reduced.data();
  args.residual = residual.data();
  args.residual_out = residualOut.data();
  args.normed = normed.data();
  args.rows = c.rows;
  args.cols = c.cols;
  args.norm = norm;
  conorm_rms_norm(context, &args);
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

namespace {

using Clock = std::chrono::steady_clock;

/// Seconds for each call, from one batch of each variant. The first call of a
/// batch is not counted: it finds in the caches what the other variant left.
std::vector<double> runBatches(Workload &work,
                               const std::vector<Variant> &variants) {
  std::vector<double> seconds;
  for (const Variant &variant : variants) {
    variant.run(work);
    auto start = Clock::now();
    for (int i = 0; i < work.c.perBatch; ++i)
      variant.run(work);
    std::chrono::duration<double> elapsed = Clock::now() - start;
    seconds.push_back(elapsed.count() / work.c.perBatch);
  }
  return seconds;
}

/// Warms up and reports whether all variants give the same bits.
bool sameResults(Workload &work, const std::vector<Variant> &variants) {
  bool same = true;
  Buffer residualOut, normed;
  for (const Variant &variant : variants) {
    std::fill(work.residualOut.begin(), work.residualOut.end(), char(0xff));
    std::fill(work.normed.begin(), work.normed.end(), char(0xff));
    variant.run(work);
    if (&variant != &variants.front())
      same &= residualOut == work.residualOut && normed == work.normed;
    residualOut = work.residualOut;
    normed = work.normed;
  }
  return same;
}

double median(std::vector<double> values) {
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Rank 0 passes the number of the next case, or -1 for the end, to all ranks.
int nextCase(conorm_context *context, int number) {
  std::vector<float> all(conorm_context_world_size(context));
  float mine = float(number);
  conorm_site site = {sizeof(site), 0, 2, "benchmark control"};
  conorm_group group = {sizeof(group), 0, 0, 0, "world", nullptr};
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.input = &mine;
  args.output = all.data();
  args.outer = args.dim = args.inner = 1;
  if (conorm_all_gather(context, &args) != CONORM_OK)
    return -1;
  return int(all[0]);
}

int follow(conorm_context *context, const std::vector<Case> &cases,
           const std::vector<Variant> &variants) {
  bool same = true;
  for (int i; (i = nextCase(context, 0)) >= 0;) {
    Workload work(context, cases[i]);
    same &= sameResults(work, variants);
    for (int batch = 0; batch < cases[i].batches; ++batch)
      runBatches(work, variants);
  }
  return same && conorm_context_status(context) == CONORM_OK ? 0 : 1;
}

/// What rank 0 keeps for the table of means.
struct Result {
  uint32_t type;
  std::vector<double> ratios;
};

void lead(benchmark::State &state, conorm_context *context, int number,
          const Case &c, const std::vector<Variant> &variants,
          std::vector<Result> &results, bool &same) {
  nextCase(context, number);
  Workload work(context, c);
  same &= sameResults(work, variants);
  std::vector<std::vector<double>> times(variants.size());
  for (auto _ : state) {
    std::vector<double> seconds = runBatches(work, variants);
    for (size_t v = 0; v < variants.size(); ++v)
      times[v].push_back(seconds[v]);
    state.SetIterationTime(seconds[0]);
  }
  Result result{c.type, {}};
  for (size_t v = 0; v < variants.size(); ++v) {
    double time = median(times[v]);
    state.counters[variants[v].name + std::string("_us")] = time * 1e6;
    if (v == 0)
      continue;
    result.ratios.push_back(time / median(times[0]));
    state.counters[variants[v].name + std::string("/fused")] =
        result.ratios.back();
  }
  results.push_back(result);
  if (conorm_context_status(context) != CONORM_OK)
    state.SkipWithError(conorm_context_message(context));
}

void printMeans(const std::vector<Result> &results,
                const std::vector<Variant> &variants) {
  for (size_t v = 1; v < variants.size(); ++v)
    for (uint32_t type : {CONORM_TYPE_NONE, CONORM_TYPE_BF16, CONORM_TYPE_F16,
                          CONORM_TYPE_F32}) {
      double logs = 0;
      int count = 0;
      for (const Result &result : results)
        if (type == CONORM_TYPE_NONE || result.type == type) {
          logs += std::log(result.ratios[v - 1]);
          ++count;
        }
      if (count)
        std::printf("geometric mean of %s/fused, %s: %.2f (%d cases)\n",
                    variants[v].name,
                    type == CONORM_TYPE_NONE ? "all types"
                                             : conorm_type_name(type),
                    std::exp(logs / count), count);
    }
}

} // namespace

int conorm::bench::runRank(conorm_context *context,
                           const std::vector<Case> &cases,
                           const std::vector<Variant> &variants, int argc,
                           char **argv) {
  if (conorm_context_rank(context) != 0)
    return follow(context, cases, variants);
  std::vector<Result> results;
  bool same = true;
  for (size_t i = 0; i < cases.size(); ++i)
    benchmark::RegisterBenchmark(cases[i].name().c_str(),
                                 [&, i](benchmark::State &state) {
                                   lead(state, context, int(i), cases[i],
                                        variants, results, same);
                                 })
        ->Iterations(cases[i].batches)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  benchmark::Initialize(&argc, argv);
  bool understood = !benchmark::ReportUnrecognizedArguments(argc, argv);
  if (understood)
    benchmark::RunSpecifiedBenchmarks();
  nextCase(context, -1);
  if (!understood)
    return 2;
  printMeans(results, variants);
  std::printf("results: %s\n", same ? "equal bits" : "DIFFERENT BITS");
  return same && conorm_context_status(context) == CONORM_OK ? 0 : 1;
}

/// Gives each rank its own core if there are enough, so that the figures do not
/// depend on the scheduler. The context already exists at this point, because
/// it counts the cores that the ranks may use.
static void pin(int rank, int ranks) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 ||
      CPU_COUNT(&allowed) < ranks)
    return;
  int core = -1;
  for (int skip = rank; skip >= 0; --skip)
    do
      ++core;
    while (!CPU_ISSET(core, &allowed));
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET(core, &own);
  sched_setaffinity(0, sizeof(own), &own);
}

// CONORM_BENCHMARK_STRATEGY=one_shot or two_shot overrides the automatic choice
// of all variants.
conorm_context *conorm::bench::makeContext(const conorm_bootstrap &bootstrap) {
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &bootstrap;
  options.deadline_ms = 120000;
  if (const char *strategy = std::getenv("CONORM_BENCHMARK_STRATEGY"))
    options.strategy = !std::strcmp(strategy, "two_shot")
                           ? uint32_t(CONORM_STRATEGY_TWO_SHOT)
                           : uint32_t(CONORM_STRATEGY_ONE_SHOT);
  char message[512] = "";
  conorm_context *context = nullptr;
  if (conorm_context_create(&options, &context, message, sizeof(message)) !=
      CONORM_OK) {
    std::fprintf(stderr, "benchmark: %s\n", message);
    std::exit(1);
  }
  conorm_group world = {sizeof(world), 0, 0, 0, "world", nullptr};
  if (conorm_context_add_groups(context, &world, 1) != CONORM_OK) {
    std::fprintf(stderr, "benchmark: %s\n", conorm_context_message(context));
    std::exit(1);
  }
  pin(bootstrap.rank, bootstrap.world_size);
  return context;
}
