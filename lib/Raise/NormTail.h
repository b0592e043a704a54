//===- NormTail.h - What scales the rows of a norm --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_NORMTAIL_H
#define CONORM_LIB_RAISE_NORMTAIL_H

#include "NormChain.h"

namespace conorm::raise {

/// The root's operand, as far as it is read: the mean square of each row of
/// `rows`, which are f32, and epsilon.
struct Statistic {
  mlir::Value rows, sum;
  llvm::APFloat epsilon = llvm::APFloat(0.0f);
  /// The operations between the sum and the root, the last one first.
  llvm::SmallVector<mlir::Operation *> through;
};

/// The norms that begin with `statistic` and the root `op`; if there are none,
/// `mismatch` says why, unless nothing reads the root.
llvm::SmallVector<NormChain, 1> readTails(mlir::Operation *op,
                                          const Statistic &statistic,
                                          NormMismatch &mismatch);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_NORMTAIL_H
