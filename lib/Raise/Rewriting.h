//===- Rewriting.h - What all rewrites share --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_REWRITING_H
#define CONORM_LIB_RAISE_REWRITING_H

#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Rewrite/FrozenRewritePatternSet.h"

namespace conorm::raise {

/// Name, category and function of a remark on `op`. Raising and fusion share
/// one category: together they explain what became of a collective.
mlir::remark::RemarkOpts getRemarkOptions(mlir::Operation *op,
                                          llvm::StringRef name);

/// The location of an operation that replaces `ops`.
mlir::Location fuseLocations(mlir::RewriterBase &rewriter,
                             llvm::ArrayRef<mlir::Operation *> ops);

/// Gives `merged`, which may be the last of them, the discardable attributes of
/// the operations that it replaces. Of two values under one name the later
/// operation's stays, and a remark says which was dropped.
void keepAttributes(mlir::Operation *merged,
                    llvm::ArrayRef<mlir::Operation *> replaced);

/// Erases operations and then their producers as long as nothing reads them.
void eraseIfDead(mlir::RewriterBase &rewriter,
                 llvm::ArrayRef<mlir::Operation *> ops);

/// Applies patterns to a fixpoint at `roots`, in their order, and at the
/// operations that the patterns make, so that the cost does not depend on what
/// else stands there. Nothing is folded: what is not matched stays as it was
/// written, bit by bit. Returns failure if there is no fixpoint; `changed` says
/// whether anything was rewritten.
mlir::LogicalResult applyAtRoots(llvm::ArrayRef<mlir::Operation *> roots,
                                 const mlir::FrozenRewritePatternSet &patterns,
                                 mlir::RewriterBase::Listener *listener,
                                 bool *changed = nullptr);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_REWRITING_H
