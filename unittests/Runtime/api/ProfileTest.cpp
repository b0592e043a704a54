//===- ProfileTest.cpp - Times of operations ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <string>
#include <vector>

using namespace conorm::test;
using testing::HasSubstr;

namespace {

class Timing : public Alone {
protected:
  std::vector<conorm_time> times() {
    size_t count = 0;
    EXPECT_EQ(conorm_context_times(context, nullptr, 0, &count), CONORM_OK);
    std::vector<conorm_time> all(count);
    for (conorm_time &time : all)
      time.struct_size = sizeof(time);
    EXPECT_EQ(conorm_context_times(context, all.data(), count, &count),
              CONORM_OK);
    return all;
  }
  void reduce() {
    conorm_all_reduce_args args = allReduceArgs();
    ASSERT_EQ(conorm_all_reduce(context, &args), CONORM_OK);
  }
  std::string message() const { return conorm_context_message(context); }
};

TEST_F(Timing, timesEachOperationInOrder) {
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
            CONORM_OK);
  reduce();
  conorm_scatter_gather_args scatter = scatterArgs();
  ASSERT_EQ(conorm_reduce_scatter(context, &scatter), CONORM_OK);
  std::vector<conorm_time> all = times();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].op, uint32_t(CONORM_OP_ALL_REDUCE));
  EXPECT_EQ(all[1].op, uint32_t(CONORM_OP_REDUCE_SCATTER));
  EXPECT_GE(all[0].begin_ns, 0);
  EXPECT_GT(all[0].end_ns, all[0].begin_ns);
  EXPECT_GE(all[1].begin_ns, all[0].end_ns);
  EXPECT_GT(all[1].end_ns, all[1].begin_ns);
}

TEST_F(Timing, timesNothingUnlessAsked) {
  reduce();
  EXPECT_TRUE(times().empty());
  // Operations are no calls of entries.
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_CALLS), CONORM_OK);
  reduce();
  EXPECT_TRUE(times().empty());
}

TEST_F(Timing, forgetsWhatWasBefore) {
  for (uint32_t timing : {CONORM_TIMING_OPERATIONS, CONORM_TIMING_NONE}) {
    ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
              CONORM_OK);
    reduce();
    EXPECT_EQ(times().size(), 1u);
    ASSERT_EQ(conorm_context_set_timing(context, timing), CONORM_OK);
    EXPECT_TRUE(times().empty());
  }
}

TEST_F(Timing, hasNoTimesOnceTheContextFailed) {
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
            CONORM_OK);
  conorm_all_reduce_args args = allReduceArgs();
  args.count = -1;
  EXPECT_NE(conorm_all_reduce(context, &args), CONORM_OK);
  size_t count = 0;
  EXPECT_EQ(conorm_context_times(context, nullptr, 0, &count),
            CONORM_ERROR_ABORTED);
}

TEST_F(Timing, writesNoMoreThanThereIsRoomFor) {
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
            CONORM_OK);
  reduce();
  reduce();
  conorm_time room[2] = {};
  room[0].struct_size = sizeof(conorm_time);
  size_t count = 0;
  ASSERT_EQ(conorm_context_times(context, room, 1, &count), CONORM_OK);
  EXPECT_EQ(count, 2u);
  EXPECT_GT(room[0].end_ns, 0);
  EXPECT_EQ(room[1].end_ns, 0);
}

TEST_F(Timing, refusesAnUnknownTiming) {
  EXPECT_EQ(conorm_context_set_timing(context, 3),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message(),
              HasSubstr("conorm_context_set_timing: timing is 3, expected"));
}

TEST_F(Timing, refusesANullCount) {
  EXPECT_EQ(conorm_context_times(context, nullptr, 0, nullptr),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(message(), "conorm_context_times: count is null");
}

TEST_F(Timing, hasNoGraphOnTheCpu) {
  auto see = [](void *, uint32_t, const char *) {};
  EXPECT_EQ(conorm_context_visit_graph(context, see, nullptr),
            CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(message(), HasSubstr("expected a context of a backend with "
                                   "device memory"));
}

} // namespace
