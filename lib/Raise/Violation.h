//===- Violation.h - Why a guard does not hold ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_VIOLATION_H
#define CONORM_LIB_RAISE_VIOLATION_H

#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>

namespace conorm::fusion {

/// Empty if a constraint holds, otherwise what it saw.
using Violation = std::optional<std::string>;

/// Text for messages: a type, an operation's name.
template <typename T>
std::string toString(T value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

} // namespace conorm::fusion

#endif // CONORM_LIB_RAISE_VIOLATION_H
