//===- RecentTest.cpp - What was used most recently -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "memory/Recent.h"

#include "gtest/gtest.h"

#include <memory>

using namespace conorm::rt::memory;

TEST(Recent, FindsByAllWords) {
  Recent<int> recent(4);
  recent.insert({1, 2}, 12);
  recent.insert({1, 2, 0}, 120);
  EXPECT_EQ(*recent.find({1, 2}), 12);
  EXPECT_EQ(*recent.find({1, 2, 0}), 120);
  EXPECT_EQ(recent.find({2, 1}), nullptr);
  EXPECT_EQ(recent.find({}), nullptr);
}

TEST(Recent, DropsWhatWasUsedLeast) {
  Recent<std::unique_ptr<int>> recent(2);
  recent.insert({1}, std::make_unique<int>(1));
  int *first = recent.find({1})->get();
  recent.insert({2}, std::make_unique<int>(2));
  ASSERT_NE(recent.find({1}), nullptr);
  recent.insert({3}, std::make_unique<int>(3));
  EXPECT_EQ(recent.size(), 2u);
  EXPECT_EQ(recent.find({2}), nullptr);
  EXPECT_EQ(recent.find({1})->get(), first);
}
