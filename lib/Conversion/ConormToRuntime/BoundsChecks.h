//===- BoundsChecks.h - Accesses that must be within bounds -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operation on buffers must keep to where nothing else checks it. In
// MLIR an access out of bounds is undefined.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_BOUNDSCHECKS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_BOUNDSCHECKS_H

#include "conorm-runtime/ops.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

namespace conorm {

/// One call of `conorm_expect_bounds`. Numbers that the kind does not read are
/// null.
struct BoundsRule {
  conorm_bounds_kind kind;
  /// The access in messages.
  llvm::StringLiteral access;
  int64_t dim;
  mlir::OpFoldResult offset, size, stride, limit;
};

/// Whether `op` may have rules.
bool mayLeaveBounds(mlir::Operation *op);

/// The rules of `op` that are not known to hold. Makes the operations that
/// compute their numbers where `builder` stands.
llvm::SmallVector<BoundsRule> getBoundsRules(mlir::Operation *op,
                                             mlir::OpBuilder &builder);

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_BOUNDSCHECKS_H
