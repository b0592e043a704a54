//===- Options.h - Command line of conorm-run -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_OPTIONS_H
#define CONORM_TOOLS_CONORM_RUN_OPTIONS_H

#include "conorm-runtime/conorm.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace conorm::run {

struct Options {
  std::string input;
  int ranks = 4;
  bool ranksGiven = false;
  bool threads = false;
  std::string entry;
  uint32_t variant = CONORM_VARIANT_FUSED;
  bool variantGiven = false;
  /// Files by argument index, and by what only the entry can tell to be a name.
  std::map<uint32_t, std::string> inputs;
  std::map<std::string, std::string> namedInputs;
  uint64_t seed = 0;
  std::string outputDirectory;
  bool compare = false;
  int repeat = 1;
  double timeoutSeconds = 60;
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  bool strategyGiven = false;
  /// Strategies that are run side by side; empty: only `strategy`.
  std::vector<uint32_t> comparedStrategies;
  uint64_t workspaceBytes = 0;
  /// Sizes of {argument, dimension}.
  std::map<std::pair<uint32_t, uint32_t>, int64_t> dims;
  /// The same of {name, dimension}.
  std::map<std::pair<std::string, uint32_t>, int64_t> namedDims;
  /// Size of every other dynamic dimension; negative if not given.
  int64_t otherDims = -1;
  uint32_t backend = CONORM_BACKEND_CPU;
  /// Replay calls as CUDA graphs.
  bool graph = false;
  /// Time operations as well, and write where to.
  bool profile = false;
  std::vector<std::string> profileFiles;
  bool json = false;
  /// Print what the artifact says of itself, and run nothing.
  bool describe = false;
  /// --help or --version was asked for, and has been printed.
  bool done = false;

  uint32_t timeoutMs() const {
    return static_cast<uint32_t>(std::lround(timeoutSeconds * 1000));
  }
  bool isSource() const;
};

/// Throws RunError (exit code 2) on wrong usage.
Options parseOptions(int argc, char **argv);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_OPTIONS_H
