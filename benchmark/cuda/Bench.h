//===- Bench.h - Microseconds a call on a GPU -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Contestants are timed side by side, in CUDA graphs, at the same points: N
// ranks (threads, spread over the devices there are), rows of H elements of
// bf16. Ranks that share a device share its multiprocessors evenly.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_BENCHMARK_CUDA_BENCH_H
#define CONORM_BENCHMARK_CUDA_BENCH_H

#include "Harness.h"

#include <memory>
#include <string>
#include <vector>

namespace bench {

/// Input sets that the calls of a graph take in turn.
constexpr int inputSets = 4;

/// Where everything is timed: `rows` rows of `cols` bf16 elements on each rank.
struct Point {
  int worldSize;
  int64_t rows, cols;
  int64_t bytes() const { return rows * cols * 2; }
};

/// A rank's part of a point: its stream, its contexts, and its data, which
/// all contestants read and write.
struct Rank {
  Point point;
  int rank;
  cudaStream_t stream;
  conorm_context *context;
  check::Cell cell;
  check::Buffers sets[inputSets];
  /// What the CPU backend computes from each set.
  const check::Buffers *expected;
  /// Multiprocessors that this rank may use.
  int multiprocessors;
};

/// One way of doing the work. An object serves all ranks; its methods are
/// called by each rank's thread.
class Contestant {
public:
  Contestant(std::string name) : name(std::move(name)) {}
  virtual ~Contestant() = default;
  /// Whether it runs at this point at all.
  virtual bool supports(const Point &) const { return true; }
  /// Memory that ranks share. Called by one thread, before the others.
  virtual void prepare(const Point &, int64_t /*worldSize*/) {}
  /// One call of rank `rank` on the input set `set`.
  virtual void enqueue(const Rank &rank, int set) = 0;
  /// The first difference of what the last call on `set` left, or "".
  virtual std::string verify(const Rank &, int /*set*/) { return ""; }
  const std::string name;
};

using Contestants = std::vector<std::unique_ptr<Contestant>>;

/// Fused, its parts, and each strategy of them, through the C ABI.
void addConorm(Contestants &to);
/// The bounds: a minimal exchange, and a copy of the floor's bytes.
void addBounds(Contestants &to);
/// FlashInfer's kernels, where its headers were found; see CMakeLists.txt. It
/// remembers the multiprocessors of a rank: one world size for each process.
void addFlashInfer(Contestants &to, const Point &point);

/// Multiprocessors of each rank, where ranks share devices.
int multiprocessorsFor(int worldSize);

/// Bytes that any implementation must read and write on each rank: the smaller
/// of (2N + 2) M, one exchange, and (4 + 4 (N - 1) / N) M, two.
int64_t floorBytes(const Point &point);

/// Compares bf16 rows with the CPU backend's, to `ulps` units in the last
/// place of the larger magnitude; 0 compares bits.
std::string compareRows(const Rank &rank, const void *device,
                        const void *expected, int ulps);

/// Median and quartiles of microseconds a call, by the slope between graphs of
/// few and of many calls, and of a graph of few.
struct Time {
  double median = 0, lower = 0, upper = 0;
};
struct Timing {
  Time slope, graph;
  std::string failure;
};

/// Times all contestants at a point, in an order that is drawn anew in each
/// round. A result for each contestant, in order.
std::vector<Timing> timePoint(const Point &point, Contestants &contestants,
                              int rounds, uint64_t seed);

/// Nanoseconds that the host needs to enqueue one call outside of graphs: of
/// Conorm's fused call, and of a launch of an empty kernel.
struct HostTime {
  double call, launch;
};
HostTime timeHost(const Point &point);

/// Launches an empty kernel.
void launchNothing(cudaStream_t stream);

} // namespace bench

#endif // CONORM_BENCHMARK_CUDA_BENCH_H
