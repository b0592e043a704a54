//===- OpKinds.h - What passes of a pipeline have work for ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kinds of operations by which `--run-where-found` tells whether a pipeline has
// anything to do. Each has a name, so that a pipeline is text.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_PIPELINES_OPKINDS_H
#define CONORM_PIPELINES_OPKINDS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Visitors.h"

namespace conorm {

enum class OpKind {
  Any,
  /// Has a region of several blocks.
  Branches,
  /// A function in which ownership-based deallocation has something to do.
  UnclearOwnership,
  /// Becomes a loop, or stands in one: linalg, scf, arithmetic on floats.
  Loops,
  /// Of affine or memref, and makes or reads a layout other than the identity.
  Views,
  /// Any of `Loops`, `Views` and `Math`.
  HighLevel,
  /// A `memref.copy`.
  Copies,
  /// Of the dialect scf.
  SCF,
  /// Of the dialect math.
  Math,
};

struct OpKindInfo {
  OpKind kind;
  llvm::StringLiteral name;
  llvm::StringLiteral description;
  /// Interrupts a walk in pre-order at an operation of the kind. Skips what
  /// holds none: a walk over a large model waits for memory at every operation.
  mlir::WalkResult (*look)(mlir::Operation *op);
};

/// One for each kind.
llvm::ArrayRef<OpKindInfo> getOpKinds();

/// Whether `op`, or an operation nested in it, is of `kind`.
bool holdsOpOfKind(mlir::Operation *op, OpKind kind);

/// Makes the names of all kinds values of an option, as `llvm::cl::values`
/// does.
struct OpKindValues {
  template <typename Opt>
  void apply(Opt &option) const {
    for (const OpKindInfo &info : getOpKinds())
      option.getParser().addLiteralOption(info.name, info.kind,
                                          info.description);
  }
};

} // namespace conorm

#endif // CONORM_PIPELINES_OPKINDS_H
