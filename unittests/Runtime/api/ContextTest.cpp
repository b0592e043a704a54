//===- ContextTest.cpp - Creation, groups, observers, abort ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

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
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
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
  options.strategy = CONORM_STRATEGY_MULTIMEM;
  EXPECT_THAT(
      failCreation(&options, CONORM_ERROR_UNSUPPORTED),
      testing::AnyOf("this runtime was built without the CUDA backend",
                     "the cuda backend has the strategies auto, one_shot, "
                     "two_shot and nccl, asked for multimem"));
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
// Groups
//===----------------------------------------------------------------------===//

using Groups = Alone;

TEST_F(Groups, mustBeAdded) {
  std::vector<int64_t> ranks = {0};
  conorm_bootstrap other = CONORM_BOOTSTRAP_INIT;
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
