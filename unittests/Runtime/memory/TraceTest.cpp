//===- TraceTest.cpp - What a call allocates and frees --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "memory/Trace.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace conorm::rt;
using namespace conorm::rt::memory;
using testing::HasSubstr;

static void *allocate(Trace &trace, uint64_t bytes) {
  void *memory = nullptr;
  EXPECT_FALSE(trace.allocate(bytes, memory));
  EXPECT_NE(memory, nullptr);
  return memory;
}

TEST(Trace, RecordsLifetimes) {
  Trace trace;
  void *a = allocate(trace, 10);
  void *b = allocate(trace, 20);
  EXPECT_FALSE(trace.free(a));
  void *c = allocate(trace, 0);
  EXPECT_NE(b, c);
  std::vector<Lifetime> all = trace.lifetimes();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].bytes, 10u);
  // Freed before the third came.
  EXPECT_LE(all[0].end, all[2].begin);
  EXPECT_LT(all[1].begin, all[0].end);
  EXPECT_EQ(all[1].end, UINT32_MAX);
  EXPECT_TRUE(trace.wasFreed(0));
  EXPECT_FALSE(trace.wasFreed(1));
  EXPECT_EQ(trace.find(b), 1);
  EXPECT_EQ(trace.find(static_cast<char *>(b) + 1), -1);
}

TEST(Trace, RefusesToFreeTwice) {
  Trace trace;
  void *memory = allocate(trace, 8);
  EXPECT_FALSE(trace.free(memory));
  Error error = trace.free(memory);
  EXPECT_EQ(error.code, CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(error.message, HasSubstr("found allocation 0 freed twice"));
}

TEST(Trace, RefusesForeignMemory) {
  Trace trace;
  int foreign;
  EXPECT_THAT(trace.free(&foreign).message,
              HasSubstr("expected memory from conorm_allocate in this call"));
}

TEST(Trace, RefusesWhatNoDeviceHas) {
  Trace trace;
  void *memory;
  EXPECT_EQ(trace.allocate(uint64_t(1) << 60, memory).code,
            CONORM_ERROR_RESOURCE);
  for (int i = 0; i < 2; ++i)
    EXPECT_FALSE(trace.allocate(uint64_t(1) << 47, memory));
  EXPECT_FALSE(trace.allocate(uint64_t(1) << 47, memory));
  EXPECT_EQ(trace.allocate(8, memory).code, CONORM_ERROR_RESOURCE);
}
