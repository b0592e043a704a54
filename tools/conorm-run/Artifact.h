//===- Artifact.h - The artifact that all ranks run -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_ARTIFACT_H
#define CONORM_TOOLS_CONORM_RUN_ARTIFACT_H

#include "Options.h"
#include "RankExchange.h"

namespace conorm::run {

/// A file in memory, so that none is left whatever happens.
class MemoryFile {
public:
  /// Throws Error.
  explicit MemoryFile(const std::vector<char> &bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd); }

private:
  int fd;
};

/// A loaded module. Collective: all ranks get one, or throw the same error.
class Artifact {
public:
  /// Loads options.input; a source is compiled by rank 0 and sent to the
  /// others, so that all ranks run the same code and one file is touched.
  Artifact(const Options &options, RankExchange &world);
  ~Artifact();
  Artifact(const Artifact &) = delete;

  const conorm_module *get() const { return module; }

  /// Entry to run, as the options say; throws Error. With a fixed `variant`
  /// that one, otherwise the one asked for or, failing that, the only one.
  const conorm_entry &findEntry(const Options &options, uint32_t variant,
                                bool variantIsFixed) const;

private:
  std::string open(const std::string &path);

  std::string name;
  conorm_module *module = nullptr;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_ARTIFACT_H
