//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C++ side of the `comm` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_COMM_IR_COMM_H
#define CONORM_DIALECT_COMM_IR_COMM_H

#include "conorm/Dialect/Comm/IR/CommAttrs.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Interfaces/CollectiveOpInterface.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"

#define GET_OP_CLASSES
#include "conorm/Dialect/Comm/IR/CommOps.h.inc"

namespace conorm::comm {

/// Attribute of function arguments: each rank passes its own data.
constexpr llvm::StringLiteral kPerRankAttrName = "comm.per_rank";
/// Attribute of function arguments: the callee may overwrite the buffer.
constexpr llvm::StringLiteral kDonatedAttrName = "comm.donated";

/// Attribute of modules: where the program is to run.
constexpr llvm::StringLiteral kTargetAttrName = "comm.target";

/// The architecture of targets without devices.
constexpr llvm::StringLiteral kCPUArch = "cpu";

/// Ranks are numbered by 32 bits with a sign, as in MPI and NCCL: their number
/// is below this one.
constexpr int64_t kRanksLimit = int64_t(1) << 31;

/// Whether `op` takes part in the order of collectives.
bool isCollective(mlir::Operation *op);

/// The target of the nearest module around `op` that has one, or null.
TargetAttr getTarget(mlir::Operation *op);

/// The `comm.group` that `op` names, null if there is none.
GroupOp lookupGroup(mlir::Operation *op, mlir::FlatSymbolRefAttr group);

/// Checks that `name` is a group; returns it.
mlir::FailureOr<GroupOp> verifyGroup(mlir::Operation *op,
                                     mlir::FlatSymbolRefAttr name,
                                     mlir::SymbolTableCollection &tables);

/// Replaces the fused operation by `comm.all_reduce`, or `reduced` if it is
/// given, and `norm` operations, each with its location and discardable
/// attributes. Returns one value for each result of the operation, in order.
llvm::SmallVector<mlir::Value> decomposeFusedNorm(mlir::RewriterBase &rewriter,
                                                  AllReduceRMSNormOp op,
                                                  mlir::Value reduced = {});

} // namespace conorm::comm

#endif // CONORM_DIALECT_COMM_IR_COMM_H
