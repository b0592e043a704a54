//===- ProtocolTest.cpp - Every operation on every kind of world ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results are compared, bit by bit, with the transcription of the contract.
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"
#include "Reference.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <iterator>
#include <random>

using namespace conorm::test;
using conorm::reference::FusedRow;
using conorm::reference::Norm;
using conorm::reference::Values;
namespace reference = conorm::reference;

namespace {

const uint32_t elementTypes[] = {CONORM_TYPE_F32, CONORM_TYPE_F16,
                                 CONORM_TYPE_BF16};
const uint32_t strategies[] = {CONORM_STRATEGY_AUTO, CONORM_STRATEGY_ONE_SHOT,
                               CONORM_STRATEGY_TWO_SHOT};

/// A tensor whose content follows from the seed, so that every rank can make
/// every other's.
struct Tensor {
  uint32_t type;
  std::vector<char> bytes;
  int64_t count;

  Tensor(uint32_t type, int64_t count, unsigned seed = 0)
      : type(type), bytes(conorm_type_bytes(type, count) + 1, 0), count(count) {
    std::minstd_rand random(seed + 1);
    for (int64_t i = 0; i < count; ++i)
      reference::store(
          type, data(), i,
          reference::round(type, float(random()) * 0x1p-29f - 2.0f));
  }
  void *data() { return bytes.data(); }
  Values values() const {
    return reference::loadAll(type, bytes.data(), count);
  }
};

/// "" or where the first difference is.
std::string compare(const char *what, const Tensor &found,
                    const Values &expected) {
  Values values = found.values();
  if (values.size() != expected.size())
    return std::string(what) + " has another size";
  for (size_t i = 0; i < values.size(); ++i)
    if (!reference::same(values[i], expected[i]))
      return std::string(what) + "[" + std::to_string(i) + "] is " +
             std::to_string(values[i]) + ", expected " +
             std::to_string(expected[i]);
  return "";
}

struct Case {
  uint32_t type;
  uint32_t strategy;
  int64_t rows;
  int64_t cols;

  std::string name() const {
    return std::string(conorm_type_name(type)) + " strategy " +
           std::to_string(strategy) + " " + std::to_string(rows) + "x" +
           std::to_string(cols) + ": ";
  }
};

/// Inputs of all members, and this rank's own.
struct Inputs {
  std::vector<Tensor> tensors;
  std::vector<Values> values;

  Inputs(uint32_t type, int64_t count, int members, unsigned seed) {
    for (int member = 0; member < members; ++member) {
      tensors.emplace_back(type, count, seed + unsigned(member) * 7919);
      values.push_back(tensors.back().values());
    }
  }
};

std::string runAllReduce(conorm_context *context, const conorm_group &group,
                         const Case &c, int members, int member,
                         uint32_t reduction, bool inPlace) {
  int64_t count = c.rows * c.cols;
  Inputs inputs(c.type, count, members, 11);
  Tensor output(c.type, count);
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.group = &group;
  args.reduction = reduction;
  args.strategy = c.strategy;
  args.input = inputs.tensors[member].data();
  args.output = inPlace ? inputs.tensors[member].data() : output.data();
  args.count = count;
  if (conorm_all_reduce(context, &args) != CONORM_OK)
    return describe(context);
  return compare("all_reduce", inPlace ? inputs.tensors[member] : output,
                 reference::allReduce(c.type, reduction, inputs.values));
}

std::string runReduceScatter(conorm_context *context, const conorm_group &group,
                             const Case &c, int members, int member,
                             int64_t inner) {
  int64_t outer = c.rows, dim = c.cols / members * members;
  int64_t count = outer * dim * inner;
  Inputs inputs(c.type, count, members, 23);
  Tensor output(c.type, count / members);
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.group = &group;
  args.strategy = c.strategy;
  args.input = inputs.tensors[member].data();
  args.output = output.data();
  args.outer = outer;
  args.dim = dim;
  args.inner = inner;
  if (conorm_reduce_scatter(context, &args) != CONORM_OK)
    return describe(context);
  return compare("reduce_scatter", output,
                 reference::reduceScatter(c.type, CONORM_REDUCTION_SUM,
                                          inputs.values, outer, dim, inner,
                                          member));
}

std::string runAllGather(conorm_context *context, const conorm_group &group,
                         const Case &c, int members, int member,
                         int64_t inner) {
  int64_t count = c.rows * c.cols * inner;
  Inputs inputs(c.type, count, members, 37);
  Tensor output(c.type, count * members);
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.group = &group;
  args.strategy = c.strategy;
  args.input = inputs.tensors[member].data();
  args.output = output.data();
  args.outer = c.rows;
  args.dim = c.cols;
  args.inner = inner;
  if (conorm_all_gather(context, &args) != CONORM_OK)
    return describe(context);
  return compare("all_gather", output,
                 reference::allGather(inputs.values, c.rows, c.cols, inner));
}

/// Which parts the fused operation has, and which buffers are shared.
struct Shape {
  bool residual, reduced, residualOut, normed, postNorm;
  /// residual_out in the residual's buffer, normed in the input's.
  bool inPlace;
  /// reduced in the residual's buffer.
  bool reducedInResidual;
  /// Whether all ranks have the same residual, and say so.
  bool replicated = false;
};

const Shape fusedShapes[] = {
    {false, false, false, true, false, false, false},
    {false, true, false, true, false, false, false},
    {false, true, false, false, false, false, false},
    {true, false, true, true, false, false, false},
    {true, false, true, true, false, true, false},
    {true, true, true, true, false, false, false},
    {true, false, false, true, false, false, false},
    {true, false, false, true, false, true, false},
    {true, true, false, false, false, false, false},
    {true, true, false, true, false, true, true},
    {true, false, true, true, true, false, false},
    {true, false, true, true, true, true, false},
    {true, true, false, true, true, true, true},
    {true, true, true, true, true, false, false},
};

/// The reference of one rank, row by row.
struct Expected {
  Values reduced, residualOut, normed;

  Expected(const Case &c, const Inputs &inputs, const Values *residual,
           const Norm *postNorm, const Norm &norm) {
    for (int64_t row = 0; row < c.rows; ++row) {
      std::vector<Values> rows;
      for (const Values &values : inputs.values)
        rows.emplace_back(values.begin() + row * c.cols,
                          values.begin() + (row + 1) * c.cols);
      Values residualRow;
      if (residual)
        residualRow.assign(residual->begin() + row * c.cols,
                           residual->begin() + (row + 1) * c.cols);
      FusedRow result = reference::allReduceRmsNorm(
          c.type, rows, residual ? &residualRow : nullptr, postNorm, norm);
      append(reduced, result.reduced);
      append(residualOut, result.residualOut);
      append(normed, result.normed);
    }
  }

  static void append(Values &to, const Values &from) {
    to.insert(to.end(), from.begin(), from.end());
  }
};

conorm_norm describeNorm(const Norm &norm, Tensor &weight, float bias,
                         uint32_t rounding) {
  conorm_norm result = {};
  result.epsilon = norm.epsilon;
  result.weight_bias = bias;
  result.rounding = rounding;
  result.weight_type = weight.type;
  result.weight = weight.data();
  return result;
}

std::string runFused(conorm_context *context, const conorm_group &group,
                     const Case &c, int members, int member, int rank,
                     const Shape &shape) {
  int64_t count = c.rows * c.cols;
  Inputs inputs(c.type, count, members, 51);
  // Each rank has a residual of its own: nothing may depend on their equality
  // unless the call says that they are equal.
  Tensor residual(c.type, count, 77 + (shape.replicated ? 0 : unsigned(rank)));
  Tensor weight(c.type, c.cols, 91), postWeight(CONORM_TYPE_F32, c.cols, 92);
  Tensor reduced(c.type, count), residualOut(c.type, count),
      normed(c.type, count);
  Values residualValues = residual.values();
  Norm norm{1e-6f, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND, weight.values()};
  Norm postNorm{1e-5f, 0.0f, CONORM_ROUNDING_ROUND_THEN_SCALE,
                postWeight.values()};
  Expected expected(c, inputs, shape.residual ? &residualValues : nullptr,
                    shape.postNorm ? &postNorm : nullptr, norm);
  Tensor &reducedAt = shape.reducedInResidual ? residual : reduced;
  Tensor &residualOutAt = shape.inPlace ? residual : residualOut;
  Tensor &normedAt = shape.inPlace ? inputs.tensors[member] : normed;
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = c.type;
  args.group = &group;
  args.strategy = c.strategy;
  args.input = inputs.tensors[member].data();
  args.residual = shape.residual ? residual.data() : nullptr;
  args.reduced = shape.reduced ? reducedAt.data() : nullptr;
  args.residual_out = shape.residualOut ? residualOutAt.data() : nullptr;
  args.normed = shape.normed ? normedAt.data() : nullptr;
  args.rows = c.rows;
  args.cols = c.cols;
  args.norm =
      describeNorm(norm, weight, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND);
  args.has_post_norm = shape.postNorm;
  args.replicated = shape.replicated;
  if (shape.postNorm)
    args.post_norm = describeNorm(postNorm, postWeight, 0.0f,
                                  CONORM_ROUNDING_ROUND_THEN_SCALE);
  if (conorm_all_reduce_rms_norm(context, &args) != CONORM_OK)
    return describe(context);
  std::string text;
  if (shape.reduced)
    text += compare("reduced", reducedAt, expected.reduced);
  if (shape.residualOut)
    text += compare("residual_out", residualOutAt, expected.residualOut);
  if (shape.normed)
    text += compare("normed", normedAt, expected.normed);
  return text;
}

/// All operations on one communicator. Small enough shapes to do them all,
/// odd enough to end inside rows, slices and cache lines.
std::string runEverything(conorm_context *context, const conorm_group &group,
                          int members, int member, bool thorough,
                          unsigned turn = 0) {
  const std::pair<int64_t, int64_t> shapes[] = {
      {0, 5}, {3, 0}, {1, 1}, {5, 1}, {3, 7}, {2, 129}, {13, 63}, {1, 4099}};
  int rank = conorm_context_rank(context);
  std::string failure;
  auto check = [&](const Case &c, const std::string &text) {
    if (failure.empty() && !text.empty())
      failure = c.name() + text;
  };
  for (uint32_t type : elementTypes)
    for (uint32_t strategy : strategies)
      for (auto [rows, cols] : shapes) {
        Case c{type, strategy, rows, cols};
        // Each world takes another part of the combinations, so that a suite
        // of many worlds has them all and is still short.
        for (uint32_t reduction = 0; reduction < 4; ++reduction)
          if (thorough || reduction == turn % 4)
            check(c, runAllReduce(context, group, c, members, member, reduction,
                                  turn % 3 == 0));
        check(c, runReduceScatter(context, group, c, members, member,
                                  1 + turn % 3));
        check(c,
              runAllGather(context, group, c, members, member, 1 + turn % 3));
        for (size_t i = 0; i < std::size(fusedShapes); ++i)
          for (bool replicated : {false, true})
            if (thorough || (i + turn) % 5 == replicated) {
              Shape shape = fusedShapes[i];
              shape.replicated = replicated;
              check(c,
                    runFused(context, group, c, members, member, rank, shape));
            }
        ++turn;
        if (!failure.empty())
          return failure;
      }
  return "";
}

struct WorldCase {
  int worldSize;
  uint64_t workspaceBytes;
  bool processes;
};

class ProtocolTest : public testing::TestWithParam<WorldCase> {};

TEST_P(ProtocolTest, everyOperationMatchesTheContract) {
  WorldCase world = GetParam();
  RankBody body = [&](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap, 20000, world.workspaceBytes);
    if (!context)
      return context.message;
    conorm_group group = worldGroup();
    if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
      return describe(context);
    unsigned turn = unsigned(world.worldSize) + (world.processes ? 7 : 0) +
                    (world.workspaceBytes ? 2 : 0);
    return runEverything(context, group, world.worldSize, bootstrap.rank,
                         world.worldSize == 3 && world.workspaceBytes != 0,
                         turn);
  };
  std::vector<std::string> results = world.processes
                                         ? runProcesses(world.worldSize, body)
                                         : runThreads(world.worldSize, body);
  EXPECT_EQ(results, std::vector<std::string>(world.worldSize));
}

std::vector<WorldCase> worldCases() {
  std::vector<WorldCase> cases;
  for (int worldSize : {1, 2, 3, 4, 5, 8})
    for (uint64_t workspace : {uint64_t(0), uint64_t(16384)})
      for (bool processes : {false, true})
        cases.push_back({worldSize, workspace, processes});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Worlds, ProtocolTest, testing::ValuesIn(worldCases()),
                         [](const testing::TestParamInfo<WorldCase> &info) {
                           return std::to_string(info.param.worldSize) +
                                  (info.param.processes ? "Processes"
                                                        : "Threads") +
                                  (info.param.workspaceBytes ? "SmallWorkspace"
                                                             : "");
                         });

TEST(ProtocolLimits, sixtyFourRanksInTheSmallestWorkspace) {
  const int worldSize = CONORM_MAX_WORLD_SIZE;
  RankBody body = [&](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap, 30000, 16384);
    if (!context)
      return context.message;
    conorm_group group = worldGroup();
    if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
      return describe(context);
    for (uint32_t strategy : strategies) {
      Case c{CONORM_TYPE_BF16, strategy, 2, 193};
      int rank = bootstrap.rank;
      std::string text =
          runAllReduce(context, group, c, worldSize, rank, CONORM_REDUCTION_SUM,
                       false) +
          runReduceScatter(context, group, c, worldSize, rank, 1) +
          runAllGather(context, group, c, worldSize, rank, 1) +
          runFused(context, group, c, worldSize, rank, rank, fusedShapes[5]);
      if (!text.empty())
        return c.name() + text;
    }
    return "";
  };
  EXPECT_EQ(runThreads(worldSize, body), std::vector<std::string>(worldSize));
  EXPECT_EQ(runProcesses(worldSize, body), std::vector<std::string>(worldSize));
}

TEST(ProtocolGroups, rowsRunBesideEachOther) {
  std::vector<int64_t> ranks = {3, 0, 1, 2};
  for (bool processes : {false, true}) {
    RankBody body = [&](const conorm_bootstrap &bootstrap) -> std::string {
      ScopedContext context(bootstrap);
      if (!context)
        return context.message;
      conorm_group groups[] = {worldGroup(), rowsGroup(ranks, 2)};
      if (conorm_context_add_groups(context, groups, 2) != CONORM_OK)
        return describe(context);
      auto at = std::find(ranks.begin(), ranks.end(), bootstrap.rank);
      int member = int(at - ranks.begin()) % 2;
      std::string text = runEverything(context, groups[1], 2, member, false);
      if (!text.empty())
        return text;
      return runEverything(context, groups[0], 4, bootstrap.rank, false);
    };
    EXPECT_EQ(processes ? runProcesses(4, body) : runThreads(4, body),
              std::vector<std::string>(4));
  }
}

TEST(ProtocolGroups, processesWithTwoThreadsEach) {
  // Ranks 0 and 1 are threads of one process, 2 and 3 of another: pairs share
  // pointers or memfds, in one world. The bootstrap is a host's own, made of
  // the two that are there.
  struct Host {
    conorm_bootstrap outer = CONORM_BOOTSTRAP_INIT;
    conorm_bootstrap inner = CONORM_BOOTSTRAP_INIT;
    int local;
  };
  conorm_allgather_fn gather = [](void *user, const void *send, size_t bytes,
                                  void *recv, uint32_t deadline) -> int32_t {
    Host &host = *static_cast<Host *>(user);
    std::vector<char> local(2 * bytes);
    int32_t code = host.inner.allgather(host.inner.user, send, bytes,
                                        local.data(), deadline);
    if (code != 0)
      return code;
    std::vector<char> all(4 * bytes);
    if (host.local == 0)
      code = host.outer.allgather(host.outer.user, local.data(), 2 * bytes,
                                  all.data(), deadline);
    if (code != 0)
      return code;
    std::vector<char> both(8 * bytes);
    code = host.inner.allgather(host.inner.user, all.data(), 4 * bytes,
                                both.data(), deadline);
    std::copy(both.begin(), both.begin() + long(4 * bytes),
              static_cast<char *>(recv));
    return code;
  };
  RankBody process = [&](const conorm_bootstrap &outer) -> std::string {
    std::vector<std::string> results =
        runThreads(2, [&](const conorm_bootstrap &inner) -> std::string {
          Host host{outer, inner, inner.rank};
          conorm_bootstrap mixed = {};
          mixed.struct_size = sizeof(mixed);
          mixed.rank = outer.rank * 2 + inner.rank;
          mixed.world_size = 4;
          mixed.allgather = gather;
          mixed.user = &host;
          ScopedContext context(mixed);
          if (!context)
            return context.message;
          conorm_group group = worldGroup();
          if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
            return describe(context);
          return runEverything(context, group, 4, mixed.rank, false);
        });
    return results[0] + results[1];
  };
  EXPECT_EQ(runProcesses(2, process), std::vector<std::string>(2));
}

} // namespace
