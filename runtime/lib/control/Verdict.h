//===- Verdict.h - Who made another call than the others --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_VERDICT_H
#define CONORM_RUNTIME_LIB_CONTROL_VERDICT_H

#include <cstdint>
#include <vector>

namespace conorm::rt {

/// What a member has said of the current step.
struct Vote {
  bool hasPosted;
  /// Of its call; without a meaning unless it has posted.
  uint64_t digest;
};

/// The member that made another call, -1 if all that have posted made the same.
/// All members that see all votes come to the same verdict: the largest set of
/// equal digests is right, and of two as large the one with the lowest member.
/// `self`, which has posted, blames the lowest member that differs from it if
/// it is right, and the lowest one that is right if it is not.
int findOddOneOut(const std::vector<Vote> &votes, int self);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_VERDICT_H
