//===- RunError.cpp - Errors of conorm-run --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunError.h"

#include <unistd.h>

namespace {
/// One write() a line, so that lines of several ranks do not mix.
void printLine(const char *kind, const std::string &message) {
  std::string line = std::string("conorm-run: ") + kind + ": " + message + "\n";
  ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
  (void)ignored;
}
} // namespace

void conorm::run::printError(const std::string &message) {
  printLine("error", message);
}

void conorm::run::printNote(const std::string &message) {
  printLine("note", message);
}
