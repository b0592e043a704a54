//===- Programs.cpp - Compiled programs against the CPU -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramRank.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

using namespace check;
using Clock = std::chrono::steady_clock;

/// Ranks as threads, a stream each: body(rank, GPU's bootstrap, CPU's,
/// options).
static void onProgramRanks(
    int worldSize,
    const std::function<void(int, const conorm_bootstrap &,
                             const conorm_bootstrap &, const ContextOptions &)>
        &body) {
  std::vector<conorm_bootstrap> gpu(size_t(worldSize), CONORM_BOOTSTRAP_INIT);
  std::vector<conorm_bootstrap> cpu(size_t(worldSize), CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(worldSize, gpu.data());
  conorm_bootstrap_threads(worldSize, cpu.data());
  onRanks(worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    ContextOptions options;
    options.stream = stream;
    options.workspaceBytes = 8 << 20;
    body(rank, gpu[size_t(rank)], cpu[size_t(rank)], options);
    cudaStreamDestroy(stream);
  });
  for (conorm_bootstrap &bootstrap : gpu)
    conorm_bootstrap_release(&bootstrap);
  for (conorm_bootstrap &bootstrap : cpu)
    conorm_bootstrap_release(&bootstrap);
}

/// Entries that have both variants: the fused ones.
static std::vector<const conorm_entry *> findPairs(const Program &program) {
  std::vector<const conorm_entry *> pairs;
  const conorm_manifest &manifest = *conorm_module_manifest(program.get());
  for (uint32_t i = 0; i < manifest.num_entries; ++i) {
    const conorm_entry &entry = manifest.entries[i];
    if (entry.variant == CONORM_VARIANT_FUSED &&
        program.find(entry.name, CONORM_VARIANT_UNFUSED))
      pairs.push_back(&entry);
  }
  return pairs;
}

static std::vector<int64_t> sizesOf(const Program &program) {
  return program.hasDynamicSizes() ? std::vector<int64_t>{1, 7, 16, 64}
                                   : std::vector<int64_t>{1};
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

namespace {
/// What went wrong on any rank, and how much was right.
struct Outcome {
  std::mutex mutex;
  int failed = 0;
  std::atomic<int> sites{0}, calls{0};

  void fail(const std::string &what) {
    std::lock_guard<std::mutex> lock(mutex);
    if (++failed <= 5)
      printf("FAILED %s\n", what.c_str());
  }
};
} // namespace

/// Both variants of an entry on one set of arguments: every site against the
/// CPU, fused against unfused, and replays against that.
static void checkPair(const Program &program, const conorm_entry &fused,
                      ProgramRank &rank, int64_t tokens, Outcome &outcome) {
  const conorm_entry &unfused =
      *program.find(fused.name, CONORM_VARIANT_UNFUSED);
  auto fail = [&](const char *what, const std::string &why) {
    outcome.fail(text("%s, %s, size %lld, %s: ", program.name().c_str(),
                      fused.name, (long long)tokens, what) +
                 why);
  };
  rank.makeArguments(fused, tokens, uint64_t(tokens) + 3);
  Values eager[2];
  rank.observe(true);
  for (const conorm_entry *entry : {&fused, &unfused})
    if (rank.call(*entry, eager[entry == &unfused]))
      return fail("calling", rank.message());
  rank.observe(false);
  if (!rank.difference().empty())
    fail("against the CPU", rank.difference());
  std::string difference = compareValues(fused, eager[1], eager[0]);
  if (!difference.empty())
    fail("fused against unfused", difference);
  conorm_context_set_graphs(rank.context(), 1);
  for (int call = 0; call < 3; ++call)
    for (const conorm_entry *entry : {&fused, &unfused}) {
      Values replayed;
      if (rank.call(*entry, replayed))
        return fail("replaying", rank.message());
      difference = compareValues(fused, eager[1], replayed);
      if (!difference.empty())
        fail("replayed", difference);
      ++outcome.calls;
    }
  conorm_context_set_graphs(rank.context(), 0);
}

static int checkBits(const Program &program, int worldSize) {
  Outcome outcome;
  onProgramRanks(worldSize, [&](int, const conorm_bootstrap &gpu,
                                const conorm_bootstrap &cpu,
                                const ContextOptions &options) {
    program.use();
    ProgramRank rank(program, gpu, &cpu, options);
    for (const conorm_entry *entry : findPairs(program))
      for (int64_t tokens : sizesOf(program)) {
        checkPair(program, *entry, rank, tokens, outcome);
        rank.releaseArguments();
        if (conorm_context_status(rank.context()))
          return;
      }
    outcome.sites += rank.sitesChecked();
  });
  printf(
      "programs: %s, world size %d: %d sites equal to the CPU's, fused equal "
      "to unfused, %d replays: %s\n",
      program.name().c_str(), worldSize, outcome.sites.load(),
      outcome.calls.load(), outcome.failed ? "FAILED" : "equal");
  fflush(stdout);
  return outcome.failed;
}

//===----------------------------------------------------------------------===//
// Many replays
//===----------------------------------------------------------------------===//

static size_t usedMemory() {
  size_t unused, total;
  cuda(cudaMemGetInfo(&unused, &total), "cudaMemGetInfo");
  return total - unused;
}

/// Sizes and inputs in turn, which are those of calls without a graph.
static int checkReplays(const Program &program, int worldSize, int64_t count) {
  Outcome outcome;
  std::vector<const conorm_entry *> pairs = findPairs(program);
  if (pairs.empty())
    return 0;
  const conorm_entry &entry = *pairs[0];
  std::atomic<int64_t> growth{0};
  onProgramRanks(worldSize, [&](int index, const conorm_bootstrap &gpu,
                                const conorm_bootstrap &,
                                const ContextOptions &options) {
    program.use();
    ProgramRank rank(program, gpu, nullptr, options);
    std::vector<Values> expected;
    for (int64_t tokens : sizesOf(program))
      for (uint64_t seed = 0; seed < 3; ++seed) {
        rank.makeArguments(entry, tokens, seed);
        if (rank.call(entry, expected.emplace_back()))
          return outcome.fail(rank.message());
      }
    conorm_context_set_graphs(rank.context(), 1);
    size_t before = 0;
    for (int64_t i = 0; i < count; ++i) {
      // Each several times, so that some have the addresses of the last.
      size_t set = size_t(i / 3) % expected.size();
      if (i == int64_t(3 * expected.size()) && index == 0)
        before = usedMemory();
      rank.select(set);
      Values values;
      if (rank.call(entry, values))
        return outcome.fail(rank.message());
      std::string difference = compareValues(entry, expected[set], values);
      if (!difference.empty())
        outcome.fail(text("replay %lld: ", (long long)i) + difference);
      ++outcome.calls;
    }
    if (index == 0 && before)
      growth = int64_t(usedMemory()) - int64_t(before);
  });
  if (growth > 0)
    outcome.fail(text("memory grew by %lld bytes", (long long)growth.load()));
  printf("programs: %s, world size %d: %d replays of %zu sizes and inputs in "
         "turn, %lld bytes more: %s\n",
         program.name().c_str(), worldSize, outcome.calls.load(),
         3 * sizesOf(program).size(), (long long)growth.load(),
         outcome.failed ? "FAILED" : "equal");
  fflush(stdout);
  return outcome.failed;
}

//===----------------------------------------------------------------------===//
// Growth
//===----------------------------------------------------------------------===//

/// A rank makes and fills buffers, for which its device maps memory, while a
/// peer's kernel on the same device waits for its next call.
static int checkGrowth(const Program &program) {
  constexpr int64_t elements = 16 << 20;
  Outcome outcome;
  double milliseconds = 0;
  onProgramRanks(2, [&](int index, const conorm_bootstrap &gpu,
                        const conorm_bootstrap &,
                        const ContextOptions &options) {
    program.use();
    ProgramRank rank(program, gpu, nullptr, options);
    const conorm_entry &entry = *findPairs(program)[0];
    rank.makeArguments(entry, 16, 1);
    Values values;
    if (rank.call(entry, values))
      return outcome.fail(rank.message());
    conorm_context_set_deadline(rank.context(), 3000);
    for (int i = 1; i <= 4 && index == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      conorm_buffer buffer = {};
      buffer.struct_size = sizeof(buffer);
      const int64_t size = i * elements;
      std::vector<float> data(size_t(size), 1);
      Clock::time_point begin = Clock::now();
      if (conorm_buffer_create(rank.context(), CONORM_TYPE_F32, 1, &size,
                               &buffer) ||
          conorm_buffer_write(rank.context(), &buffer, data.data(),
                              data.size() * sizeof(float)))
        return outcome.fail(rank.message());
      milliseconds +=
          std::chrono::duration<double, std::milli>(Clock::now() - begin)
              .count();
      conorm_buffer_release(&buffer);
    }
    if (rank.call(entry, values))
      outcome.fail(rank.message());
  });
  printf("programs: 4 buffers made and filled while a peer's kernel waits: "
         "%.1f ms: %s\n",
         milliseconds, outcome.failed ? "FAILED" : "good");
  fflush(stdout);
  return outcome.failed;
}

//===----------------------------------------------------------------------===//
// Host time
//===----------------------------------------------------------------------===//

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

namespace {
/// Host time of operations, by kind.
struct OperationTimes {
  Clock::time_point begin;
  std::map<uint32_t, std::vector<double>> all;

  static void observe(void *self, conorm_context *, uint32_t op, uint32_t phase,
                      const void *) {
    auto &times = *static_cast<OperationTimes *>(self);
    Clock::time_point now = Clock::now();
    if (phase == 1)
      times.all[op].push_back(
          std::chrono::duration<double, std::micro>(now - times.begin).count());
    times.begin = Clock::now();
  }
  void print() const {
    for (const auto &[op, times] : all)
      printf("  %-26s %.2f us of the host\n", conorm_op_name(op),
             median(times));
  }
};
} // namespace

/// Median microseconds of the host for `body`, with the stream neither empty
/// nor full, as between two tokens.
static double measure(const std::function<void()> &body,
                      const std::function<void()> &synchronize) {
  std::vector<double> times;
  constexpr int repetitions = 1000, together = 5, warm = 100;
  for (int i = 0; i < repetitions; ++i) {
    Clock::time_point begin = Clock::now();
    body();
    times.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - begin)
            .count());
    if (i % together == 0)
      synchronize();
  }
  times.erase(times.begin(), times.begin() + warm);
  return median(times);
}

namespace {
struct HostTimes {
  int operations = 0;
  /// Microseconds of an entry, and of as many bare launches.
  double entry = 0, launches = 0;
  OperationTimes kinds;
};
} // namespace

static HostTimes timeEntry(ProgramRank &rank, const conorm_entry &entry,
                           bool graphs, cudaStream_t stream) {
  HostTimes times;
  rank.makeArguments(entry, 1, 1);
  Values values;
  auto expect = [&](conorm_status status) {
    if (status)
      die("%s", rank.message().c_str());
  };
  rank.observe(true);
  expect(rank.call(entry, values));
  rank.observe(false);
  times.operations = std::max(rank.operations(), 1);
  conorm_context_set_graphs(rank.context(), graphs);
  auto synchronize = [&] {
    expect(conorm_context_synchronize(rank.context()));
  };
  times.entry = measure(
      [&] {
        std::vector<conorm_buffer> results;
        expect(rank.invoke(entry, results));
        for (conorm_buffer &result : results)
          conorm_buffer_release(&result);
      },
      synchronize);
  times.launches = measure(
      [&] {
        for (int i = 0; i < times.operations; ++i)
          launchNothing(stream);
      },
      synchronize);
  if (graphs)
    return times;
  conorm_context_set_observer(rank.context(), OperationTimes::observe,
                              &times.kinds);
  for (int i = 0; i < 200; ++i)
    expect(rank.call(entry, values));
  conorm_context_set_observer(rank.context(), nullptr, nullptr);
  return times;
}

/// An operation costs the host at most 3 us, or half as much again as a bare
/// launch where that alone costs more than 2 us.
static int measureHost(const Program &program, const conorm_entry &entry,
                       bool graphs) {
  HostTimes times;
  onProgramRanks(1,
                 [&](int, const conorm_bootstrap &gpu, const conorm_bootstrap &,
                     const ContextOptions &options) {
                   program.use();
                   ProgramRank rank(program, gpu, nullptr, options);
                   times = timeEntry(rank, entry, graphs,
                                     static_cast<cudaStream_t>(options.stream));
                 });
  times.kinds.print();
  double each = times.entry / times.operations;
  double bare = times.launches / times.operations;
  bool good = each <= std::max(3.0, 1.5 * bare);
  printf(
      "programs: %s, %s%s: %d operations, %.2f us of the host for each, of a "
      "bare launch %.2f us: %s\n",
      program.name().c_str(), entry.name, graphs ? ", replayed" : "",
      times.operations, each, bare, good ? "good" : "FAILED");
  fflush(stdout);
  return !good;
}

//===----------------------------------------------------------------------===//
// conorm-run
//===----------------------------------------------------------------------===//

/// As a user runs an artifact: 2 processes, and threads, with graphs and
/// without.
static int runTool(const std::string &tool, const std::string &artifact,
                   bool hasDynamicSizes) {
  int failed = 0;
  for (const char *mode :
       {"--ranks 2", "--ranks 2 --graph", "--ranks 4 --threads",
        "--ranks 2 --threads --graph"}) {
    std::string command = tool + " " + artifact + " --backend cuda --compare " +
                          mode + (hasDynamicSizes ? " --dim 16" : "");
    fflush(stdout);
    int status =
        std::system((command + " > /tmp/conorm-check-cuda.out 2>&1").c_str());
    if (status) {
      printf("FAILED %s\n", command.c_str());
      fflush(stdout);
      (void)!std::system("cat /tmp/conorm-check-cuda.out");
    }
    failed += status != 0;
  }
  printf("programs: conorm-run %s, 4 ways: %s\n", artifact.c_str(),
         failed ? "FAILED" : "equal");
  fflush(stdout);
  return failed;
}

int check::programs(int argc, char **argv) {
  std::string folder = textOption(argc, argv, "artifacts", "");
  std::string tool = textOption(argc, argv, "run", "");
  int64_t replays = option(argc, argv, "replays", 1000);
  int64_t only = option(argc, argv, "world", 0);
  int failed = checkGrowth(Program());
  for (const std::unique_ptr<Program> &program : findPrograms(folder)) {
    for (int worldSize : {1, 2, 4})
      if (!only || only == worldSize)
        failed += checkBits(*program, worldSize);
    failed += checkReplays(*program, only ? int(only) : 2, replays);
    for (const conorm_entry *entry : findPairs(*program))
      for (bool graphs : {false, true})
        failed += measureHost(*program, *entry, graphs);
    if (!tool.empty() && !program->isByHand())
      failed += runTool(tool, folder + "/" + program->name(),
                        program->hasDynamicSizes());
  }
  return failed != 0;
}
