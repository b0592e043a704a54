//===- Trace.h - What a call allocates and frees ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_TRACE_H
#define CONORM_RUNTIME_LIB_MEMORY_TRACE_H

#include "Layout.h"

#include "support/Error.h"

#include <unordered_map>

namespace conorm::rt::memory {

/// Allocations of a call that only pretends to run. Their addresses are made
/// up: no processor follows them.
class Trace {
public:
  Error allocate(uint64_t bytes, void *&out);
  Error free(void *memory);

  /// In the order of the calls. What was never freed lives to the end.
  std::vector<Lifetime> lifetimes() const;
  /// Number of the allocation at an address; -1 if there is none.
  int64_t find(const void *memory) const;
  size_t size() const { return records.size(); }
  uint64_t bytesOf(size_t index) const { return records[index].bytes; }
  bool wasFreed(size_t index) const { return records[index].end != 0; }

private:
  /// `end` is 0 until it is freed.
  std::vector<Lifetime> records;
  std::unordered_map<const void *, size_t> addresses;
  uint32_t step = 0;
  uint64_t next = firstAddress;

  /// Not canonical on any processor of 64 bits.
  static constexpr uint64_t firstAddress = uint64_t(1) << 61;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_TRACE_H
