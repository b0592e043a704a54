//===- OwnershipTest.cpp - Whose memory a call moves ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "module/Ownership.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstring>

using namespace conorm::rt;
using testing::ElementsAre;

namespace {

/// An entry with an argument and two results, all of them 4xf32.
class Ownership : public testing::Test {
protected:
  Ownership() {
    for (conorm_value_desc *desc : {&argument, &results[0], &results[1]}) {
      desc->kind = CONORM_VALUE_TENSOR;
      desc->element_type = CONORM_TYPE_F32;
      desc->rank = 1;
      desc->shape = shape;
    }
    entry.args = &argument;
    entry.num_args = 1;
    entry.results = results;
    entry.num_results = 2;
    given.struct_size = sizeof(given);
    given.element_type = CONORM_TYPE_F32;
    given.rank = 1;
    given.shape = shape;
    given.data = numbers;
    for (conorm_buffer &buffer : buffers)
      buffer.struct_size = sizeof(buffer);
  }

  /// What the entry does: result `index` is `count` elements at `memory`.
  static void answer(ReturnedResults &returned, int index, void *memory,
                     int64_t count = 4, int64_t stride = 1) {
    uint64_t words[5] = {reinterpret_cast<uint64_t>(memory),
                         reinterpret_cast<uint64_t>(memory), 0, uint64_t(count),
                         uint64_t(stride)};
    memcpy(static_cast<uint64_t *>(returned.place()) + 5 * index, words,
           sizeof(words));
  }
  static float *make(float first) {
    auto *memory = static_cast<float *>(std::malloc(8 * sizeof(float)));
    for (int i = 0; i < 8; ++i)
      memory[i] = first + float(i);
    return memory;
  }
  std::vector<float> valuesOf(int index) const {
    auto *data = static_cast<const float *>(buffers[index].data);
    return {data, data + 4};
  }

  const int64_t shape[1] = {4};
  float numbers[4] = {1, 2, 3, 4};
  conorm_value_desc argument = {}, results[2] = {};
  conorm_entry entry = {};
  conorm_buffer given = {}, buffers[2] = {};
};

TEST_F(Ownership, memoryOfOneResultIsMoved) {
  BorrowedArguments arguments;
  ASSERT_FALSE(arguments.pack(entry, &given));
  CallersResults callers;
  ASSERT_FALSE(callers.read(entry, buffers));
  ReturnedResults returned(entry);
  float *first = make(10), *second = make(20);
  answer(returned, 0, first);
  answer(returned, 1, second, 4, /*stride=*/2);
  returned.adopt(arguments);
  for (int i = 0; i < 2; ++i)
    ASSERT_FALSE(returned.take(i, callers[i]));
  callers.handOver();
  EXPECT_EQ(buffers[0].owner, first);
  // Not contiguous: copied, and freed here.
  EXPECT_NE(buffers[1].owner, second);
  EXPECT_THAT(valuesOf(1), ElementsAre(20, 22, 24, 26));
  for (conorm_buffer &buffer : buffers)
    conorm_buffer_release(&buffer);
}

TEST_F(Ownership, memoryOfTwoResultsIsCopiedForBoth) {
  BorrowedArguments arguments;
  ASSERT_FALSE(arguments.pack(entry, &given));
  CallersResults callers;
  ASSERT_FALSE(callers.read(entry, buffers));
  ReturnedResults returned(entry);
  float *shared = make(10);
  answer(returned, 0, shared);
  answer(returned, 1, shared);
  returned.adopt(arguments);
  for (int i = 0; i < 2; ++i)
    ASSERT_FALSE(returned.take(i, callers[i]));
  callers.handOver();
  for (int i = 0; i < 2; ++i) {
    EXPECT_NE(buffers[i].owner, shared);
    EXPECT_THAT(valuesOf(i), ElementsAre(10, 11, 12, 13));
    conorm_buffer_release(&buffers[i]);
  }
}

TEST_F(Ownership, memoryOfAnArgumentStaysTheCallers) {
  BorrowedArguments arguments;
  ASSERT_FALSE(arguments.pack(entry, &given));
  EXPECT_TRUE(arguments.own(&numbers[3]));
  EXPECT_FALSE(arguments.own(numbers + 4));
  CallersResults callers;
  ASSERT_FALSE(callers.read(entry, buffers));
  ReturnedResults returned(entry);
  answer(returned, 0, numbers);
  answer(returned, 1, make(20));
  returned.adopt(arguments);
  ASSERT_FALSE(returned.take(0, callers[0]));
  EXPECT_NE(buffers[0].owner, numbers);
  EXPECT_THAT(valuesOf(0), ElementsAre(1, 2, 3, 4));
  // Result 1 is not taken, and result 0 not handed over: both are freed.
}

TEST_F(Ownership, whatIsNotHandedOverIsTakenBack) {
  BorrowedArguments arguments;
  ASSERT_FALSE(arguments.pack(entry, &given));
  ReturnedResults returned(entry);
  {
    CallersResults callers;
    ASSERT_FALSE(callers.read(entry, buffers));
    answer(returned, 0, make(10));
    answer(returned, 1, make(20), /*count=*/3);
    returned.adopt(arguments);
    ASSERT_FALSE(returned.take(0, callers[0]));
    EXPECT_NE(buffers[0].data, nullptr);
    EXPECT_EQ(returned.take(1, callers[1]).message,
              "result 1: expected 4xf32, found 3xf32");
  }
  EXPECT_EQ(buffers[0].data, nullptr);
  EXPECT_EQ(buffers[0].shape, nullptr);
}

TEST_F(Ownership, donatedMemoryMayNotOverlap) {
  conorm_value_desc both[2] = {argument, argument};
  both[1].flags = CONORM_VALUE_DONATED;
  entry.args = both;
  entry.num_args = 2;
  conorm_buffer twice[2] = {given, given};
  BorrowedArguments arguments;
  EXPECT_EQ(arguments.pack(entry, twice).message,
            "argument 1: expected a donated buffer of its own, found one that "
            "overlaps argument 0");
}

} // namespace
