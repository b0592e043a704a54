//===- Conorm.cpp - Conorm's calls as contestants -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

using namespace bench;
using check::Buffers;
using check::Cell;

namespace {

class Fused : public Contestant {
public:
  Fused(std::string name, uint32_t strategy)
      : Contestant(std::move(name)), strategy(strategy) {}
  void enqueue(const Rank &rank, int set) override {
    Cell cell = rank.cell;
    cell.strategy = strategy;
    check::call(rank.context, cell, rank.sets[set]);
  }
  std::string verify(const Rank &rank, int set) override {
    const Buffers &found = rank.sets[set];
    const Buffers &expected = rank.expected[set];
    std::string difference = compareRows(rank, found.at[check::slotNormed],
                                         expected.at[check::slotNormed], 0);
    if (difference.empty())
      difference = compareRows(rank, found.at[check::slotResidualOut],
                               expected.at[check::slotResidualOut], 0);
    return difference;
  }

protected:
  const uint32_t strategy;
};

/// all_reduce, and then the norm with the residual, unless only one of the two
/// is asked for.
class Parts : public Fused {
public:
  Parts(std::string name, uint32_t strategy, bool reduce, bool norm)
      : Fused(std::move(name), strategy), reduce(reduce), norm(norm) {}
  void enqueue(const Rank &rank, int set) override {
    Cell part = rank.cell;
    part.strategy = strategy;
    Buffers buffers = rank.sets[set];
    if (reduce) {
      part.op = CONORM_OP_ALL_REDUCE;
      buffers.at[check::slotOutput] = buffers.at[check::slotNormed];
      check::call(rank.context, part, buffers);
    }
    if (norm) {
      part.op = CONORM_OP_ADD_RMS_NORM;
      if (reduce)
        buffers.at[check::slotInput] = buffers.at[check::slotNormed];
      check::call(rank.context, part, buffers);
    }
  }
  std::string verify(const Rank &rank, int set) override {
    return reduce && norm ? Fused::verify(rank, set) : "";
  }

private:
  const bool reduce, norm;
};

} // namespace

void bench::addConorm(Contestants &to) {
  static const struct {
    const char *suffix;
    uint32_t strategy;
  } strategies[] = {{"", CONORM_STRATEGY_AUTO},
                    {"/one_shot", CONORM_STRATEGY_ONE_SHOT},
                    {"/two_shot", CONORM_STRATEGY_TWO_SHOT}};
  for (const auto &entry : strategies) {
    std::string suffix = entry.suffix;
    to.push_back(std::make_unique<Fused>("fused" + suffix, entry.strategy));
    to.push_back(std::make_unique<Parts>("unfused" + suffix, entry.strategy,
                                         true, true));
    to.push_back(std::make_unique<Parts>("all_reduce" + suffix, entry.strategy,
                                         true, false));
  }
  to.push_back(
      std::make_unique<Parts>("norm", CONORM_STRATEGY_AUTO, false, true));
}
