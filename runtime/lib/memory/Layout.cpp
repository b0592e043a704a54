//===- Layout.cpp - Places for memory by its lifetimes --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layout.h"

#include <algorithm>
#include <numeric>

using namespace conorm::rt::memory;

namespace {
struct Placed {
  uint64_t begin, end;
  const Lifetime *lifetime;
};
} // namespace

/// The smallest gap of at least `bytes` between what is placed and lives at the
/// same time, or the end of that. `placed` is in the order of the addresses.
static uint64_t findGap(const std::vector<Placed> &placed,
                        const Lifetime &lifetime, uint64_t bytes) {
  uint64_t best = 0, bestSize = UINT64_MAX, end = 0;
  for (const Placed &other : placed) {
    if (other.lifetime->begin >= lifetime.end ||
        lifetime.begin >= other.lifetime->end)
      continue;
    if (other.begin >= end && other.begin - end >= bytes &&
        other.begin - end < bestSize) {
      best = end;
      bestSize = other.begin - end;
    }
    end = std::max(end, other.end);
  }
  return bestSize == UINT64_MAX ? end : best;
}

Layout conorm::rt::memory::layOut(const std::vector<Lifetime> &lifetimes) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return lifetimes[a].bytes > lifetimes[b].bytes;
  });
  Layout layout;
  layout.offsets.resize(lifetimes.size());
  std::vector<Placed> placed;
  for (size_t index : order) {
    // No two that live at the same time have one address, not even empty ones.
    uint64_t bytes = alignUp(std::max<uint64_t>(lifetimes[index].bytes, 1));
    uint64_t at = findGap(placed, lifetimes[index], bytes);
    layout.offsets[index] = at;
    layout.bytes = std::max(layout.bytes, at + bytes);
    Placed mine{at, at + bytes, &lifetimes[index]};
    placed.insert(std::upper_bound(placed.begin(), placed.end(), mine,
                                   [](const Placed &a, const Placed &b) {
                                     return a.begin < b.begin;
                                   }),
                  mine);
  }
  return layout;
}
