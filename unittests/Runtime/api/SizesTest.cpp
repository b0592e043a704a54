//===- SizesTest.cpp - Sizes that have to agree, and bounds ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <tuple>

using namespace conorm::test;
using testing::Each;
using testing::HasSubstr;

namespace {

const conorm_site site = {sizeof(conorm_site), 0, 7, "model.mlir:3:8"};
const conorm_group group = worldGroup();

conorm_size_check checkOf(uint32_t relation) {
  conorm_size_check check = {};
  check.struct_size = sizeof(check);
  check.op = CONORM_OP_ADD_RMS_NORM;
  check.site = &site;
  check.group = relation == CONORM_SIZE_EQUAL ? nullptr : &group;
  check.operand = "residual";
  check.dim = 1;
  check.relation = relation;
  return check;
}

/// What each of three ranks says of a check; "" if it passes.
std::vector<std::string> expectSize(const conorm_size_check &check,
                                    int64_t size, int64_t found) {
  return runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap);
    if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
      return "no group";
    conorm_status status = conorm_expect_size(context, &check, size, found);
    if (status != conorm_context_status(context))
      return "another status than the context's";
    return conorm_context_message(context);
  });
}

TEST(Sizes, Equal) {
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_EQUAL), 5, 5), Each(""));
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_EQUAL), 0, 0), Each(""));
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_EQUAL), 5, 6),
              Each("norm.add_rms_norm at model.mlir:3:8: expected size 5 in "
                   "dimension 1 of residual, by the input's sizes, found 6"));
}

TEST(Sizes, TimesGroup) {
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_TIMES_GROUP), 5, 15), Each(""));
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_TIMES_GROUP), 5, 10),
              Each(HasSubstr("expected size 15 in dimension 1 of residual, the "
                             "input's 5 times 3 ranks, found 10")));
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_TIMES_GROUP), INT64_MAX / 2, 1),
              Each(HasSubstr("times 3 ranks do not fit 64 bits")));
}

TEST(Sizes, OverGroup) {
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_OVER_GROUP), 15, 5), Each(""));
  EXPECT_THAT(expectSize(checkOf(CONORM_SIZE_OVER_GROUP), 15, 6),
              Each(HasSubstr("expected size 5 in dimension 1 of residual, the "
                             "input's 15 over 3 ranks, found 6")));
}

/// Whether an all_reduce in place is made or writes anything.
bool reduces(conorm_context *context) {
  float value = 1;
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.input = args.output = &value;
  args.count = 1;
  return conorm_all_reduce(context, &args) == CONORM_OK || value != 1;
}

/// What follows a failed check does nothing, and the peers hear of it.
TEST(Sizes, EndsTheCallsThatFollow) {
  std::vector<std::string> messages =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap);
        if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
          return "no group";
        conorm_size_check check = checkOf(CONORM_SIZE_EQUAL);
        if (bootstrap.rank == 1)
          conorm_expect_size(context, &check, 4, 3);
        if (reduces(context))
          return "the call was made";
        return conorm_context_message(context);
      });
  EXPECT_THAT(messages[0], HasSubstr("rank 1"));
  EXPECT_THAT(messages,
              Each(HasSubstr("expected size 4 in dimension 1 of "
                             "residual, by the input's sizes, found 3")));
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

/// What each of two ranks says of an access; "" if it is within bounds.
std::vector<std::string> expectBounds(uint32_t kind, int64_t offset,
                                      int64_t size, int64_t stride,
                                      int64_t limit) {
  return runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
    ScopedContext context(bootstrap);
    const conorm_bounds_check check = {sizeof(check), kind, &site, "slice", 1};
    conorm_status status =
        conorm_expect_bounds(context, &check, offset, size, stride, limit);
    if (status != conorm_context_status(context))
      return "another status than the context's";
    return conorm_context_message(context);
  });
}

TEST(Bounds, Index) {
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_INDEX, 0, 0, 0, 1), Each(""));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_INDEX, 4, 0, 0, 4),
              Each("slice at model.mlir:3:8: expected an index within the 4 "
                   "elements of dimension 1, found 4"));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_INDEX, -1, 0, 0, 4),
              Each(HasSubstr("found -1")));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_INDEX, 0, 0, 0, 0),
              Each(HasSubstr("within the 0 elements")));
}

TEST(Bounds, Slice) {
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_SLICE, 1, 2, 2, 4), Each(""));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_SLICE, 3, 4, -1, 4), Each(""));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_SLICE, 9, 0, 1, 4), Each(""));
  EXPECT_THAT(
      expectBounds(CONORM_BOUNDS_SLICE, 2, 2, 2, 4),
      Each("slice at model.mlir:3:8: expected a slice within the 4 "
           "elements of dimension 1, found offset 2, size 2, stride 2"));
  for (auto [offset, size, stride] :
       {std::tuple<int64_t, int64_t, int64_t>{-1, 1, 1},
        {0, -1, 1},
        {2, 4, -1},
        {1, INT64_MAX, 1},
        {1, INT64_MAX, INT64_MAX}})
    EXPECT_THAT(expectBounds(CONORM_BOUNDS_SLICE, offset, size, stride, 4),
                Each(HasSubstr("expected a slice within the 4 elements")));
}

TEST(Bounds, Sizes) {
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_EQUAL, 0, 4, 0, 4), Each(""));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_EQUAL, 0, 3, 0, 4),
              Each(HasSubstr("expected size 4 in dimension 1, found 3")));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_COUNT, 0, 0, 0, 0), Each(""));
  EXPECT_THAT(expectBounds(CONORM_BOUNDS_COUNT, 0, -3, 0, 0),
              Each(HasSubstr("expected a size of at least 0 in dimension 1, "
                             "found -3")));
}

TEST(Bounds, ChecksThatAreWrongThemselves) {
  EXPECT_THAT(expectBounds(4, 0, 0, 0, 0),
              Each(HasSubstr("kind is 4, expected 0 to 3")));
  EXPECT_EQ(conorm_expect_bounds(nullptr, nullptr, 0, 0, 0, 0),
            CONORM_ERROR_INVALID_ARGUMENT);
}

/// The peers of a rank that leaves its bounds hear of it.
TEST(Bounds, EndsTheCallsThatFollow) {
  std::vector<std::string> messages =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap);
        if (conorm_context_add_groups(context, &group, 1) != CONORM_OK)
          return "no group";
        const conorm_bounds_check check = {sizeof(check), CONORM_BOUNDS_INDEX,
                                           &site, "element", 0};
        if (bootstrap.rank == 1)
          conorm_expect_bounds(context, &check, 7, 0, 0, 4);
        if (reduces(context))
          return "the call was made";
        return conorm_context_message(context);
      });
  EXPECT_THAT(messages[0], HasSubstr("rank 1"));
  EXPECT_THAT(messages, Each(HasSubstr("found 7")));
}

TEST(Sizes, ChecksThatAreWrongThemselves) {
  conorm_size_check check = checkOf(3);
  EXPECT_THAT(expectSize(check, 1, 1),
              Each(HasSubstr("relation is 3, expected 0 to 2")));
  check = checkOf(CONORM_SIZE_TIMES_GROUP);
  check.group = nullptr;
  EXPECT_THAT(expectSize(check, 1, 1), Each(HasSubstr("group is null")));
  check = checkOf(CONORM_SIZE_EQUAL);
  check.site = nullptr;
  check.operand = nullptr;
  EXPECT_THAT(expectSize(check, 1, 2),
              Each(HasSubstr("at unknown: expected size 1 in dimension 1 of an "
                             "operand")));
}

TEST(Sizes, LoopsOutsideOfAContext) {
  conorm_size_check check = checkOf(CONORM_SIZE_EQUAL);
  check.op = CONORM_OP_NONE;
  EXPECT_THAT(expectSize(check, 1, 2),
              Each("loops at model.mlir:3:8: expected size 1 in dimension 1 of "
                   "residual, by another operand's sizes, found 2"));
  EXPECT_EQ(conorm_expect_size(nullptr, &check, 1, 1), CONORM_OK);
  EXPECT_EQ(conorm_expect_size(nullptr, &check, 1, 2),
            CONORM_ERROR_INVALID_ARGUMENT);
  check = checkOf(CONORM_SIZE_OVER_GROUP);
  EXPECT_EQ(conorm_expect_size(nullptr, &check, 1, 1),
            CONORM_ERROR_INVALID_ARGUMENT);
}

} // namespace
