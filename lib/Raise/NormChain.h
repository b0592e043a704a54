//===- NormChain.h - Arithmetic that normalizes -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Describes an RMS norm by the steps of the vocabulary, and says which step
// differs where something is almost one:
//
//   rows -> square -> sum over the last dimension -> mean -> + epsilon -> root
//   root -> over each row -> times the rows [-> round] [-> times the weight]
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_NORMCHAIN_H
#define CONORM_LIB_RAISE_NORMCHAIN_H

#include "Elementwise.h"
#include "conorm/Dialect/Norm/IR/Norm.h"

namespace conorm::raise {

/// The first step of what looks like a norm that is another one.
struct NormMismatch {
  mlir::Operation *op = nullptr;
  llvm::StringRef constraint;
  std::string expected, found;
};

/// A norm that is written in steps.
struct NormChain {
  /// The rows, and the weight if there is one.
  mlir::Value input, weight;
  llvm::APFloat epsilon = llvm::APFloat(0.0f);
  llvm::APFloat weightBias = llvm::APFloat(0.0f);
  norm::Rounding rounding = norm::Rounding::ScaleThenRound;
  /// The values that are the norm, which one operation computes, or several
  /// that round the same value.
  llvm::SmallVector<mlir::Value, 1> results;
  /// The root and what computes the results, in order.
  llvm::SmallVector<mlir::Operation *, 4> ops;
  /// What reads the results and keeps a part of the norm from being one.
  std::optional<NormMismatch> rest;
};

/// Whether `op` may be the reciprocal root of a norm: cheap to ask of every
/// operation.
bool mayBeNormRoot(mlir::Operation *op);

/// The norms that are scaled by the root `op`. If there are none, `mismatch`
/// says why not, unless nothing there looks like a norm.
llvm::SmallVector<NormChain, 1>
getNormChains(mlir::Operation *op, std::optional<NormMismatch> &mismatch);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_NORMCHAIN_H
