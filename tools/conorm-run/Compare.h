//===- Compare.h - Comparison of results ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_COMPARE_H
#define CONORM_TOOLS_CONORM_RUN_COMPARE_H

#include "Session.h"

namespace conorm::run {

/// Plain data, exchanged between ranks.
struct Difference {
  uint64_t elements = 0;
  uint64_t differingElements = 0;
  uint64_t differingBits = 0;
  /// Where the first differing element is.
  char first[256] = {};

  void add(const Difference &other);
};

/// Compares bit by bit; all NaNs of a type are equal (R6).
Difference compareResults(const Results &fused, const Results &unfused,
                          int rank);

/// FNV-1a of a result with NaNs made equal.
uint64_t hashResult(const conorm_buffer &result);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_COMPARE_H
