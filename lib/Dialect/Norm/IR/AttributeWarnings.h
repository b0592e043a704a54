//===- AttributeWarnings.h - What was warned of already ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_DIALECT_NORM_IR_ATTRIBUTEWARNINGS_H
#define CONORM_LIB_DIALECT_NORM_IR_ATTRIBUTEWARNINGS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectInterface.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"
#include <mutex>

namespace conorm {

/// The attributes of a context that were warned of, so that each is named once
/// however often its operation is verified.
class AttributeWarnings
    : public mlir::DialectInterface::Base<AttributeWarnings> {
public:
  AttributeWarnings(mlir::Dialect *dialect) : Base(dialect) {}

  /// Whether `name` on `op`, or on an operation that `op` was made from, comes
  /// up for the first time.
  bool insert(mlir::Operation *op, mlir::StringAttr name) const;

private:
  /// Functions are verified in parallel.
  mutable std::mutex mutex;
  mutable llvm::DenseSet<std::pair<const void *, mlir::StringAttr>> seen;
};

} // namespace conorm

#endif // CONORM_LIB_DIALECT_NORM_IR_ATTRIBUTEWARNINGS_H
