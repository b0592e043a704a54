//===- Fusion.h -  ----------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the fusion's patterns (*.pdll), its rewrites and its explanations share.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TRANSFORMS_FUSION_H
#define CONORM_LIB_TRANSFORMS_FUSION_H

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>
#include <string>

namespace conorm::fusion {

/// Empty if a constraint holds, otherwise what it saw.
using Violation = std::optional<std::string>;

/// A guard between an all_reduce and a norm that reads it. The name is the one
/// that patterns use and that remarks print.
struct Constraint {
  llvm::StringLiteral name;
  Violation (*check)(comm::AllReduceOp reduce, mlir::Operation *norm);
};

/// All guards of stage 2, in the order in which remarks name them.
llvm::ArrayRef<Constraint> getConstraints();

/// The guard of stage 1 on where `norm.add_rms_norm` may stand.
Violation checkAdditionPlaceable(mlir::Operation *add, mlir::Operation *norm);

/// Whether an operation placed before `point` may use `value`.
bool dominates(mlir::Value value, mlir::Operation *point);

/// Whether everything that reads `value`, but for `except`, comes after `point`
/// in point's block or inside an operation that does.
bool usersFollow(mlir::Value value, mlir::Operation *point,
                 mlir::Operation *except);

/// Registers constraints and rewrites under the names that the patterns use.
void registerConstraints(mlir::PDLPatternModule &patterns);
void registerRewrites(mlir::PDLPatternModule &patterns);

} // namespace conorm::fusion

#endif // CONORM_LIB_TRANSFORMS_FUSION_H
