//===- Hash.h - The one hash of the runtime ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tells apart what ranks compare: calls, groups, keys of a rendezvous. All
// ranks of a world must compute it alike; a change of it is a change of the
// protocol (recordVersion in control/Mesh.cpp). Not for what somebody may
// choose to collide.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_HASH_H
#define CONORM_RUNTIME_LIB_SUPPORT_HASH_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace conorm::rt {

/// Multiply-and-fold over words: the high half of each product is folded into
/// the low one, and the word is added once more, so that no factor of zero
/// swallows it.
inline uint64_t hashWords(const uint64_t *words, size_t count) {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < count; ++i) {
    unsigned __int128 product =
        (unsigned __int128)(hash ^ words[i]) * 0xd6e8feb86659fd93u;
    hash = uint64_t(product) ^ uint64_t(product >> 64) ^ (words[i] << 1 | 1);
  }
  return hash;
}

/// The same of a structure without padding.
template <typename T>
uint64_t hashObject(const T &object) {
  static_assert(sizeof(T) % sizeof(uint64_t) == 0, "whole words");
  uint64_t words[sizeof(T) / sizeof(uint64_t)];
  memcpy(words, &object, sizeof(words));
  return hashWords(words, sizeof(T) / sizeof(uint64_t));
}

/// The same of a text, in words that zeros fill up.
inline uint64_t hashText(const std::string &text) {
  std::vector<uint64_t> words(text.size() / sizeof(uint64_t) + 1);
  memcpy(words.data(), text.data(), text.size());
  return hashWords(words.data(), words.size());
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_HASH_H
