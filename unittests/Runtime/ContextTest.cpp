//===- ContextTest.cpp - Contexts, argument checks, ABI skew --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <cstring>
#include <limits>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

/// A world of one rank, with its group.
class Alone : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
    conorm_context_options options = {};
    options.struct_size = sizeof(options);
    options.bootstrap = &bootstrap;
    ASSERT_EQ(conorm_context_create(&options, &context, nullptr, 0), CONORM_OK);
    ASSERT_EQ(conorm_context_add_groups(context, &group, 1), CONORM_OK);
    for (int i = 0; i < 12; ++i)
      input[i] = float(i);
  }
  void TearDown() override {
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }

  conorm_all_reduce_args allReduceArgs() {
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.output = output;
    args.count = 12;
    return args;
  }
  conorm_scatter_gather_args scatterArgs() {
    conorm_scatter_gather_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.output = output;
    args.outer = 1;
    args.dim = 3;
    args.inner = 4;
    return args;
  }
  conorm_rms_norm_args normArgs() {
    conorm_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.input = input;
    args.normed = output;
    args.rows = 3;
    args.cols = 4;
    args.norm.epsilon = 1e-6f;
    return args;
  }
  conorm_all_reduce_rms_norm_args fusedArgs() {
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.group = &group;
    args.input = input;
    args.residual = residual;
    args.residual_out = sum;
    args.normed = output;
    args.rows = 3;
    args.cols = 4;
    args.norm.epsilon = 1e-6f;
    return args;
  }
  /// Status of a failed call, whose message has `text`; and the call after it
  /// is refused.
  void expectSticky(conorm_status status, conorm_status expected,
                    const char *text) {
    EXPECT_EQ(status, expected);
    EXPECT_EQ(conorm_context_status(context), expected);
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
    conorm_all_reduce_args good = allReduceArgs();
    EXPECT_EQ(conorm_all_reduce(context, &good), CONORM_ERROR_ABORTED);
    EXPECT_EQ(conorm_context_status(context), expected);
  }

  conorm_bootstrap bootstrap = {};
  conorm_context *context = nullptr;
  conorm_group group = worldGroup();
  float input[12], output[12], residual[12] = {}, sum[12];
};

//===----------------------------------------------------------------------===//
// ABI version skew
//===----------------------------------------------------------------------===//

using AbiSkew = Alone;

TEST_F(AbiSkew, olderAndSmallerReadsAsZero) {
  // An older caller's structure that ended before has_post_norm: memory behind
  // it is not part of it.
  struct Older {
    char known[offsetof(conorm_all_reduce_rms_norm_args, has_post_norm)];
    char behind[sizeof(conorm_all_reduce_rms_norm_args)];
  } older;
  conorm_all_reduce_rms_norm_args args = fusedArgs();
  args.struct_size = sizeof(older.known);
  memcpy(older.known, &args, sizeof(older.known));
  memset(older.behind, 0xff, sizeof(older.behind));
  EXPECT_EQ(
      conorm_all_reduce_rms_norm(
          context, reinterpret_cast<conorm_all_reduce_rms_norm_args *>(&older)),
      CONORM_OK)
      << conorm_context_message(context);
}

TEST_F(AbiSkew, newerAndLargerWithZerosIsAccepted) {
  struct Newer {
    conorm_all_reduce_args known;
    char added[40];
  } newer = {allReduceArgs(), {}};
  newer.known.struct_size = sizeof(newer);
  EXPECT_EQ(conorm_all_reduce(context, &newer.known), CONORM_OK);
}

TEST_F(AbiSkew, newerAndLargerWithContentIsRefused) {
  struct Newer {
    conorm_all_reduce_args known;
    char added[40];
  } newer = {allReduceArgs(), {}};
  newer.known.struct_size = sizeof(newer);
  newer.added[7] = 1;
  expectSticky(conorm_all_reduce(context, &newer.known), CONORM_ERROR_VERSION,
               "args has struct_size 112 and sets byte 79, which this runtime "
               "(ABI 1.3, 72 bytes) does not know");
}

TEST_F(AbiSkew, missingSizeIsRefused) {
  conorm_all_reduce_args args = allReduceArgs();
  args.struct_size = 0;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "args has struct_size 0, expected 72 for ABI 1.3");
}

TEST_F(AbiSkew, groupsAdvanceByTheCallersSize) {
  struct Newer {
    conorm_group known;
    char added[16];
  };
  std::vector<int64_t> ranks = {0};
  Newer groups[2] = {{worldGroup(), {}}, {rowsGroup(ranks, 1), {}}};
  groups[0].known.struct_size = groups[1].known.struct_size = sizeof(Newer);
  EXPECT_EQ(conorm_context_add_groups(context, &groups[0].known, 2), CONORM_OK);
}

TEST_F(AbiSkew, newerSiteAndGroupWithContentAreRefused) {
  struct NewerSite {
    conorm_site known;
    uint64_t added;
  } site = {{sizeof(NewerSite), 0, 1, "a.mlir:1:1"}, 1};
  conorm_all_reduce_args args = allReduceArgs();
  args.site = &site.known;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "site has struct_size 32 and sets byte 24");
}

TEST(AbiVersion, isTheHeaders) {
  EXPECT_EQ(conorm_abi_version(), uint32_t(CONORM_ABI_VERSION_MAJOR << 16 |
                                           CONORM_ABI_VERSION_MINOR));
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

TEST(Names, coverEveryEnumerator) {
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_BF16), "bf16");
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_F8E8M0FNU), "f8E8M0FNU");
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_INDEX), "index");
  EXPECT_STREQ(conorm_type_name(15), "invalid");
  EXPECT_STREQ(conorm_status_name(CONORM_ERROR_PEER_LOST), "peer lost");
  EXPECT_STREQ(conorm_status_name(CONORM_ERROR_MODULE), "module");
  EXPECT_STREQ(conorm_status_name(13), "invalid");
  EXPECT_STREQ(conorm_op_name(CONORM_OP_QUANTIZE), "norm.quantize");
  EXPECT_STREQ(conorm_op_name(8), "invalid");
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F4E2M1FN, 5), 3);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_I1, 5), 5);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F64, 5), 40);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_NONE, 5), 0);
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

/// Message of a creation that must fail.
std::string failCreation(const conorm_context_options *options,
                         conorm_status expected) {
  conorm_context *context = nullptr;
  char message[256];
  EXPECT_EQ(conorm_context_create(options, &context, message, sizeof(message)),
            expected);
  EXPECT_EQ(context, nullptr);
  return message;
}

TEST(Creation, checksItsOptions) {
  conorm_bootstrap bootstrap;
  ASSERT_EQ(conorm_bootstrap_threads(1, &bootstrap), CONORM_OK);
  conorm_context_options good = {};
  good.struct_size = sizeof(good);
  good.bootstrap = &bootstrap;
  const conorm_status invalid = CONORM_ERROR_INVALID_ARGUMENT;
  EXPECT_EQ(failCreation(nullptr, invalid), "options is null");
  conorm_context_options options = good;
  options.bootstrap = nullptr;
  EXPECT_EQ(failCreation(&options, invalid), "bootstrap is null");
  options = good;
  options.backend = 7;
  EXPECT_EQ(failCreation(&options, invalid),
            "backend is 7, expected 0 (cpu) or 1 (cuda)");
  options.backend = CONORM_BACKEND_CUDA;
  // Whether or not it was built, and on machines with devices too.
  setenv("CUDA_VISIBLE_DEVICES", "", /*overwrite=*/1);
  EXPECT_THAT(failCreation(&options, CONORM_ERROR_UNSUPPORTED),
              testing::AnyOf("this runtime was built without the CUDA backend",
                             testing::StartsWith(
                                 "the cuda backend found no usable device: ")));
  options = good;
  options.strategy = 9;
  EXPECT_EQ(failCreation(&options, invalid), "strategy is 9, expected 0 to 4");
  options.strategy = CONORM_STRATEGY_NCCL;
  EXPECT_EQ(failCreation(&options, CONORM_ERROR_UNSUPPORTED),
            "the cpu backend has the strategies auto, one_shot and two_shot, "
            "asked for nccl");
  options = good;
  options.workspace_bytes = 4096;
  EXPECT_EQ(failCreation(&options, invalid),
            "workspace_bytes is 4096, expected at least 16384");
  conorm_bootstrap wrong = bootstrap;
  options = good;
  options.bootstrap = &wrong;
  wrong.world_size = 65;
  EXPECT_EQ(failCreation(&options, invalid),
            "world size is 65, expected 1 to 64");
  wrong.world_size = 1;
  wrong.rank = 1;
  EXPECT_EQ(failCreation(&options, invalid), "rank is 1, expected 0 to 0");
  wrong = bootstrap;
  wrong.allgather = nullptr;
  EXPECT_EQ(failCreation(&options, invalid), "bootstrap.allgather is null");
  EXPECT_EQ(conorm_context_create(&good, nullptr, nullptr, 0), invalid);
  conorm_bootstrap_release(&bootstrap);
}

TEST(Creation, cutsAMessageToTheBuffer) {
  conorm_context *context;
  char message[8];
  conorm_context_create(nullptr, &context, message, sizeof(message));
  EXPECT_STREQ(message, "options");
}

TEST(Creation, nullContextsAreHarmless) {
  conorm_context_destroy(nullptr);
  conorm_context_abort(nullptr, "x");
  conorm_context_set_deadline(nullptr, 1);
  EXPECT_EQ(conorm_context_rank(nullptr), -1);
  EXPECT_EQ(conorm_context_world_size(nullptr), 0);
  EXPECT_EQ(conorm_context_status(nullptr), CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(conorm_all_reduce(nullptr, nullptr), CONORM_ERROR_INVALID_ARGUMENT);
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

struct BadArguments : Alone {
  template <typename Args, typename Call>
  void expectInvalid(Call call, Args args, const char *text,
                     conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    EXPECT_EQ(call(context, &args), status);
    EXPECT_THAT(conorm_context_message(context), HasSubstr(text));
    TearDown();
    SetUp();
  }
};

TEST_F(BadArguments, ofAllReduce) {
  auto bad = [&](auto change, const char *text,
                 conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    conorm_all_reduce_args args = allReduceArgs();
    change(args);
    expectInvalid(conorm_all_reduce, args, text, status);
  };
  bad([](auto &a) { a.group = nullptr; },
      "comm.all_reduce at unknown: group is null");
  bad([](auto &a) { a.element_type = CONORM_TYPE_F64; },
      "element_type is 8 (f64), expected f32, f16 or bf16");
  bad([](auto &a) { a.reduction = 4; }, "reduction is 4, expected 0 to 3");
  bad([](auto &a) { a.strategy = 5; }, "strategy is 5, expected 0 to 4");
  bad([](auto &a) { a.strategy = CONORM_STRATEGY_MULTIMEM; },
      "asked for multimem", CONORM_ERROR_UNSUPPORTED);
  bad([](auto &a) { a.strategy = CONORM_STRATEGY_NCCL; },
      "the cpu backend has the strategies auto, one_shot and two_shot, asked "
      "for nccl",
      CONORM_ERROR_UNSUPPORTED);
  bad([](auto &a) { a.numerics = 2; }, "numerics is 2, expected 0 to 1");
  bad([](auto &a) { a.count = -1; }, "count is -1, expected at least 0");
  bad([](auto &a) { a.count = std::numeric_limits<int64_t>::max() / 2; },
      "the buffers' sizes in bytes do not fit 64 bits");
  bad([](auto &a) { a.input = nullptr; }, "input is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  bad([&](auto &a) { a.output = input + 1; },
      "output overlaps input in part, expected the same buffer or a disjoint "
      "one");
}

TEST_F(BadArguments, mayBeNullWithoutElements) {
  conorm_all_reduce_args args = allReduceArgs();
  args.count = 0;
  args.input = args.output = nullptr;
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
}

TEST_F(BadArguments, ofScatterAndGather) {
  auto bad = [&](auto change, const char *text) {
    conorm_scatter_gather_args args = scatterArgs();
    change(args);
    expectInvalid(conorm_all_gather, args, text);
    args = scatterArgs();
    change(args);
    expectInvalid(conorm_reduce_scatter, args, text);
  };
  bad([](auto &a) { a.outer = -2; }, "outer is -2, expected at least 0");
  bad([](auto &a) { a.dim = -2; }, "dim is -2, expected at least 0");
  bad([](auto &a) { a.inner = -2; }, "inner is -2, expected at least 0");
  bad([](auto &a) { a.input = nullptr; }, "input is null");
  bad([](auto &a) { a.output = nullptr; }, "output is null");
  bad([](auto &a) { a.outer = a.dim = a.inner = int64_t(1) << 30; },
      "the buffers' sizes in bytes do not fit 64 bits");
  conorm_scatter_gather_args args = scatterArgs();
  args.reduction = 9;
  expectInvalid(conorm_reduce_scatter, args, "reduction is 9, expected 0 to 3");
  // An all_gather does not look at it.
  EXPECT_EQ(conorm_all_gather(context, &args), CONORM_OK);
}

TEST_F(BadArguments, ofNorms) {
  auto bad = [&](auto change, const char *text) {
    conorm_rms_norm_args args = normArgs();
    change(args);
    expectInvalid(conorm_rms_norm, args, text);
  };
  bad([](auto &a) { a.rows = -1; },
      "norm.rms_norm at unknown: rows is -1, expected at least 0");
  bad([](auto &a) { a.cols = -1; }, "cols is -1, expected at least 0");
  bad([](auto &a) { a.norm.rounding = 2; },
      "norm.rounding is 2, expected 0 to 1");
  bad([](auto &a) { a.norm.weight_type = CONORM_TYPE_BF16; },
      "norm.weight_type is 3 (bf16), expected none or f32");
  bad([](auto &a) { a.norm.weight_type = CONORM_TYPE_F32; },
      "norm.weight is null but norm.weight_type is f32");
  bad([&](auto &a) { a.norm.weight = residual; },
      "norm.weight is set but norm.weight_type is none");
  bad([&](auto &a) { a.residual_out = sum; },
      "residual_out is set but residual is null");
  bad([](auto &a) { a.normed = nullptr; }, "normed is null");
  bad(
      [&](auto &a) {
        a.residual = residual;
        a.residual_out = sum;
        a.normed = sum;
      },
      "norm.add_rms_norm at unknown: normed overlaps residual_out");
}

TEST_F(BadArguments, ofTheFusedOperation) {
  auto bad = [&](auto change, const char *text,
                 conorm_status status = CONORM_ERROR_INVALID_ARGUMENT) {
    conorm_all_reduce_rms_norm_args args = fusedArgs();
    change(args);
    expectInvalid(conorm_all_reduce_rms_norm, args, text, status);
  };
  bad([](auto &a) { a.replicated = 2; }, "replicated is 2, expected 0 to 1");
  bad([](auto &a) { a.residual = nullptr; },
      "residual_out is set but residual is null");
  bad(
      [](auto &a) {
        a.residual = nullptr;
        a.residual_out = nullptr;
        a.has_post_norm = 1;
      },
      "has_post_norm is set but residual is null");
  bad([](auto &a) { a.normed = a.residual_out = nullptr; },
      "reduced, residual_out, normed and quantized are all null, expected at "
      "least one output");
  bad([&](auto &a) { a.quantized = input; },
      "quantized is set but quant.scheme is none");
  bad([&](auto &a) { a.scales = input; },
      "scales is set but quant.scheme is none");
  bad([&](auto &a) { a.scale = input; },
      "scale is set but quant.scheme is none");
  bad([](auto &a) { a.quant.scheme = 6; },
      "quant.scheme is 6, expected 0 to 5");
  bad(
      [](auto &a) {
        a.has_post_norm = 1;
        a.post_norm.rounding = 3;
      },
      "post_norm.rounding is 3, expected 0 to 1");
  bad([&](auto &a) { a.normed = sum + 2; }, "normed overlaps residual_out");
  bad([&](auto &a) { a.residual_out = residual + 2; },
      "residual_out overlaps residual in part");
  bad(
      [&](auto &a) {
        a.norm.weight_type = CONORM_TYPE_F32;
        a.norm.weight = sum;
      },
      "residual_out overlaps weight");
}

TEST_F(BadArguments, ofQuantize) {
  conorm_quantize_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.input = input;
  args.quantized = output;
  args.rows = 3;
  args.cols = 4;
  expectInvalid(conorm_quantize, args,
                "norm.quantize at unknown: quant.scheme is none, expected a "
                "scheme");
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

using Groups = Alone;

TEST_F(Groups, mustBeAdded) {
  std::vector<int64_t> ranks = {0};
  conorm_bootstrap other;
  ASSERT_EQ(conorm_bootstrap_threads(1, &other), CONORM_OK);
  {
    ScopedContext fresh(other);
    ASSERT_NE(fresh.context, nullptr);
    conorm_all_reduce_args args = allReduceArgs();
    EXPECT_EQ(conorm_all_reduce(fresh, &args), CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_STREQ(conorm_context_message(fresh),
                 "comm.all_reduce at unknown: group @world was not added to "
                 "this context, expected conorm_context_add_groups() before "
                 "the call");
  }
  conorm_bootstrap_release(&other);
}

TEST_F(Groups, areFoundByContent) {
  // The world spelled out is the world, under any name.
  std::vector<int64_t> ranks = {0};
  conorm_group same = rowsGroup(ranks, 1, "other");
  conorm_all_reduce_args args = allReduceArgs();
  args.group = &same;
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
}

TEST_F(Groups, areChecked) {
  auto bad = [&](conorm_group group, const char *text) {
    EXPECT_EQ(conorm_context_add_groups(context, &group, 1),
              CONORM_ERROR_INVALID_ARGUMENT);
    EXPECT_STREQ(conorm_context_message(context), text);
    TearDown();
    SetUp();
  };
  std::vector<int64_t> far = {3}, negative = {-1}, two = {0, 0};
  bad(rowsGroup(far, 1), "group @rows names rank 3, expected 0 to 0");
  bad(rowsGroup(negative, 1), "group @rows names rank -1, expected 0 to 0");
  bad(rowsGroup(two, 1), "group @rows names 2 ranks, the world has 1");
  conorm_group group = rowsGroup(far, 1);
  group.ranks = nullptr;
  bad(group, "group @rows has 1 rows of 1 ranks but ranks is null");
  group = rowsGroup(far, 1);
  group.group_size = 0;
  bad(group, "group @rows has 1 rows of 0 ranks, expected at least one rank "
             "in each");
  group = worldGroup();
  group.group_size = 4;
  bad(group, "group @world requires 4 ranks, the world has 1");
}

TEST(GroupsOfMany, nameEachRankOnceAndHaveMembers) {
  std::vector<int64_t> twice = {1, 1}, pair = {0, 1};
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, 5000);
        conorm_group group = rowsGroup(twice, 1);
        conorm_context_add_groups(context, &group, 1);
        return describe(context);
      });
  EXPECT_THAT(results[0], HasSubstr("group @rows names rank 1 twice"));
  results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, 5000);
        conorm_group group = rowsGroup(pair, 1, "pair");
        if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
          return describe(context);
        conorm_all_reduce_args args = {};
        args.struct_size = sizeof(args);
        args.element_type = CONORM_TYPE_F32;
        args.group = &group;
        conorm_all_reduce(context, &args);
        return describe(context);
      });
  EXPECT_THAT(results[2], HasSubstr("rank 2 is not a member of group @pair"));
}

//===----------------------------------------------------------------------===//
// Observation, overlap, abort
//===----------------------------------------------------------------------===//

using Observer = Alone;

TEST_F(Observer, seesEveryOperationTwice) {
  struct Seen {
    std::vector<std::pair<uint32_t, uint32_t>> phases;
    int64_t count = 0;
  } seen;
  conorm_context_set_observer(
      context,
      [](void *user, conorm_context *, uint32_t op, uint32_t phase,
         const void *args) {
        Seen &seen = *static_cast<Seen *>(user);
        seen.phases.push_back({op, phase});
        if (op == CONORM_OP_ALL_REDUCE)
          seen.count = static_cast<const conorm_all_reduce_args *>(args)->count;
      },
      &seen);
  conorm_all_reduce_args args = allReduceArgs();
  conorm_rms_norm_args norm = normArgs();
  conorm_rms_norm_args addNorm = normArgs();
  addNorm.residual = residual;
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
  EXPECT_EQ(conorm_rms_norm(context, &norm), CONORM_OK);
  EXPECT_EQ(conorm_rms_norm(context, &addNorm), CONORM_OK);
  std::vector<std::pair<uint32_t, uint32_t>> expected = {
      {CONORM_OP_ALL_REDUCE, 0},   {CONORM_OP_ALL_REDUCE, 1},
      {CONORM_OP_RMS_NORM, 0},     {CONORM_OP_RMS_NORM, 1},
      {CONORM_OP_ADD_RMS_NORM, 0}, {CONORM_OP_ADD_RMS_NORM, 1}};
  EXPECT_EQ(seen.phases, expected);
  EXPECT_EQ(seen.count, 12);
}

using Overlap = Alone;

TEST_F(Overlap, isDetected) {
  // The observer runs inside the outer call.
  conorm_all_reduce_args inner = allReduceArgs();
  conorm_context_set_observer(
      context,
      [](void *user, conorm_context *context, uint32_t, uint32_t phase,
         const void *) {
        if (phase != 0)
          return;
        auto *inner = static_cast<conorm_all_reduce_args *>(user);
        EXPECT_EQ(conorm_all_reduce(context, inner), CONORM_ERROR_OVERLAP);
      },
      &inner);
  conorm_all_reduce_args args = allReduceArgs();
  conorm_all_reduce(context, &args);
  EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_OVERLAP);
  EXPECT_STREQ(conorm_context_message(context),
               "comm.all_reduce at unknown: another call runs on the same "
               "context, expected one at a time");
}

using Abort = Alone;

TEST_F(Abort, isSticky) {
  conorm_context_abort(context, "out of patience");
  conorm_all_reduce_args args = allReduceArgs();
  EXPECT_EQ(conorm_all_reduce(context, &args), CONORM_ERROR_ABORTED);
  EXPECT_EQ(conorm_context_add_groups(context, &group, 1),
            CONORM_ERROR_ABORTED);
  EXPECT_EQ(conorm_context_status(context), CONORM_ERROR_ABORTED);
  EXPECT_STREQ(conorm_context_message(context), "out of patience");
  conorm_context_abort(context, "again");
  EXPECT_STREQ(conorm_context_message(context), "out of patience");
}

} // namespace
