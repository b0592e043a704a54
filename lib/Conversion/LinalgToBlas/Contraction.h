//===- Contraction.h - Contractions as products of matrices -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_LINALGTOBLAS_CONTRACTION_H
#define CONORM_LIB_CONVERSION_LINALGTOBLAS_CONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace conorm {

/// Numbers of dimensions that stand next to each other.
using DimGroup = llvm::SmallVector<unsigned, 2>;

/// A contraction of linalg on tensors as products of matrices. The left operand
/// is the one whose rows are those of the result.
struct Contraction {
  mlir::linalg::LinalgOp op;
  /// As they are before they are extended to f32.
  mlir::Value lhs, rhs;
  /// What is added to; null for zeros.
  mlir::Value init;
  bool transposeLhs = false, transposeRhs = false;
  /// The loops of each kind, in the order of the result, and for k of the left
  /// operand.
  DimGroup batch, m, n, k;

  mlir::Value getResult() const { return op->getResult(0); }
  mlir::Type getLhsElement() const {
    return mlir::getElementTypeOrSelf(lhs.getType());
  }
  mlir::Type getRhsElement() const {
    return mlir::getElementTypeOrSelf(rhs.getType());
  }
};

/// Why a contraction is no product of the library: a constraint, and what was
/// found.
struct Refusal {
  llvm::StringRef constraint;
  std::string found;
};

/// `op`, which has tensors; says why not otherwise.
mlir::FailureOr<Contraction> matchContraction(mlir::linalg::LinalgOp op,
                                              Refusal &refusal);

/// Whether all loops of `op` are parallel, and it writes its only result in
/// order and does not read its init.
bool isElementwise(mlir::linalg::GenericOp op);

/// `value` with one dimension for each group, in their order: the groups have
/// these numbers of its dimensions. The batch, if `hasBatch`, is the first.
mlir::Value collapseGroups(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value value,
                           llvm::ArrayRef<unsigned> groupSizes);

/// The inverse, to `type` with the sizes `sizes`.
mlir::Value expandGroups(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value value, mlir::RankedTensorType type,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes,
                         llvm::ArrayRef<unsigned> groupSizes);

/// The shape that the former makes.
llvm::SmallVector<int64_t> collapseShape(llvm::ArrayRef<int64_t> shape,
                                         llvm::ArrayRef<unsigned> groupSizes);

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_LINALGTOBLAS_CONTRACTION_H
