//===- NormCheck.h - Norms against float64 ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_NORMCHECK_H
#define CONORM_TOOLS_CONORM_RUN_NORMCHECK_H

#include "RankExchange.h"

#include "conorm-runtime/module.h"

#include <exception>
#include <set>
#include <string>
#include <vector>

namespace conorm::run {

/// What one rank saw in one run. Plain data, exchanged between ranks.
struct NormStats {
  uint64_t calls = 0;
  /// Of these: collectives, and among them those that have a norm.
  uint64_t collectives = 0;
  uint64_t fusedCollectives = 0;
  uint64_t sites = 0;
  uint64_t normCalls = 0;
  uint64_t checkedElements = 0;
  /// Rows outside the domain of the bound (infinities, NaNs, overflow of the
  /// sum of squares in f32), and rows of norms without a normed output.
  uint64_t uncheckedRows = 0;
  uint64_t outOfBound = 0;
  /// The element that is worst relative to its bound.
  double worstUlps = 0;
  double worstBound = 0;
  /// Where the first element out of bound is.
  char firstOutOfBound[256] = {};

  void add(const NormStats &other);
};

/// Errors allowed between a norm's result and exact mathematics, in units in
/// the last place of T at the exact result (docs/RoundingContract.md):
///  * bf16, f16: 1; round_then_scale: 2, since it rounds to T twice.
///  * f32: 9.5 + d / 2 with a weight, 7.5 + d / 2 without one, where
///    d = ceil(log2(ceil(H / 8))) is the number of levels of R3's tree. Each
///    square passes at most 8 roundings in its leaf and d in the tree; the
///    division and the addition of epsilon add one each: (10 + d) u, with
///    u = 2^-24. The square root halves that and adds one, as does the
///    reciprocal: r is within (7 + d / 2) u. With a weight, v * r and
///    weight_bias + w add one each. u relative is at most one unit in the last
///    place; the last rounding is half a unit.
/// A sum of weight_bias and weight that R4 rounds to T counts as exact.
double normBound(uint32_t type, const conorm_norm &norm, int64_t cols);

/// An observer that counts calls and evaluates each norm again in float64 from
/// copies of its inputs.
class NormChecker {
public:
  /// `memory` is the conorm_memory of what the calls read and write.
  explicit NormChecker(RankExchange &world,
                       uint32_t memory = CONORM_MEMORY_HOST)
      : world(world), memory(memory) {}

  void install(conorm_context *context);
  void remove(conorm_context *context);

  /// The observer; `user` is a NormChecker.
  static void observe(void *user, conorm_context *context, uint32_t op,
                      uint32_t phase, const void *args);

  /// Throws what went wrong inside the observer, which may not throw itself.
  NormStats finish();

private:
  struct Call {
    uint32_t type;
    int64_t rows;
    int64_t cols;
    conorm_norm norm;
    std::string label;
    /// What the statistics read; empty if an output will hold it.
    std::vector<float> values;
    std::vector<float> weight;
  };

  /// What the elements of one row share.
  struct RowContext {
    int64_t row;
    double r;
    double bound;
    /// Type that v * r is rounded to.
    uint32_t innerType;
  };

  /// `count` elements of an operand, where this process can read them; until
  /// the observer returns.
  const void *onHost(uint32_t type, const void *data, int64_t count);
  std::vector<float> readFloats(uint32_t type, const void *data, int64_t count);
  std::vector<float> readRows(const conorm_rms_norm_args &args);
  std::vector<float> readWeight(const conorm_norm &norm, int64_t cols);
  void before(uint32_t op, const void *args);
  void after(uint32_t op, const void *args);
  void begin(uint32_t type, int64_t rows, int64_t cols, const conorm_norm &norm,
             const conorm_site *site);
  void beforeFused(const conorm_all_reduce_rms_norm_args &args);
  void beforeNorm(const conorm_rms_norm_args &args);
  std::vector<float> reduceMembers(const conorm_all_reduce_rms_norm_args &args);
  void check(const void *normed);
  void checkRow(int64_t row, const void *normed);
  void checkElement(const RowContext &context, int64_t column, double value,
                    double found);
  void countNorm(const conorm_site *site);

  RankExchange &world;
  uint32_t memory;
  conorm_context *context = nullptr;
  std::vector<std::vector<char>> copies;
  NormStats stats;
  std::set<uint64_t> sites;
  Call call;
  std::exception_ptr failure;
};

/// The contract's own arithmetic (R3, R4) for one row, in plain scalar f32.
void contractNorm(uint32_t type, const conorm_norm &norm,
                  const std::vector<float> &weight, const float *values,
                  int64_t cols, float *out);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_NORMCHECK_H
