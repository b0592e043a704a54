//===- RangeAllocatorTest.cpp - Pieces of a range that grows --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "memory/RangeAllocator.h"

#include "gtest/gtest.h"

#include <map>
#include <random>

using namespace conorm::rt::memory;

TEST(RangeAllocator, AsksToGrow) {
  RangeAllocator range;
  EXPECT_FALSE(range.allocate(1));
  EXPECT_EQ(range.sizeFor(1000), 1024u);
  range.growTo(2048);
  EXPECT_EQ(range.allocate(1000), 0u);
  EXPECT_EQ(range.used(), 1024u);
  // What is free at the end counts.
  EXPECT_EQ(range.sizeFor(2048), 1024u + 2048u);
  EXPECT_EQ(range.sizeFor(1024), 2048u);
}

TEST(RangeAllocator, JoinsPieces) {
  RangeAllocator range;
  range.growTo(1024);
  uint64_t at[4];
  for (uint64_t &offset : at)
    offset = *range.allocate(256);
  EXPECT_FALSE(range.allocate(0));
  for (int i : {0, 2, 3, 1})
    range.free(at[i]);
  EXPECT_EQ(range.used(), 0u);
  EXPECT_EQ(range.allocate(1024), 0u);
}

TEST(RangeAllocator, TakesTheBestFit) {
  RangeAllocator range;
  range.growTo(4096);
  uint64_t large = *range.allocate(1024);
  range.allocate(256);
  uint64_t small = *range.allocate(512);
  range.allocate(2304);
  range.free(large);
  range.free(small);
  EXPECT_EQ(range.allocate(512), small);
  EXPECT_EQ(range.allocate(512), large);
}

TEST(RangeAllocator, IgnoresWhatIsNotTaken) {
  RangeAllocator range;
  range.growTo(512);
  range.free(0);
  EXPECT_EQ(range.used(), 0u);
  EXPECT_EQ(range.allocate(512), 0u);
}

TEST(RangeAllocator, NeverGivesAByteTwice) {
  std::mt19937 random(3);
  RangeAllocator range;
  std::map<uint64_t, uint64_t> live;
  for (int step = 0; step < 20000; ++step) {
    if (live.size() > 40 || (!live.empty() && random() % 2)) {
      auto at = std::next(live.begin(), random() % live.size());
      range.free(at->first);
      live.erase(at);
      continue;
    }
    uint64_t bytes = random() % 3000;
    auto offset = range.allocate(bytes);
    if (!offset) {
      range.growTo(range.sizeFor(bytes));
      offset = range.allocate(bytes);
    }
    ASSERT_TRUE(offset);
    EXPECT_EQ(*offset % alignment, 0u);
    EXPECT_LE(*offset + bytes, range.size());
    auto after = live.lower_bound(*offset);
    EXPECT_TRUE(after == live.end() || *offset + bytes <= after->first);
    if (after != live.begin()) {
      auto before = std::prev(after);
      EXPECT_LE(before->first + before->second, *offset);
    }
    EXPECT_TRUE(live.emplace(*offset, bytes).second);
  }
  for (auto [offset, bytes] : live)
    range.free(offset);
  EXPECT_EQ(range.used(), 0u);
  // 41 live ones of at most 3072 bytes, and gaps.
  EXPECT_LT(range.size(), 41u * 3072u * 2);
}
