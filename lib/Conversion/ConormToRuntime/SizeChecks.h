//===- SizeChecks.h - Sizes that must agree at run time ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call of the runtime takes the sizes of its input, and a loop nest runs over
// those of the operand that it finds first; the other operands have sizes of
// their own, which types say only where they are static.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_SIZECHECKS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_SIZECHECKS_H

#include "conorm-runtime/ops.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeCall.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#include <set>
#include <string>

namespace conorm {

/// What the size of one dimension of an operand has to be.
struct SizeRule {
  mlir::Value buffer;
  /// The operand's name in messages.
  std::string name;
  int64_t dim;
  /// In the sizes that it follows from, which are the symbols.
  mlir::AffineExpr expected;
  conorm_size_relation relation;
};

/// Rules that only the run time can check.
struct UnprovenSizes {
  /// Buffers and dimensions that have the sizes that the rules start from.
  llvm::SmallVector<std::pair<mlir::Value, int64_t>> given;
  llvm::SmallVector<SizeRule> rules;
};

/// Finds the sizes that are not known to be as they have to.
class SizeRules {
public:
  /// For an operation that becomes `call`, the rules that nothing before it has
  /// checked: calls do nothing once a check has failed. `groupSize` is 0 if it
  /// is not known.
  UnprovenSizes findForCall(mlir::Operation *op, const RuntimeCall &call,
                            int64_t groupSize);

  /// For a linalg operation on buffers, all rules that are not known to hold;
  /// none for other operations.
  UnprovenSizes findForLoops(mlir::Operation *op);

private:
  mlir::AffineExpr getSize(mlir::Value buffer, int64_t dim);
  mlir::AffineExpr traceSize(mlir::Value buffer, int64_t dim);
  mlir::AffineExpr getSize(mlir::OpFoldResult size);
  mlir::AffineExpr getSymbol(mlir::Value value, int64_t dim);
  llvm::SmallVector<mlir::AffineExpr> getGiven(const UnprovenSizes &sizes);
  bool isChecked(mlir::Operation *op, const SizeRule &rule,
                 mlir::AffineExpr expected, mlir::Attribute group);

  /// Values that nothing is known of, and sizes of buffers (dimension >= 0) of
  /// which nothing is known.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, unsigned> symbols;
  /// Sizes of buffers that have been asked for.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::AffineExpr> traced;
  using Fact = std::tuple<const void *, const void *, unsigned, const void *>;
  /// What is checked already: expressions, relation and group, by the blocks
  /// in which the checks stand.
  llvm::DenseMap<mlir::Block *, std::set<Fact>> facts;
};

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_SIZECHECKS_H
