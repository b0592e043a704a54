//===- DispatchTest.cpp - Tables of strategies ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

const uint32_t oneShot = CONORM_STRATEGY_ONE_SHOT;
const uint32_t twoShot = CONORM_STRATEGY_TWO_SHOT;

void runRanks(int size, const std::function<void(conorm_context *)> &body) {
  runThreads(size, [&](const conorm_bootstrap &bootstrap) {
    ScopedContext context(bootstrap);
    conorm_group group = worldGroup();
    conorm_context_add_groups(context, &group, 1);
    body(context);
    return std::string();
  });
}

/// What a call did.
struct Outcome {
  conorm_status status = CONORM_OK;
  std::string message;
  /// As an observer sees it after the call.
  uint32_t taken = 0;
  std::vector<float> output;
};

class Dispatch : public testing::Test {
protected:
  void setRanges(std::vector<conorm_strategy_range> list) {
    ranges = std::move(list);
    table.num_ranges = uint32_t(ranges.size());
    table.ranges = ranges.data();
  }

  static void observe(void *taken, conorm_context *, uint32_t op,
                      uint32_t phase, const void *args) {
    if (phase == 1 && op == CONORM_OP_ALL_REDUCE)
      *static_cast<uint32_t *>(taken) =
          static_cast<const conorm_all_reduce_args *>(args)->strategy;
    if (phase == 1 && op == CONORM_OP_ALL_REDUCE_RMS_NORM)
      *static_cast<uint32_t *>(taken) =
          static_cast<const conorm_all_reduce_rms_norm_args *>(args)->strategy;
  }

  void allReduce(conorm_context *context, const conorm_group &group,
                 Outcome &outcome) {
    std::vector<float> input(count, float(conorm_context_rank(context)));
    outcome.output.resize(count);
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.strategy = strategy;
    args.input = input.data();
    args.output = outcome.output.data();
    args.count = int64_t(count);
    args.dispatch = given;
    outcome.status = conorm_all_reduce(context, &args);
  }

  void fused(conorm_context *context, const conorm_group &group,
             Outcome &outcome) {
    std::vector<float> input(count, float(conorm_context_rank(context)));
    outcome.output.resize(count);
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.strategy = strategy;
    args.input = input.data();
    args.normed = outcome.output.data();
    args.rows = rows;
    args.cols = int64_t(count) / rows;
    args.norm.epsilon = 1e-6f;
    args.replicated = replicated;
    args.dispatch = given;
    // A byte for each element and for the scales' padded tiles.
    std::vector<char> bytes(2 * (count + 128 * 128));
    if (quant.scheme != CONORM_QUANT_NONE) {
      args.quant = quant;
      args.quantized = bytes.data();
      args.scales = bytes.data() + bytes.size() / 2;
    }
    outcome.status = conorm_all_reduce_rms_norm(context, &args);
  }

  /// The outcome of one call among `size` ranks, which agree.
  Outcome call(int size, bool isFused = false) {
    std::vector<Outcome> outcomes(size);
    runRanks(size, [&](conorm_context *context) {
      Outcome &outcome = outcomes[conorm_context_rank(context)];
      conorm_group group = worldGroup();
      conorm_context_set_observer(context, observe, &outcome.taken);
      isFused ? fused(context, group, outcome)
              : allReduce(context, group, outcome);
      outcome.message = conorm_context_message(context);
    });
    for (const Outcome &outcome : outcomes) {
      EXPECT_EQ(outcome.taken, outcomes[0].taken);
      EXPECT_EQ(outcome.output, outcomes[0].output);
    }
    return outcomes[0];
  }

  uint32_t strategy = CONORM_STRATEGY_AUTO;
  size_t count = 64; // 256 bytes
  /// Of the fused operation.
  int64_t rows = 1;
  bool replicated = false;
  conorm_quant quant = {};
  std::vector<conorm_strategy_range> ranges;
  conorm_dispatch table = {sizeof(table), CONORM_BACKEND_CPU, 0, 0, nullptr};
  const conorm_dispatch *given = &table;
};

TEST_F(Dispatch, theBytesOfTheInputDecide) {
  setRanges({{2, oneShot, 0}, {2, twoShot, 256}});
  EXPECT_EQ(call(2).taken, twoShot);
  EXPECT_EQ(call(2, /*isFused=*/true).taken, twoShot);
  count = 63;
  EXPECT_EQ(call(2).taken, oneShot);
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
  count = 0;
  EXPECT_EQ(call(2).taken, oneShot);
}

TEST_F(Dispatch, theLargestSizeThatIsNotAboveTheGroupsDecides) {
  setRanges({{2, twoShot, 0}, {4, oneShot, 0}, {4, twoShot, 1 << 30}});
  EXPECT_EQ(call(2).taken, twoShot);
  EXPECT_EQ(call(3).taken, twoShot);
  EXPECT_EQ(call(4).taken, oneShot);
  EXPECT_EQ(call(5).taken, oneShot);
}

TEST_F(Dispatch, rangesOfASmallerSizeAreNotMixedIn) {
  // No range of four ranks is from so few bytes: the runtime's own choice.
  setRanges({{2, twoShot, 0}, {4, twoShot, 4096}});
  EXPECT_EQ(call(4).taken, oneShot);
}

TEST_F(Dispatch, withoutARangeTheRuntimeChooses) {
  setRanges({{4, twoShot, 0}});
  EXPECT_EQ(call(3).taken, oneShot);
  setRanges({});
  EXPECT_EQ(call(3).taken, oneShot);
  given = nullptr;
  EXPECT_EQ(call(3).taken, oneShot);
  count = 1 << 16;
  EXPECT_EQ(call(3).taken, twoShot);
  EXPECT_EQ(call(2).taken, oneShot);
}

TEST_F(Dispatch, twoMembersThatShareRowsTakeTwoShot) {
  given = nullptr;
  rows = 2;
  count = 2 * 4096; // 32 KiB
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
  replicated = true;
  EXPECT_EQ(call(2, /*isFused=*/true).taken, twoShot);
  count = 2 * 2048;
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
}

TEST_F(Dispatch, twoMembersThatCannotShareRowsTakeOneShot) {
  given = nullptr;
  replicated = true;
  count = 1 << 14;
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
  // No two rows fit a step.
  rows = 2;
  count = 2 << 15;
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
  // The scales of a row are not in one piece.
  rows = 4;
  count = 1 << 14;
  quant = {CONORM_QUANT_MXFP8,
           CONORM_TYPE_F8E4M3FN,
           CONORM_TYPE_F8E8M0FNU,
           CONORM_SCALE_LAYOUT_LINEAR,
           0,
           32};
  EXPECT_EQ(call(2, /*isFused=*/true).taken, twoShot);
  quant.scale_layout = CONORM_SCALE_LAYOUT_SWIZZLED_128X4;
  EXPECT_EQ(call(2, /*isFused=*/true).taken, oneShot);
}

TEST_F(Dispatch, aTableOfAnotherBackendIsOfNoAccount) {
  setRanges({{2, CONORM_STRATEGY_NCCL, 0}});
  table.backend = CONORM_BACKEND_CUDA;
  EXPECT_EQ(call(2).taken, oneShot);
}

TEST_F(Dispatch, aStrategyThatTheCallAsksForWins) {
  setRanges({{2, twoShot, 0}});
  strategy = CONORM_STRATEGY_ONE_SHOT;
  EXPECT_EQ(call(2).taken, oneShot);
}

TEST_F(Dispatch, aStrategyThatTheContextAsksForWins) {
  setRanges({{2, twoShot, 0}});
  Outcome outcomes[2];
  runThreads(2, [&](const conorm_bootstrap &bootstrap) {
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.bootstrap = &bootstrap;
    options.strategy = CONORM_STRATEGY_ONE_SHOT;
    ScopedContext context(options);
    conorm_group group = worldGroup();
    conorm_context_add_groups(context, &group, 1);
    Outcome &outcome = outcomes[conorm_context_rank(context)];
    conorm_context_set_observer(context, observe, &outcome.taken);
    allReduce(context, group, outcome);
    return std::string();
  });
  EXPECT_EQ(outcomes[0].taken, oneShot);
  EXPECT_EQ(outcomes[1].taken, oneShot);
}

TEST_F(Dispatch, ranksWithOtherTablesAreTold) {
  // Programs that were compiled with other tuning files: an error, no hang.
  const conorm_strategy_range one[] = {{2, oneShot, 0}},
                              two[] = {{2, twoShot, 0}};
  const conorm_dispatch tables[] = {
      {sizeof(table), CONORM_BACKEND_CPU, 1, 0, one},
      {sizeof(table), CONORM_BACKEND_CPU, 1, 0, two}};
  std::vector<std::string> messages(2);
  runRanks(2, [&](conorm_context *context) {
    int rank = conorm_context_rank(context);
    conorm_group group = worldGroup();
    float value = 1;
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = args.output = &value;
    args.count = 1;
    args.dispatch = &tables[rank];
    EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_ERROR_MISMATCH);
    messages[rank] = conorm_context_message(context);
  });
  EXPECT_THAT(messages[0], HasSubstr("strategy two_shot, this rank one_shot"));
  EXPECT_THAT(messages[1], HasSubstr("strategy one_shot, this rank two_shot"));
}

TEST_F(Dispatch, theStrategiesGiveTheSameBits) {
  setRanges({{2, oneShot, 0}});
  std::vector<float> bits = call(4, /*isFused=*/true).output;
  setRanges({{2, twoShot, 0}});
  EXPECT_EQ(call(4, /*isFused=*/true).output, bits);
}

TEST_F(Dispatch, aStrategyThatIsNotThereIsRefused) {
  setRanges({{2, CONORM_STRATEGY_MULTIMEM, 0}});
  Outcome outcome = call(2);
  EXPECT_EQ(outcome.status, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(outcome.message, HasSubstr("multimem"));
  setRanges({{2, 77, 0}});
  outcome = call(2, /*isFused=*/true);
  EXPECT_EQ(outcome.status, CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(outcome.message, HasSubstr("strategy is 77, expected 0 to 4"));
}

TEST_F(Dispatch, rangesThatAreMissingAreRefused) {
  table.num_ranges = 2;
  Outcome outcome = call(1);
  EXPECT_EQ(outcome.status, CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(
      outcome.message,
      HasSubstr("dispatch.ranges is null but dispatch.num_ranges is 2"));
}

//===----------------------------------------------------------------------===//
// ABI version skew
//===----------------------------------------------------------------------===//

TEST_F(Dispatch, anOlderCallersStructureHasNoTable) {
  runRanks(1, [&](conorm_context *context) {
    conorm_group group = worldGroup();
    float value = 1;
    struct Older {
      char known[offsetof(conorm_all_reduce_args, dispatch)];
      char behind[64];
    } older;
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(older.known);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = args.output = &value;
    args.count = 1;
    memcpy(older.known, &args, sizeof(older.known));
    memset(older.behind, 0xff, sizeof(older.behind));
    EXPECT_EQ(conorm_all_reduce(
                  context, reinterpret_cast<conorm_all_reduce_args *>(&older)),
              CONORM_OK)
        << conorm_context_message(context);
  });
}

TEST_F(Dispatch, aNewerTableWithContentIsRefused) {
  struct Newer {
    conorm_dispatch known;
    uint64_t added;
  } newer = {table, 0};
  newer.known.struct_size = sizeof(newer);
  given = &newer.known;
  EXPECT_EQ(call(1).status, CONORM_OK);
  newer.added = 1;
  Outcome outcome = call(1);
  EXPECT_EQ(outcome.status, CONORM_ERROR_VERSION);
  EXPECT_THAT(outcome.message,
              HasSubstr("dispatch has struct_size 32 and sets byte 24"));
}

} // namespace
