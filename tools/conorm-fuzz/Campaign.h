//===- Campaign.h - Many modules in a process of their own ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_CAMPAIGN_H
#define CONORM_TOOLS_CONORM_FUZZ_CAMPAIGN_H

#include "Check.h"

#include <string>

namespace conorm::fuzz {

struct Options {
  uint64_t seed = 1;
  uint64_t count = 400;
  Features features;
  /// Where failures are saved.
  std::string output = ".";
  bool shrink = true;
  bool keepGoing = false;
  /// Bufferize each module by upstream's one-shot analysis, too.
  bool isOneShot = false;
  /// The program itself and conorm-reduce, for shrinking.
  std::string self, reduce;
};

/// Checks modules seed, seed + 1, ... and prints what was found, and the
/// distribution of what was fused. Returns the number of failures.
uint64_t runCampaign(const Options &options);

/// Runs `check` in a process of its own, so that a crash is a result too.
Failure checkInProcess(const std::string &text, const Setup &setup,
                       std::string &message);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_CAMPAIGN_H
