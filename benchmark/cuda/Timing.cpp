//===- Timing.cpp - Contestants timed side by side ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <thread>

using namespace bench;
using check::cuda;

/// Calls of the two graphs, whose difference leaves out what a graph costs.
static constexpr int fewCalls = 20, manyCalls = 120;

int bench::multiprocessorsFor(int worldSize) {
  int count = 0, device = 0;
  cuda(cudaGetDevice(&device), "cudaGetDevice");
  cuda(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device),
       "multiprocessors");
  int sharing = (worldSize + check::devices() - 1) / check::devices();
  return count / sharing;
}

static float valueOf(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  memcpy(&value, &wide, sizeof(value));
  return value;
}

std::string bench::compareRows(const Rank &rank, const void *device,
                               const void *expected, int ulps) {
  size_t count = size_t(rank.point.rows * rank.point.cols);
  std::vector<uint16_t> found(count);
  cuda(cudaMemcpy(found.data(), device, count * 2, cudaMemcpyDeviceToHost),
       "results");
  const uint16_t *wanted = static_cast<const uint16_t *>(expected);
  for (size_t i = 0; i < count; ++i) {
    float a = valueOf(found[i]), b = valueOf(wanted[i]);
    // A unit of bf16 is 2^-7 of the power of two below.
    float unit = std::ldexp(std::max(std::fabs(b), 0x1p-6f), -7);
    if (ulps ? std::fabs(a - b) <= float(ulps) * unit : found[i] == wanted[i])
      continue;
    char text[160];
    snprintf(text, sizeof(text),
             "rank %d, row %zu, column %zu: expected %g, found %g", rank.rank,
             i / size_t(rank.point.cols), i % size_t(rank.point.cols), b, a);
    return text;
  }
  return "";
}

namespace {

class Barrier {
public:
  explicit Barrier(int count) {
    pthread_barrier_init(&barrier, nullptr, unsigned(count));
  }
  ~Barrier() { pthread_barrier_destroy(&barrier); }
  void wait() { pthread_barrier_wait(&barrier); }

private:
  pthread_barrier_t barrier;
};

/// A contestant's calls on one rank, captured.
struct Graphs {
  cudaGraphExec_t few = nullptr, many = nullptr;
};

/// Everything that the ranks of one point share.
struct Session {
  Session(const Point &point, Contestants &contestants, int rounds,
          uint64_t seed)
      : point(point), contestants(contestants), rounds(rounds), random(seed),
        barrier(point.worldSize), few(contestants.size()),
        many(contestants.size()), failures(contestants.size()),
        order(contestants.size()), current(size_t(point.worldSize)) {
    for (size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
      for (auto *times : {&few[i], &many[i]})
        times->assign(size_t(point.worldSize),
                      std::vector<double>(size_t(rounds)));
    }
  }

  const Point point;
  Contestants &contestants;
  const int rounds;
  check::Random random;
  Barrier barrier;
  /// Microseconds a call: of each contestant, rank and round.
  std::vector<std::vector<std::vector<double>>> few, many;
  std::vector<std::string> failures;
  std::vector<size_t> order;
  std::mutex mutex;
  /// The contestant that each rank runs, and how often one was begun.
  std::vector<std::atomic<size_t>> current;
  std::atomic<size_t> begun{0};
  void begin(int rank, size_t index) {
    current[size_t(rank)] = index;
    ++begun;
  }
};

/// Ends the program, and names the contestant, if one does not return: kernels
/// of others wait without a deadline.
class Watchdog {
public:
  explicit Watchdog(Session &session) : session(session) {
    thread = std::thread([this] { watch(); });
  }
  ~Watchdog() {
    done = true;
    thread.join();
  }

private:
  void watch() {
    size_t seen = 0;
    auto since = std::chrono::steady_clock::now();
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      auto now = std::chrono::steady_clock::now();
      if (session.begun != seen) {
        seen = session.begun;
        since = now;
      } else if (now - since > std::chrono::seconds(patience)) {
        std::string ranks;
        for (const auto &current : session.current)
          ranks += " " + session.contestants[current]->name;
        check::die("no rank goes on, N=%d H=%lld T=%lld; the ranks run%s",
                   session.point.worldSize, (long long)session.point.cols,
                   (long long)session.point.rows, ranks.c_str());
      }
    }
  }
  static constexpr int patience = 10;
  Session &session;
  std::atomic<bool> done{false};
  std::thread thread;
};

} // namespace

static check::Cell cellOf(const Point &point) {
  check::Cell cell;
  cell.op = CONORM_OP_ALL_REDUCE_RMS_NORM;
  cell.strategy = CONORM_STRATEGY_AUTO;
  cell.worldSize = point.worldSize;
  cell.rows = point.rows;
  cell.cols = point.cols;
  cell.residual = cell.residualOut = cell.normedOut = true;
  cell.norm.epsilon = 1e-6f;
  cell.norm.weight_bias = 1.0f;
  cell.norm.weight_type = CONORM_TYPE_BF16;
  return cell;
}

static cudaGraphExec_t capture(Contestant &contestant, const Rank &rank,
                               int calls) {
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  cuda(cudaStreamBeginCapture(rank.stream, cudaStreamCaptureModeThreadLocal),
       "capture");
  for (int i = 0; i < calls; ++i)
    contestant.enqueue(rank, i % inputSets);
  cuda(cudaStreamEndCapture(rank.stream, &graph), "end of capture");
  cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  cuda(cudaGraphUpload(executable, rank.stream), "upload");
  cuda(cudaStreamSynchronize(rank.stream), "upload");
  cudaGraphDestroy(graph);
  return executable;
}

/// Microseconds of one replay, which begins when all ranks have one behind.
static double replay(cudaGraphExec_t executable, const Rank &rank,
                     Barrier &barrier, cudaEvent_t begin, cudaEvent_t end) {
  barrier.wait();
  // The first waits for the slowest start; it is not timed.
  cuda(cudaGraphLaunch(executable, rank.stream), "replay");
  cuda(cudaEventRecord(begin, rank.stream), "event");
  cuda(cudaGraphLaunch(executable, rank.stream), "replay");
  cuda(cudaEventRecord(end, rank.stream), "event");
  cuda(cudaStreamSynchronize(rank.stream), "replay");
  float milliseconds;
  cuda(cudaEventElapsedTime(&milliseconds, begin, end), "event");
  return milliseconds * 1000;
}

/// Times everything in rounds; rank 0 draws the order of each.
static void runRounds(Session &session, const Rank &rank,
                      const std::vector<Graphs> &graphs) {
  cudaEvent_t begin, end;
  cuda(cudaEventCreate(&begin), "event");
  cuda(cudaEventCreate(&end), "event");
  size_t self = size_t(rank.rank);
  // The first round is not kept.
  for (int round = -1; round < session.rounds; ++round) {
    // All are done with the order of the round before.
    session.barrier.wait();
    if (rank.rank == 0)
      for (size_t i = session.order.size(); i > 1; --i)
        std::swap(session.order[i - 1], session.order[session.random.below(i)]);
    session.barrier.wait();
    for (size_t index : session.order) {
      if (!graphs[index].few)
        continue;
      session.begin(rank.rank, index);
      double few = replay(graphs[index].few, rank, session.barrier, begin, end);
      double many =
          replay(graphs[index].many, rank, session.barrier, begin, end);
      if (round < 0)
        continue;
      session.few[index][self][size_t(round)] = few;
      session.many[index][self][size_t(round)] = many;
    }
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
}

/// Replays each once more into poisoned outputs, and compares.
static void verify(Session &session, const Rank &rank,
                   const std::vector<Graphs> &graphs) {
  size_t bytes = size_t(session.point.bytes());
  for (size_t index = 0; index < graphs.size(); ++index) {
    session.barrier.wait();
    if (!graphs[index].few)
      continue;
    for (const check::Buffers &set : rank.sets)
      for (check::Slot slot : {check::slotNormed, check::slotResidualOut})
        cuda(cudaMemsetAsync(set.at[slot], 0xa5, bytes, rank.stream), "poison");
    session.begin(rank.rank, index);
    cuda(cudaGraphLaunch(graphs[index].few, rank.stream), "replay");
    cuda(cudaStreamSynchronize(rank.stream), "replay");
    for (int set = 0; set < inputSets; ++set) {
      std::string difference = session.contestants[index]->verify(rank, set);
      std::lock_guard<std::mutex> lock(session.mutex);
      if (!difference.empty() && session.failures[index].empty())
        session.failures[index] = difference;
    }
  }
}

/// What the CPU backend computes, on a context of its own.
static void computeExpected(const conorm_bootstrap &bootstrap,
                            const std::vector<check::Cell> &cells, int rank,
                            std::vector<check::HostBuffers> &to) {
  check::ContextOptions options;
  options.backend = CONORM_BACKEND_CPU;
  conorm_context *context = check::makeContext(bootstrap, options);
  for (const check::Cell &cell : cells) {
    to.emplace_back(cell, rank);
    check::call(context, cell, to.back().buffers);
  }
  if (conorm_context_status(context))
    check::die("%s", conorm_context_message(context));
  conorm_context_destroy(context);
}

static void runRank(Session &session, int index, const conorm_bootstrap &gpu,
                    const conorm_bootstrap &cpu) {
  Rank rank = {};
  rank.point = session.point;
  rank.rank = index;
  rank.cell = cellOf(session.point);
  rank.multiprocessors = multiprocessorsFor(session.point.worldSize);
  cuda(cudaStreamCreateWithFlags(&rank.stream, cudaStreamNonBlocking),
       "stream");
  check::ContextOptions options;
  options.stream = rank.stream;
  rank.context = check::makeContext(gpu, options);

  std::vector<check::Cell> cells(inputSets, rank.cell);
  for (int set = 0; set < inputSets; ++set)
    cells[size_t(set)].seed = uint64_t(set) + 4;
  std::vector<check::HostBuffers> expected;
  expected.reserve(inputSets);
  computeExpected(cpu, cells, index, expected);
  check::Buffers expectedBuffers[inputSets];
  size_t needed = check::DeviceBuffers::needed(rank.cell);
  check::DeviceBuffers memory(needed * inputSets);
  for (int set = 0; set < inputSets; ++set) {
    expectedBuffers[set] = expected[size_t(set)].buffers;
    rank.sets[set] = memory.place(cells[size_t(set)], index, rank.stream,
                                  needed * size_t(set));
  }
  rank.expected = expectedBuffers;

  std::vector<Graphs> graphs(session.contestants.size());
  for (size_t i = 0; i < graphs.size(); ++i) {
    Contestant &contestant = *session.contestants[i];
    if (!contestant.supports(session.point))
      continue;
    session.barrier.wait();
    graphs[i].few = capture(contestant, rank, fewCalls);
    graphs[i].many = capture(contestant, rank, manyCalls);
  }
  runRounds(session, rank, graphs);
  verify(session, rank, graphs);
  if (conorm_context_status(rank.context))
    check::die("%s", conorm_context_message(rank.context));
  session.barrier.wait();
  for (Graphs &each : graphs)
    if (each.few) {
      cudaGraphExecDestroy(each.few);
      cudaGraphExecDestroy(each.many);
    }
  conorm_context_destroy(rank.context);
  cudaStreamDestroy(rank.stream);
}

/// Median and quartiles of the slowest rank's values, over rounds.
static Time summarize(int rounds,
                      const std::function<double(size_t, size_t)> &value,
                      int worldSize) {
  std::vector<double> slowest;
  for (int round = 0; round < rounds; ++round) {
    double most = 0;
    for (int rank = 0; rank < worldSize; ++rank)
      most = std::max(most, value(size_t(rank), size_t(round)));
    slowest.push_back(most);
  }
  std::sort(slowest.begin(), slowest.end());
  size_t count = slowest.size();
  return {slowest[count / 2], slowest[count / 4], slowest[3 * count / 4]};
}

std::vector<Timing> bench::timePoint(const Point &point,
                                     Contestants &contestants, int rounds,
                                     uint64_t seed) {
  Session session(point, contestants, rounds, seed);
  for (auto &contestant : contestants)
    if (contestant->supports(point))
      contestant->prepare(point, point.worldSize);
  std::vector<conorm_bootstrap> gpu(point.worldSize, CONORM_BOOTSTRAP_INIT),
      cpu(point.worldSize, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(point.worldSize, gpu.data());
  conorm_bootstrap_threads(point.worldSize, cpu.data());
  Watchdog watchdog(session);
  check::onRanks(point.worldSize, [&](int rank) {
    runRank(session, rank, gpu[rank], cpu[rank]);
  });
  for (int rank = 0; rank < point.worldSize; ++rank) {
    conorm_bootstrap_release(&gpu[rank]);
    conorm_bootstrap_release(&cpu[rank]);
  }
  std::vector<Timing> timings(contestants.size());
  for (size_t i = 0; i < contestants.size(); ++i) {
    if (!contestants[i]->supports(point))
      continue;
    const auto &few = session.few[i], &many = session.many[i];
    timings[i].slope = summarize(
        rounds,
        [&](size_t rank, size_t round) {
          return (many[rank][round] - few[rank][round]) /
                 (manyCalls - fewCalls);
        },
        point.worldSize);
    timings[i].graph = summarize(
        rounds,
        [&](size_t rank, size_t round) { return few[rank][round] / fewCalls; },
        point.worldSize);
    timings[i].failure = session.failures[i];
  }
  return timings;
}

HostTime bench::timeHost(const Point &point) {
  static constexpr int bursts = 15, calls = 100;
  using Clock = std::chrono::steady_clock;
  std::vector<conorm_bootstrap> gpu(point.worldSize, CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(point.worldSize, gpu.data());
  Barrier barrier(point.worldSize);
  std::vector<double> call, launch;
  check::onRanks(point.worldSize, [&](int index) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    check::ContextOptions options;
    options.stream = stream;
    conorm_context *context = check::makeContext(gpu[index], options);
    check::Cell cell = cellOf(point);
    check::DeviceBuffers memory(check::DeviceBuffers::needed(cell));
    check::Buffers at = memory.place(cell, index, stream);
    auto burst = [&](std::vector<double> &to, bool keep, auto enqueue) {
      barrier.wait();
      auto begin = Clock::now();
      for (int i = 0; i < calls; ++i)
        enqueue();
      double taken =
          std::chrono::duration<double, std::nano>(Clock::now() - begin)
              .count();
      cuda(cudaStreamSynchronize(stream), "burst");
      if (keep && index == 0)
        to.push_back(taken / calls);
    };
    for (int i = -1; i < bursts; ++i) {
      burst(call, i >= 0, [&] { check::call(context, cell, at); });
      burst(launch, i >= 0, [&] { launchNothing(stream); });
    }
    barrier.wait();
    conorm_context_destroy(context);
    cudaStreamDestroy(stream);
  });
  for (conorm_bootstrap &bootstrap : gpu)
    conorm_bootstrap_release(&bootstrap);
  for (auto *times : {&call, &launch})
    std::sort(times->begin(), times->end());
  return {call[bursts / 2], launch[bursts / 2]};
}
