//===- Layout.h - Places for memory by its lifetimes ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_LAYOUT_H
#define CONORM_RUNTIME_LIB_MEMORY_LAYOUT_H

#include <cstdint>
#include <vector>

namespace conorm::rt::memory {

/// What conorm_allocate() promises.
constexpr uint64_t alignment = 256;

constexpr uint64_t alignUp(uint64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Memory that is in use from step `begin` to the step before `end`.
struct Lifetime {
  uint64_t bytes;
  uint32_t begin;
  uint32_t end;
};

struct Layout {
  /// Of each lifetime.
  std::vector<uint64_t> offsets;
  /// Of all.
  uint64_t bytes = 0;
};

/// Gives what lives at the same time places that do not overlap: the largest
/// first, each in the smallest gap that it fits.
Layout layOut(const std::vector<Lifetime> &lifetimes);

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_LAYOUT_H
