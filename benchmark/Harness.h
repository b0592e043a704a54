//===- Harness.h - Benchmarks that run on several ranks at once -*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rank 0 runs Google Benchmark, and the other ranks follow it: before each
// case, rank 0 tells them through the runtime's own all_gather which case comes
// next. So filters and repetitions work as in any other benchmark.
//
// The variants of a case alternate within one run, a batch of calls each, so
// that other work on the machine affects all of them alike. The reported time
// is the median over the batches.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_BENCHMARK_HARNESS_H
#define CONORM_BENCHMARK_HARNESS_H

#include "conorm-runtime/conorm.h"

#include <cstdint>
#include <new>
#include <string>
#include <vector>

namespace conorm::bench {

/// Allocates on cache lines, as compiled programs do.
template <typename T>
struct LineAllocator {
  using value_type = T;
  T *allocate(size_t count) {
    return static_cast<T *>(
        ::operator new(count * sizeof(T), std::align_val_t(64)));
  }
  void deallocate(T *data, size_t) {
    ::operator delete(data, std::align_val_t(64));
  }
  bool operator==(const LineAllocator &) const { return true; }
  bool operator!=(const LineAllocator &) const { return false; }
};
using Buffer = std::vector<char, LineAllocator<char>>;

/// One shape: `rows` tokens of `cols` elements.
struct Case {
  uint32_t type;
  int64_t rows;
  int64_t cols;
  /// Calls between two readings of the clock, and number of such batches.
  int perBatch;
  int batches;
  std::string name() const;
};

/// Tokens in {1, 16, 128}, lengths in {1024, 4096, 8192}, of these types.
std::vector<Case> makeCases(const std::vector<uint32_t> &types);

/// The operands and results of one case on one rank. All variants compute the
/// same results: residual_out and normed from input, residual and weight.
class Workload {
public:
  Workload(conorm_context *context, const Case &c);

  /// The fused operation.
  void fused();
  /// input -> reduced.
  void allReduce();
  /// reduced, residual -> residual_out, normed.
  void addNorm();

  conorm_context *context;
  const Case &c;
  Buffer input, residual, weight;
  Buffer reduced, residualOut, normed;

private:
  conorm_norm norm;
  conorm_site site;
  conorm_group group;
};

struct Variant {
  const char *name;
  void (*run)(Workload &);
};

/// Runs the cases on this rank. variants[0] is the fused operation; the ratios
/// are the times of the others divided by its time. Returns the exit status,
/// which is also nonzero if the variants' results differ in any bit.
int runRank(conorm_context *context, const std::vector<Case> &cases,
            const std::vector<Variant> &variants, int argc, char **argv);

/// Makes this rank's context; exits with a message if that fails.
conorm_context *makeContext(const conorm_bootstrap &bootstrap);

} // namespace conorm::bench

#endif // CONORM_BENCHMARK_HARNESS_H
