//===- Generator.cpp - Random modules over comm and norm ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "FunctionGenerator.h"

#include <algorithm>

using namespace conorm::fuzz;

std::string Setup::toOptions() const {
  std::string text = "--ranks=" + std::to_string(ranks) +
                     " --strategy=" + std::to_string(strategy) +
                     " --workspace=" + std::to_string(workspaceBytes) +
                     " --data=" + std::to_string(dataSeed) + " --sizes=";
  for (const int64_t &size : sizes)
    text += std::to_string(size) + (&size == &sizes.back() ? "" : ",");
  return text;
}

/// Sizes are small: it is the shapes of programs that matter. Rows fit the
/// blocks of every quantization, or nothing at all.
static Setup makeSetup(Random &random) {
  Setup setup;
  setup.ranks = 1 + random.below(5);
  setup.strategy = random.pick({0, 0, 1, 2});
  setup.workspaceBytes = random.pick<uint64_t>({0, 0, 1 << 16, 1 << 20});
  setup.sizes[0] =
      random.percent(50)
          ? random.pick<int64_t>({32, 64, 96, 128, 160, 256, 384})
          : random.pick<int64_t>({1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 33, 48,
                                  63, 65, 100, 129, 200});
  setup.sizes[1] = random.percent(4)
                       ? random.pick<int64_t>({0, 65, 130})
                       : random.pick<int64_t>({1, 2, 3, 4, 5, 7, 8, 13, 16});
  setup.sizes[2] = 1 + random.below(3);
  setup.dataSeed = random.next();
  return setup;
}

/// The world, or its ranks in rows of equal size and any order.
static Group makeGroup(Random &random, int ranks, unsigned number,
                       std::string &text) {
  std::string name = "@g" + std::to_string(number);
  int size = ranks;
  text += "comm.group " + name;
  if (random.percent(35)) {
    bool hasSize = random.percent(40);
    if (hasSize)
      text += " {size = " + std::to_string(ranks) + " : i64}";
    text += "\n";
    return {name, size, hasSize};
  }
  std::vector<int> order;
  for (int rank = 0; rank < ranks; ++rank)
    order.push_back(rank);
  if (random.percent(60))
    for (int i = ranks - 1; i > 0; --i)
      std::swap(order[i], order[random.below(i + 1)]);
  if (random.percent(50))
    do
      size = 1 + random.below(ranks);
    while (ranks % size != 0);
  std::string rows;
  for (int i = 0; i < ranks; ++i)
    rows += std::string(i % size ? ", "
                        : i      ? "], ["
                                 : "[") +
            std::to_string(order[i]);
  text += " {";
  if (random.percent(50))
    text += "size = " + std::to_string(size) + " : i64, ";
  text += "replica_groups = dense<[" + rows + "]]> : tensor<" +
          std::to_string(ranks / size) + "x" + std::to_string(size) +
          "xi64>}\n";
  return {name, size, true};
}

GeneratedModule conorm::fuzz::generate(uint64_t seed,
                                       const Features &features) {
  Random random(seed * 0x9E3779B97F4A7C15ull + 1);
  ModuleState state{random, features, makeSetup(random), {}, "", 0};
  GeneratedModule result;
  for (unsigned i = 0, count = 1 + random.below(3); i < count; ++i)
    state.groups.push_back(
        makeGroup(random, state.setup.ranks, i, result.text));
  for (unsigned i = 0, count = random.pick({1, 1, 2, 2, 3}); i < count; ++i) {
    std::string function =
        FunctionGenerator(state).generate("@f" + std::to_string(i));
    result.text += state.helpers + function;
    state.helpers.clear();
  }
  result.setup = state.setup;
  return result;
}
