//===- LayoutTest.cpp - Places for memory by its lifetimes ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "memory/Layout.h"

#include "gtest/gtest.h"

#include <random>

using namespace conorm::rt::memory;

/// No two that live at the same time share a byte, and all lie in the whole.
static void expectDisjoint(const std::vector<Lifetime> &lifetimes,
                           const Layout &layout) {
  ASSERT_EQ(layout.offsets.size(), lifetimes.size());
  for (size_t i = 0; i < lifetimes.size(); ++i) {
    EXPECT_EQ(layout.offsets[i] % alignment, 0u);
    EXPECT_LE(layout.offsets[i] + lifetimes[i].bytes, layout.bytes);
    for (size_t j = 0; j < i; ++j) {
      const Lifetime &a = lifetimes[i], &b = lifetimes[j];
      if (a.begin >= b.end || b.begin >= a.end)
        continue;
      EXPECT_NE(layout.offsets[i], layout.offsets[j]);
      EXPECT_TRUE(layout.offsets[i] + a.bytes <= layout.offsets[j] ||
                  layout.offsets[j] + b.bytes <= layout.offsets[i])
          << i << " and " << j;
    }
  }
}

TEST(Layout, OfNothingIsEmpty) {
  Layout layout = layOut({});
  EXPECT_TRUE(layout.offsets.empty());
  EXPECT_EQ(layout.bytes, 0u);
}

TEST(Layout, ReusesWhatIsDead) {
  std::vector<Lifetime> chain = {{1000, 0, 2}, {1000, 1, 4}, {1000, 3, 6}};
  Layout layout = layOut(chain);
  expectDisjoint(chain, layout);
  EXPECT_EQ(layout.offsets[0], layout.offsets[2]);
  EXPECT_EQ(layout.bytes, 2048u);
}

TEST(Layout, KeepsApartWhatLivesTogether) {
  std::vector<Lifetime> all = {{256, 0, 9}, {512, 0, 9}, {1, 0, 9}};
  Layout layout = layOut(all);
  expectDisjoint(all, layout);
  EXPECT_EQ(layout.bytes, 1024u);
}

TEST(Layout, GivesEmptyOnesAddressesOfTheirOwn) {
  std::vector<Lifetime> all = {{0, 0, 9}, {0, 0, 9}, {256, 0, 9}};
  expectDisjoint(all, layOut(all));
}

TEST(Layout, TakesTheSmallestGap) {
  // 1024 and 512 free bytes between what lives long; 512 fits both.
  std::vector<Lifetime> all = {
      {4096, 0, 9}, {3072, 2, 9}, {2048, 0, 1}, {1024, 0, 1}, {512, 3, 9}};
  Layout layout = layOut(all);
  expectDisjoint(all, layout);
  EXPECT_EQ(layout.bytes, 4096u + 3072u + 512u);
}

TEST(Layout, NeverOverlapsAndIsNearTheLeast) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Lifetime> all;
    uint32_t steps = 40;
    for (int i = 0; i < 30; ++i) {
      uint32_t begin = random() % steps;
      all.push_back(
          {random() % 5000, begin, begin + 1 + uint32_t(random() % 12)});
    }
    Layout layout = layOut(all);
    expectDisjoint(all, layout);
    uint64_t least = 0;
    for (uint32_t step = 0; step < steps + 12; ++step) {
      uint64_t live = 0;
      for (const Lifetime &lifetime : all)
        if (lifetime.begin <= step && step < lifetime.end)
          live += alignUp(std::max<uint64_t>(lifetime.bytes, 1));
      least = std::max(least, live);
    }
    EXPECT_GE(layout.bytes, least);
    EXPECT_LE(layout.bytes, least * 3 / 2);
  }
}
