//===- Trace.cpp - What a call allocates and frees ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Trace.h"

#include <algorithm>
#include <cinttypes>

using namespace conorm::rt;
using namespace conorm::rt::memory;

Error Trace::allocate(uint64_t bytes, void *&out) {
  // All of them together stay below the next power of two.
  constexpr uint64_t most = uint64_t(1) << 48;
  constexpr size_t mostRecords = 1 << 24;
  if (bytes > most || next - firstAddress > most ||
      records.size() >= mostRecords)
    return makeError(CONORM_ERROR_RESOURCE,
                     "expected at most %" PRIu64 " bytes and %zu allocations "
                     "in one call, found more",
                     most, mostRecords);
  out = reinterpret_cast<void *>(next);
  addresses.emplace(out, records.size());
  next += alignUp(std::max<uint64_t>(bytes, 1));
  records.push_back({bytes, step++, 0});
  return success();
}

Error Trace::free(void *memory) {
  int64_t index = find(memory);
  if (index < 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected memory from conorm_allocate in this call, found "
                     "another address");
  if (wasFreed(size_t(index)))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected memory that was not freed, found allocation "
                     "%" PRId64 " freed twice",
                     index);
  records[size_t(index)].end = ++step;
  return success();
}

std::vector<Lifetime> Trace::lifetimes() const {
  std::vector<Lifetime> all = records;
  for (Lifetime &lifetime : all)
    if (!lifetime.end)
      lifetime.end = UINT32_MAX;
  return all;
}

int64_t Trace::find(const void *memory) const {
  auto at = addresses.find(memory);
  return at == addresses.end() ? -1 : int64_t(at->second);
}
