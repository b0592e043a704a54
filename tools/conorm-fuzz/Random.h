//===- Random.h - Random numbers, the same everywhere -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_RANDOM_H
#define CONORM_TOOLS_CONORM_FUZZ_RANDOM_H

#include <cstdint>
#include <initializer_list>

namespace conorm::fuzz {

/// SplitMix64. The standard library's distributions differ between
/// implementations; a seed must not.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool percent(unsigned chance) { return below(100) < chance; }
  template <typename T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[below(list.size())];
  }
  template <typename List>
  auto &pickFrom(List &list) {
    return list[below(list.size())];
  }

private:
  uint64_t state;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_RANDOM_H
