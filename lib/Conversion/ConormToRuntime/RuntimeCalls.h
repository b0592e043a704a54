//===- RuntimeCalls.h - Calls of the runtime --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECALLS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECALLS_H

#include "RuntimeConstants.h"
#include "SizeChecks.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.h"
#include "conorm/Support/Numerics.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace conorm {

/// Replaces operations on memrefs by calls.
class RuntimeCallBuilder {
public:
  RuntimeCallBuilder(mlir::SymbolTable &table, const RuntimeAbiTypes &types,
                     Numerics numerics)
      : table(table), types(types), constants(table, types),
        numerics(numerics) {}

  /// Replaces `op`, number `index` in `function`, whose first argument is the
  /// context. Operations are replaced in their order.
  mlir::LogicalResult replace(RuntimeCallOpInterface op,
                              mlir::func::FuncOp function, unsigned index);

  /// Makes `op`, a linalg operation whose sizes are not known to agree, run
  /// only where they do.
  mlir::LogicalResult guardLoops(mlir::Operation *op,
                                 mlir::func::FuncOp function, unsigned index);

  /// Makes the function return before `op` if that leaves its bounds.
  mlir::LogicalResult checkBounds(mlir::Operation *op,
                                  mlir::func::FuncOp function, unsigned index);

  /// Makes the function return after `call` if that has failed.
  mlir::LogicalResult checkCall(mlir::func::CallOp call,
                                mlir::func::FuncOp function);

  unsigned getNumCalls() const { return numCalls; }
  unsigned getNumCopies() const { return numCopies; }
  unsigned getNumChecks() const { return numChecks; }

private:
  mlir::FailureOr<mlir::LLVM::LLVMFuncOp>
  getFunction(mlir::Operation *op, llvm::StringRef name,
              llvm::ArrayRef<mlir::Type> arguments);
  mlir::FailureOr<mlir::Value>
  checkSizes(mlir::Operation *op, mlir::func::FuncOp function,
             uint32_t runtimeOp, comm::GroupOp group, mlir::LLVM::GlobalOp site,
             const UnprovenSizes &sizes);
  static mlir::FailureOr<const AbiOperation *>
  lookupOperation(RuntimeCallOpInterface op);
  static RuntimeCall describe(RuntimeCallOpInterface op);
  comm::GroupOp getGroup(const RuntimeCall &call);
  mlir::Value getArgumentSpace(mlir::func::FuncOp function,
                               mlir::LLVM::LLVMStructType type);

  mlir::SymbolTable &table;
  const RuntimeAbiTypes &types;
  RuntimeConstants constants;
  SizeRules sizeRules;
  Numerics numerics;
  /// One structure of each type for a function: a call reads it and keeps
  /// nothing.
  llvm::DenseMap<std::pair<mlir::Operation *, mlir::Type>, mlir::Value> spaces;
  unsigned numCalls = 0;
  unsigned numCopies = 0;
  unsigned numChecks = 0;
};

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECALLS_H
