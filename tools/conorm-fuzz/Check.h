//===- Check.h - One module: compiled, run and compared ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_CHECK_H
#define CONORM_TOOLS_CONORM_FUZZ_CHECK_H

#include "Generator.h"
#include "RankThreads.h"
#include "Variants.h"

namespace conorm::fuzz {

/// What went wrong, by the step that found it.
enum class Failure {
  None = 0,
  /// Parsing, fusion, lowering: an error where none is due.
  Compile,
  /// An error of the runtime.
  Run,
  /// Other bits.
  Bits,
  /// Other collectives, in another order, or on other data.
  Order,
  /// An argument that is not donated was written.
  Argument,
  /// The process died, or did not end.
  Crash,
};

const char *getFailureName(Failure failure);

/// Compiles modules, runs all their variants and compares them.
class Checker {
public:
  /// Checks one module in the variants that are selected. On failure `message`
  /// says what was seen.
  Failure check(const std::string &text, const Setup &setup,
                const Selection &selection, std::string &message);
  const FusedKinds &getFused() const { return fused; }

private:
  RankThreads &getWorld(const Setup &setup);
  Failure run(const Variants &variants, const Setup &setup, RankThreads &world,
              std::string &message);

  Compiler compiler;
  std::unique_ptr<RankThreads> world;
  FusedKinds fused;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_CHECK_H
