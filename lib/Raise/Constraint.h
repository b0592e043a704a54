//===- Constraint.h - Guards of rewrites, and why they fail -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_CONSTRAINT_H
#define CONORM_LIB_RAISE_CONSTRAINT_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>

namespace conorm::raise {

/// Empty if a constraint holds, otherwise what it saw.
using Violation = std::optional<std::string>;

/// A guard of a rewrite: a row of a table. Remarks print the name.
template <typename... Subject>
struct Constraint {
  llvm::StringLiteral name;
  Violation (*check)(Subject... subject);
};

/// Why something stays as it is: a constraint, and what it saw.
struct Reason {
  llvm::StringRef constraint;
  std::string text;
};

/// The first constraint of a table that does not hold. Patterns and remarks
/// walk the same table.
template <typename... Subject, typename... Args>
std::optional<Reason>
findReason(llvm::ArrayRef<Constraint<Subject...>> constraints,
           Args &&...subject) {
  for (const Constraint<Subject...> &constraint : constraints)
    if (Violation violation = constraint.check(subject...))
      return Reason{constraint.name, *violation};
  return std::nullopt;
}

/// Text for messages: a type, an operation's name.
template <typename T>
std::string toString(T value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_CONSTRAINT_H
