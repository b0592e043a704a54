//===- RunError.h - Errors of conorm-run ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_RUNERROR_H
#define CONORM_TOOLS_CONORM_RUN_RUNERROR_H

#include <stdexcept>
#include <string>

namespace conorm::run {

constexpr int kExitOk = 0;
/// A failure, or a comparison that found a difference.
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

/// What ends a run: one line for the user.
class RunError : public std::runtime_error {
public:
  explicit RunError(const std::string &message, int exitCode = kExitFailure)
      : std::runtime_error(message), exitCode(exitCode) {}
  int exitCode;
};

/// A failure that involves peers: each rank has its own view of it, and the
/// launcher (or the main thread) chooses which one to print.
class RankError : public RunError {
public:
  RankError(uint32_t status, const std::string &message)
      : RunError(message), status(status) {}
  uint32_t status;
};

/// A failure on which all ranks have agreed; rank 0 prints it.
class AgreedError : public RunError {
public:
  explicit AgreedError(const std::string &message) : RunError(message) {}
};

/// Prints "conorm-run: error: ..." in one piece.
void printError(const std::string &message);
void printNote(const std::string &message);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_RUNERROR_H
