//===- UpstreamFaults.h -  --------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Canonicalization patterns of the pinned MLIR that are known to be wrong. Who
// runs the fusion in a pipeline of their own may leave them out as well.
// docs/UpstreamFaults.md has a program for each.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TRANSFORMS_UPSTREAMFAULTS_H
#define CONORM_TRANSFORMS_UPSTREAMFAULTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace conorm {

struct FaultyPattern {
  /// Part of what the pattern's `getDebugName` says: how it spells a namespace
  /// without a name depends on the compiler.
  llvm::StringLiteral name;
  /// What it does wrong.
  llvm::StringLiteral reason;
};

/// All of them. No pipeline of ours runs one.
llvm::ArrayRef<FaultyPattern> getFaultyPatterns();

/// Whether a pattern of this debug name is one of them.
bool isFaultyPattern(llvm::StringRef debugName);

} // namespace conorm

#endif // CONORM_TRANSFORMS_UPSTREAMFAULTS_H
