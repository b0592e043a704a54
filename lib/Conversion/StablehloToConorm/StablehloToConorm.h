//===- StablehloToConorm.h - The parts of the conversion --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_STABLEHLOTOCONORM_STABLEHLOTOCONORM_H
#define CONORM_LIB_CONVERSION_STABLEHLOTOCONORM_STABLEHLOTOCONORM_H

#include "../../Raise/Constraint.h"
#include "../../Raise/StableHLO/Attributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/DenseMap.h"

namespace conorm::raise::stablehlo {

/// Inlines the calls that stand between collectives, norms and quantizations
/// and what they belong to. Returns their number.
unsigned inlineCalls(mlir::ModuleOp module);

/// Makes one of steps of a block that compute the same of the same operands:
/// JAX writes what a program computes twice.
void mergeEqualSteps(mlir::ModuleOp module);

/// Whether `op` is a collective that has its like in `comm`.
bool isCollective(mlir::Operation *op);

/// Converts collectives, and makes the groups that they name.
class CollectiveConverter {
public:
  explicit CollectiveConverter(mlir::ModuleOp module)
      : module(module), symbols(module) {}

  /// Replaces `op`, or says why it stays.
  std::optional<Reason> convert(mlir::RewriterBase &rewriter,
                                mlir::Operation *op);

  /// Says which arguments of a computation on each rank may differ between the
  /// members of a group that was made.
  void markPerRank(mlir::Operation *computation);

private:
  const ReplicaGroups &readGroups(mlir::Operation *op);
  mlir::StringRef getGroup(const ReplicaGroups &groups);

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  /// By the attributes that they are read from: a model has few, and reading
  /// one takes time that grows with the number of ranks.
  llvm::DenseMap<mlir::Attribute, ReplicaGroups> known;
  llvm::DenseMap<mlir::Attribute, mlir::StringAttr> names;
};

} // namespace conorm::raise::stablehlo

#endif // CONORM_LIB_CONVERSION_STABLEHLOTOCONORM_STABLEHLOTOCONORM_H
