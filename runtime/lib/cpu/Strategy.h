//===- Strategy.h - Strategies and chunk sizes ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pure functions of what all members of a call have in common, so that all
// choose alike without talking.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CPU_STRATEGY_H
#define CONORM_RUNTIME_LIB_CPU_STRATEGY_H

#include "conorm-runtime/types.h"

#include <algorithm>

namespace conorm::rt {

/// Payload from which two_shot is chosen, bytes. Below it the second wait
/// costs more than the shared reduction saves (measured with 3, 4 and 8 ranks
/// on two cores: they break even between 64 and 256 KiB).
constexpr int64_t twoShotBytes = 128 << 10;

/// The same for two members that finish rows for each other, so that two_shot
/// saves them half of the epilogue (measured on a core for each: they break
/// even between 16 and 32 KiB). More members save more, and wait more where
/// they have to take turns on a core: for them the limit above stays.
constexpr int64_t sharedRowsBytes = 32 << 10;

/// Where the program does not say: one_shot for small payloads and for two
/// members that do not share rows, whom two_shot saves nothing; else two_shot.
inline uint32_t chooseStrategy(int64_t bytes, int64_t members,
                               bool sharesRows) {
  bool pays = members == 2 ? sharesRows && bytes >= sharedRowsBytes
                           : members > 2 && bytes >= twoShotBytes;
  return pays ? CONORM_STRATEGY_TWO_SHOT : CONORM_STRATEGY_ONE_SHOT;
}

/// Largest chunk, bytes: what a step moves through a slot should still be in
/// the second-level caches when the peers read it. Measured: 64 to 256 KiB are
/// equally fast, 32 KiB loses a tenth, and 16 KiB a quarter, to waiting.
constexpr int64_t chunkBytes = 128 << 10;

/// Elements in a chunk of `elementBytes` each; chunks begin on cache lines.
inline int64_t chunkElements(int64_t slotBytes, int64_t elementBytes) {
  return std::min(slotBytes, chunkBytes) / elementBytes;
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CPU_STRATEGY_H
