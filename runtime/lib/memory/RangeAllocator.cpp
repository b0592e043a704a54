//===- RangeAllocator.cpp - Pieces of a range that grows ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RangeAllocator.h"

#include <algorithm>
#include <iterator>

using namespace conorm::rt::memory;

static uint64_t pieceFor(uint64_t bytes) {
  return alignUp(std::max<uint64_t>(bytes, 1));
}

std::optional<uint64_t> RangeAllocator::allocate(uint64_t bytes) {
  bytes = pieceFor(bytes);
  auto best = unused.end();
  for (auto at = unused.begin(); at != unused.end(); ++at)
    if (at->second >= bytes &&
        (best == unused.end() || at->second < best->second))
      best = at;
  if (best == unused.end())
    return std::nullopt;
  auto [offset, room] = *best;
  unused.erase(best);
  if (room > bytes)
    unused.emplace(offset + bytes, room - bytes);
  taken.emplace(offset, bytes);
  inUse += bytes;
  return offset;
}

void RangeAllocator::free(uint64_t offset) {
  auto at = taken.find(offset);
  if (at == taken.end())
    return;
  inUse -= at->second;
  addFree(offset, at->second);
  taken.erase(at);
}

void RangeAllocator::addFree(uint64_t offset, uint64_t bytes) {
  auto after = unused.lower_bound(offset);
  if (after != unused.begin()) {
    auto before = std::prev(after);
    if (before->first + before->second == offset) {
      offset = before->first;
      bytes += before->second;
      unused.erase(before);
    }
  }
  if (after != unused.end() && offset + bytes == after->first) {
    bytes += after->second;
    unused.erase(after);
  }
  unused.emplace(offset, bytes);
}

uint64_t RangeAllocator::sizeFor(uint64_t bytes) const {
  bytes = pieceFor(bytes);
  uint64_t largest = 0, atEnd = 0;
  for (auto [offset, room] : unused) {
    largest = std::max(largest, room);
    if (offset + room == total)
      atEnd = room;
  }
  return largest >= bytes ? total : total - atEnd + bytes;
}

void RangeAllocator::growTo(uint64_t bytes) {
  if (bytes <= total)
    return;
  uint64_t before = total;
  total = bytes;
  addFree(before, bytes - before);
}
