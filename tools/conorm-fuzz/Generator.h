//===- Generator.h - Random modules over comm and norm ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A seed makes one module, as text, and the world that it runs in: the number
// of ranks, the sizes behind its dynamic dimensions, and what its data are made
// of. The same seed and features make the same module on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_GENERATOR_H
#define CONORM_TOOLS_CONORM_FUZZ_GENERATOR_H

#include <array>
#include <cstdint>
#include <string>

namespace conorm::fuzz {

/// How a module runs. Kept beside its text: a shrunk module runs the same way.
struct Setup {
  int ranks = 1;
  /// A conorm_strategy, in force for the whole run.
  uint32_t strategy = 0;
  uint64_t workspaceBytes = 0;
  /// Sizes of dynamic dimensions, counted from the last one.
  std::array<int64_t, 3> sizes = {8, 2, 1};
  uint64_t dataSeed = 0;

  /// The options of `conorm-fuzz --check` that restore this setup.
  std::string toOptions() const;
};

/// What modules may contain.
struct Features {
  bool quantize = true;
  bool sandwich = true;
};

struct GeneratedModule {
  std::string text;
  Setup setup;
};

GeneratedModule generate(uint64_t seed, const Features &features);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_GENERATOR_H
