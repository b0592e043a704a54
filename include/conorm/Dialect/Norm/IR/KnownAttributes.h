//===- KnownAttributes.h - Warnings of misspelt attributes ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attributes that an operation does not define are legal in MLIR, so that a
// misspelt one would be ignored in silence.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_NORM_IR_KNOWNATTRIBUTES_H
#define CONORM_DIALECT_NORM_IR_KNOWNATTRIBUTES_H

#include "mlir/IR/OpDefinition.h"

namespace conorm {

/// Warns, once for an operation, of attributes that it does not define and that
/// have no dialect's prefix.
void warnOfUnknownAttributes(mlir::Operation *op);

/// Trait of operations that warn so when they are verified.
template <typename ConcreteOp>
class KnownAttributes
    : public mlir::OpTrait::TraitBase<ConcreteOp, KnownAttributes> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    warnOfUnknownAttributes(op);
    return llvm::success();
  }
};

} // namespace conorm

#endif // CONORM_DIALECT_NORM_IR_KNOWNATTRIBUTES_H
