//===- RangeAllocator.h - Pieces of a range that grows ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_RANGEALLOCATOR_H
#define CONORM_RUNTIME_LIB_MEMORY_RANGEALLOCATOR_H

#include "Layout.h"

#include <map>
#include <optional>

namespace conorm::rt::memory {

/// Best fit among the free pieces of [0, size), which join when they meet. It
/// touches no memory: offsets are all it knows.
class RangeAllocator {
public:
  /// A piece of at least `bytes`; none if the range must grow first.
  std::optional<uint64_t> allocate(uint64_t bytes);
  /// Gives back what starts at `offset`.
  void free(uint64_t offset);

  /// The size at which allocate(bytes) has a piece.
  uint64_t sizeFor(uint64_t bytes) const;
  /// Makes the range larger.
  void growTo(uint64_t bytes);

  uint64_t size() const { return total; }
  uint64_t used() const { return inUse; }

private:
  void addFree(uint64_t offset, uint64_t bytes);

  /// Bytes by offset.
  std::map<uint64_t, uint64_t> unused, taken;
  uint64_t total = 0;
  uint64_t inUse = 0;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_RANGEALLOCATOR_H
