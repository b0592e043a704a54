//===- Numerics.h - Which bits are kept -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The option `numerics` of passes, pipelines and programs.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_SUPPORT_NUMERICS_H
#define CONORM_SUPPORT_NUMERICS_H

#include "llvm/Support/CommandLine.h"

namespace conorm {

/// Which bits are kept.
enum class Numerics {
  /// All of them (docs/RoundingContract.md).
  Exact,
  /// Those of a documented list of rewrites, and of sums over a group, may
  /// change; each is remarked.
  Relaxed,
};

inline llvm::StringRef stringifyEnum(Numerics numerics) {
  return numerics == Numerics::Exact ? "exact" : "relaxed";
}

/// The values of the option.
inline llvm::cl::ValuesClass getNumericsValues() {
  return llvm::cl::values(
      clEnumValN(Numerics::Exact, stringifyEnum(Numerics::Exact),
                 "All of them"),
      clEnumValN(Numerics::Relaxed, stringifyEnum(Numerics::Relaxed),
                 "Those may change that docs/RoundingContract.md lists"));
}

} // namespace conorm

#endif // CONORM_SUPPORT_NUMERICS_H
