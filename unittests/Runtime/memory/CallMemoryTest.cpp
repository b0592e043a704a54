//===- CallMemoryTest.cpp - Memory of the running call --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "memory/CallMemory.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace conorm::rt;
using namespace conorm::rt::memory;
using testing::HasSubstr;

namespace {
class CallMemoryTest : public testing::Test {
protected:
  void *allocate(uint64_t bytes) {
    void *at = nullptr;
    Error error = memory.allocate(bytes, at);
    EXPECT_EQ(error.message, "");
    return at;
  }
  /// Two that follow each other, and a result.
  void plan() {
    memory.beginPlanning();
    void *a = allocate(512);
    EXPECT_FALSE(memory.free(a));
    void *b = allocate(300);
    allocate(64);
    EXPECT_FALSE(memory.free(b));
    made = makePlan(memory.endPlanning(), {-1, -1, 0});
  }

  CallMemory memory;
  MemoryPlan made;
  alignas(256) char arena[4096];
  char result[64];
  std::vector<void *> results = {result};
};
} // namespace

TEST_F(CallMemoryTest, GivesPlacesInOrder) {
  plan();
  EXPECT_EQ(made.arenaBytes, 512u);
  for (int call = 0; call < 3; ++call) {
    memory.begin(made, arena, results);
    void *a = allocate(512);
    EXPECT_EQ(a, arena);
    EXPECT_FALSE(memory.free(a));
    EXPECT_EQ(allocate(300), arena);
    EXPECT_EQ(allocate(64), result);
    EXPECT_EQ(memory.end().message, "");
  }
}

TEST_F(CallMemoryTest, NoticesAnotherSize) {
  plan();
  memory.begin(made, arena, results);
  void *at;
  EXPECT_FALSE(memory.allocate(512, at));
  Error error = memory.allocate(301, at);
  EXPECT_EQ(error.code, CONORM_ERROR_MODULE);
  EXPECT_THAT(error.message,
              HasSubstr("allocation 1: expected 300 bytes as in the plan for "
                        "these sizes and scalars, found 301 bytes"));
}

TEST_F(CallMemoryTest, NoticesOneTooMany) {
  plan();
  memory.begin(made, arena, results);
  for (uint64_t bytes : {512, 300, 64})
    allocate(bytes);
  void *at;
  EXPECT_THAT(memory.allocate(1, at).message,
              HasSubstr("allocation 3: expected none"));
}

TEST_F(CallMemoryTest, NoticesOneTooFew) {
  plan();
  memory.begin(made, arena, results);
  allocate(512);
  EXPECT_THAT(memory.end().message,
              HasSubstr("allocation 1: expected 3 in all as in the plan"));
}

TEST_F(CallMemoryTest, HasNoneOutsideOfCalls) {
  void *at;
  EXPECT_THAT(memory.allocate(8, at).message,
              HasSubstr("expected a call of an entry, found none"));
  EXPECT_EQ(memory.free(arena).code, CONORM_ERROR_INVALID_ARGUMENT);
}
