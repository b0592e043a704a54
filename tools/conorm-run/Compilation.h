//===- Compilation.h - Running conorm-compile -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_COMPILATION_H
#define CONORM_TOOLS_CONORM_RUN_COMPILATION_H

#include "Options.h"

#include <sys/types.h>

namespace conorm::run {

/// A conorm-compile process that writes into a directory of its own, which the
/// destructor, or a signal that ends this process, removes. One at a time.
class Compilation {
public:
  explicit Compilation(const Options &options);
  ~Compilation();
  Compilation(const Compilation &) = delete;

  /// Waits for at most `timeoutMs`; true if it has ended. Throws RunError if it
  /// has failed (its own diagnostics have gone to stderr).
  bool wait(uint32_t timeoutMs);

  std::vector<char> readObject() const;

private:
  void start(const std::string &compiler, const Options &options);

  std::string source;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_COMPILATION_H
