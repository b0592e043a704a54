//===- Verdict.cpp - Who made another call than the others ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verdict.h"

using namespace conorm::rt;

int conorm::rt::findOddOneOut(const std::vector<Vote> &votes, int self) {
  int size = int(votes.size());
  int majority = self, most = 0;
  for (int member = 0; member < size; ++member) {
    if (!votes[member].hasPosted)
      continue;
    int count = 0;
    for (const Vote &other : votes)
      count += other.hasPosted && other.digest == votes[member].digest;
    if (count > most) {
      majority = member;
      most = count;
    }
  }
  if (votes[majority].digest != votes[self].digest)
    return majority;
  for (int member = 0; member < size; ++member)
    if (votes[member].hasPosted && votes[member].digest != votes[self].digest)
      return member;
  return -1;
}
