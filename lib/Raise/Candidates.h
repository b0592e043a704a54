//===- Candidates.h - What raising and fusion look at -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_CANDIDATES_H
#define CONORM_LIB_RAISE_CANDIDATES_H

#include "mlir/IR/Operation.h"

namespace conorm::raise {

/// The operations that raising and fusion look at, in the order of the program.
/// An analysis, so that one walk serves both passes where the first changes
/// nothing.
class Candidates {
public:
  explicit Candidates(mlir::Operation *root);

  /// Those that may end arithmetic that quantizes.
  llvm::ArrayRef<mlir::Operation *> getChainEnds() const { return chainEnds; }
  /// Those that the stages of the fusion begin with or replace.
  llvm::ArrayRef<mlir::Operation *> getSites() const { return sites; }

  static bool isSite(mlir::Operation *op);

private:
  llvm::SmallVector<mlir::Operation *> chainEnds, sites;
};

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_CANDIDATES_H
