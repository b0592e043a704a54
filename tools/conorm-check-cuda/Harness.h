//===- Harness.h - What the checks on a GPU share ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A plain program: no lit, no GoogleTest, and of CUDA only its runtime. Each
// check runs the same call on a CPU context and on a CUDA context and compares
// every bit; all NaNs of a type count as one value (rule R6).
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_CHECK_CUDA_HARNESS_H
#define CONORM_TOOLS_CONORM_CHECK_CUDA_HARNESS_H

#include "conorm-runtime/conorm.h"

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace check {

/// Ends the program with a message if a call of CUDA failed.
void cuda(cudaError_t code, const char *what);
[[noreturn]] void die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/// SplitMix64.
struct Random {
  uint64_t state;
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t n) { return next() % n; }
  bool oneIn(uint64_t n) { return below(n) == 0; }
};

//===----------------------------------------------------------------------===//
// Ranks
//===----------------------------------------------------------------------===//

/// Devices that the checks use: all, or as many as `--devices N` says. Rank r
/// is on device r % devices().
int devices();
void limitDevices(int most);
void useDeviceOf(int rank);

/// Runs body(rank) on a thread for each rank, with its device.
void onRanks(int worldSize, const std::function<void(int)> &body);

struct ContextOptions {
  uint32_t backend = CONORM_BACKEND_CUDA;
  uint32_t deadlineMs = 20000;
  uint64_t workspaceBytes = 0;
  void *stream = nullptr;
  uint32_t strategy = CONORM_STRATEGY_AUTO;
};

/// A context with the group of the whole world; null, and the message, on
/// failure.
conorm_context *tryContext(const conorm_bootstrap &bootstrap,
                           const ContextOptions &options, std::string &message);
conorm_context *makeContext(const conorm_bootstrap &bootstrap,
                            const ContextOptions &options);
const conorm_group &worldGroup();

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

enum Slot {
  slotInput,
  slotResidual,
  slotWeight,
  slotPostWeight,
  slotScale,
  slotOutput,
  slotReduced,
  slotResidualOut,
  slotNormed,
  slotQuantized,
  slotScales,
  numSlots
};

/// Integers: sums and products of few are exact in any order; never drawn.
enum Data { dataRandom, dataSpecial, dataOrder, numData, dataIntegers };

/// One call, with everything but the data and the addresses.
struct Cell {
  uint32_t op = CONORM_OP_ALL_REDUCE;
  uint32_t type = CONORM_TYPE_BF16;
  uint32_t strategy = CONORM_STRATEGY_ONE_SHOT;
  uint32_t reduction = CONORM_REDUCTION_SUM;
  uint32_t numerics = CONORM_NUMERICS_EXACT;
  int worldSize = 1;
  int64_t rows = 1;
  int64_t cols = 1;
  /// reduce_scatter and all_gather.
  int64_t outer = 1, dim = 1, inner = 1;
  Data data = dataRandom;
  uint64_t seed = 0;
  bool residual = false;
  bool reducedOut = false;
  bool residualOut = false;
  bool normedOut = false;
  bool postNorm = false;
  conorm_norm norm = {};
  conorm_norm post = {};
  conorm_quant quant = {};
  /// An output in an input's buffer: residual_out in the residual's, normed (or
  /// output) in the input's.
  bool inPlace = false;
  /// Buffers that begin one element past 16 bytes.
  bool shifted = false;
  uint64_t site = 1;
  const char *label = "check.mlir:1:1";
};

/// printf into a string, of at most 511 bytes.
std::string text(const char *format, ...);

std::string describe(const Cell &cell);

/// Draws what the sizes leave open.
Cell drawCell(Random &random, int worldSize, int64_t rows, int64_t cols);

bool isPresent(const Cell &cell, Slot slot);
/// Bytes of a buffer; 0 if the cell has none.
int64_t bytesOf(const Cell &cell, Slot slot);
bool isOutput(Slot slot);
/// The slot in whose memory this one is.
Slot homeOf(const Cell &cell, Slot slot);

struct Buffers {
  void *at[numSlots] = {};
};

conorm_status call(conorm_context *context, const Cell &cell,
                   const Buffers &buffers);

// In Data.cpp.

/// Fills an input as rank `rank` has it.
void fill(const Cell &cell, Slot slot, int rank, void *to);

/// Fills elements of any type with numbers around 1.
void fillElements(uint32_t type, int64_t count, uint64_t seed, void *to);

/// First difference of two arrays of a type, as text; "" if there is none.
std::string compareElements(uint32_t type, int64_t bytes, const void *expected,
                            const void *found);

/// First difference of two outputs, as text; "" if there is none.
std::string compare(const Cell &cell, Slot slot, const void *expected,
                    const void *found);

//===----------------------------------------------------------------------===//
// One rank's pair of contexts
//===----------------------------------------------------------------------===//

/// Host buffers for the CPU's side of a cell.
class HostBuffers {
public:
  HostBuffers(const Cell &cell, int rank);
  Buffers buffers;

private:
  std::vector<std::vector<char>> memory;
};

/// Device memory with guards between buffers.
class DeviceBuffers {
public:
  explicit DeviceBuffers(size_t bytes);
  ~DeviceBuffers();
  size_t capacity() const { return bytes; }
  char *data() const { return base; }
  static size_t needed(const Cell &cell);
  /// Lays a cell out from `offset`; outputs and guards are poisoned.
  Buffers place(const Cell &cell, int rank, cudaStream_t stream,
                size_t offset = 0);
  /// Differences of the cell's outputs from the CPU's, and of guards.
  std::string compare(const Cell &cell, const Buffers &device,
                      const Buffers &host, cudaStream_t stream);

private:
  char *base = nullptr;
  size_t bytes;
};

//===----------------------------------------------------------------------===//
// Parts of checks that others use
//===----------------------------------------------------------------------===//

/// Counts cells by what they are, and prints the first failures.
class Tally {
public:
  void add(const Cell &cell, int rank, const std::string &difference);
  void print() const;
  int failures() const { return failed; }

private:
  std::mutex mutex;
  std::map<std::string, int> passed;
  int failed = 0;
};

/// Runs cells with ranks as threads; `options` are the CUDA contexts'.
void runWorld(int worldSize, const std::vector<Cell> &cells,
              const ContextOptions &options, Tally &tally);
/// Replayed captures under a strategy of the contexts. Returns nonzero if
/// something is wrong.
int replayMany(int worldSize, int64_t calls,
               uint32_t strategy = CONORM_STRATEGY_AUTO);
/// `count` faults of each kind, in worlds of `least` to `most` ranks. Returns
/// the failures.
struct FaultOptions {
  int count = 30;
  uint64_t seed = 5;
  uint32_t deadlineMs = 200;
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  int least = 2, most = 5;
};
int runFaults(const FaultOptions &options);
/// Ranks as processes; `victim` is killed by itself, or -1. Returns how many
/// ended otherwise than they should.
/// A kernel that does nothing, launched by CUDA's runtime.
void launchNothing(cudaStream_t stream);
int runProgramUntilKilled(const conorm_bootstrap &bootstrap, int victim,
                          int at);
int launch(int worldSize, std::vector<std::string> words, int victim);

int nccl(int argc, char **argv);
int ncclRefusal(int argc, char **argv);
int matmul(int argc, char **argv);
int matrix(int argc, char **argv);
int batch(int argc, char **argv);
int graphs(int argc, char **argv);
int delays(int argc, char **argv);
int dependent(int argc, char **argv);
int faults(int argc, char **argv);
int processes(int argc, char **argv);
int processRank(int argc, char **argv);
int times(int argc, char **argv);
int strategies(int argc, char **argv);
int programs(int argc, char **argv);
int programFaults(int argc, char **argv);
int refusals(int argc, char **argv);

/// The value of `--name N`, or `otherwise`.
int64_t option(int argc, char **argv, const char *name, int64_t otherwise);
std::string textOption(int argc, char **argv, const char *name,
                       const char *otherwise);

} // namespace check

#endif // CONORM_TOOLS_CONORM_CHECK_CUDA_HARNESS_H
