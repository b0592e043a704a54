//===- LastUses.h - Where tensors are used last -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_BUFFERIZATION_LASTUSES_H
#define CONORM_LIB_BUFFERIZATION_LASTUSES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace conorm {

/// Whether `op` is on tensors and has no destinations yet.
bool needsDestinations(mlir::Operation *op);

/// Whether results of `op` may be overwritten. What a destination held before
/// is the business of the operation that writes it first.
bool makesOverwritableTensors(mlir::Operation *op);

/// Where a value is used last in its own block.
struct LastUse {
  mlir::Operation *user = nullptr;
  /// Number of operands of `user` that are the value itself.
  unsigned numOperands = 0;
  /// `user` sees the value through something else: a view, or its own region.
  bool indirect = false;

  void add(mlir::Operation *other, bool isIndirect) {
    if (!other || (user && other->isBeforeInBlock(user)))
      return;
    if (user != other)
      *this = LastUse{other, 0, false};
    numOperands += !isIndirect;
    indirect |= isIndirect;
  }
};

/// The last uses of tensors, aliases included.
class LastUses {
public:
  /// To be called for every block before `lookup`, in any order.
  void find(mlir::Block &block);

  LastUse lookup(mlir::Value value) const { return lastUses.lookup(value); }

private:
  void findLastUse(mlir::Block &block, mlir::Value value);

  llvm::DenseMap<mlir::Value, LastUse> lastUses;
};

} // namespace conorm

#endif // CONORM_LIB_BUFFERIZATION_LASTUSES_H
