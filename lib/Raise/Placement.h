//===- Placement.h -  -------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where one operation that replaces several may stand. Guards ask whether there
// is a place, rewrites take it: both through the same function.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_PLACEMENT_H
#define CONORM_LIB_RAISE_PLACEMENT_H

#include "mlir/IR/Operation.h"

namespace conorm::raise {

/// The two places that a merged operation may take.
struct Places {
  /// At the first replaced operation: what the others read besides is there.
  bool first;
  /// At the last one: nothing reads a result of the others before it.
  bool last;

  explicit operator bool() const { return first || last; }
};

/// The places for an operation that replaces `replaced`: operations of one
/// block, in its order, of which each reads a result of the one before.
/// Operands that are results of replaced operations are not looked at, nor what
/// reads a result's size alone: that is the size of an operand as well.
Places findPlaces(llvm::ArrayRef<mlir::Operation *> replaced);

/// Whether an operation at `point` may use `value`, which a later operation of
/// the same block uses.
bool isAvailable(mlir::Value value, mlir::Operation *point);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_PLACEMENT_H
