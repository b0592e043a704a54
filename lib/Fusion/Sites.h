//===- Sites.h - The operations that the stages look at ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_SITES_H
#define CONORM_LIB_FUSION_SITES_H

#include "../Raise/Candidates.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"

namespace conorm::fusion {

/// The operations that the stages look at, kept up to date while patterns make
/// and erase some.
class Sites : public mlir::RewriterBase::Listener {
public:
  using Predicate = llvm::function_ref<bool(mlir::Operation *)>;

  explicit Sites(const raise::Candidates &candidates);
  /// Also those that `isRoot`, which must outlive this, names: roots of
  /// patterns from outside.
  Sites(mlir::Operation *root, Predicate isRoot);

  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint) override;
  void notifyOperationErased(mlir::Operation *op) override;

  /// Those that `accept` names, in the order of the program; a new one has the
  /// place of the first one that was erased for it.
  llvm::SmallVector<mlir::Operation *> get(Predicate accept) const;

  /// Whether a pattern made `op`.
  bool isNew(mlir::Operation *op) const;

private:
  struct Entry {
    mlir::Operation *op;
    bool isNew;
  };

  bool isWanted(mlir::Operation *op) const;
  void add(mlir::Operation *op, bool isNew);

  Predicate isRoot = nullptr;
  llvm::SmallVector<Entry> entries;
  /// The last entry is of a new operation that has replaced none yet.
  bool hasUnplaced = false;
  llvm::DenseMap<mlir::Operation *, size_t> indices;
};

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_SITES_H
