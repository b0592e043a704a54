//===- RuntimeConstants.h - Sites and groups --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECONSTANTS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECONSTANTS_H

#include "BoundsChecks.h"
#include "SizeChecks.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringMap.h"

namespace conorm {

/// Makes the constants that calls of the runtime refer to.
class RuntimeConstants {
public:
  RuntimeConstants(mlir::SymbolTable &table, const RuntimeAbiTypes &types);

  /// The `conorm_site` of `op`, number `index` in the function `function`.
  mlir::LLVM::GlobalOp makeSite(mlir::Operation *op, llvm::StringRef function,
                                unsigned index);
  /// The `conorm_group` of a group, one for each.
  mlir::LLVM::GlobalOp getGroup(comm::GroupOp group);
  /// The `conorm_dispatch` of a table, one for each; null if `table` is.
  mlir::LLVM::GlobalOp getDispatch(mlir::Location loc,
                                   comm::DispatchAttr table);
  /// The `conorm_size_check` of a rule for `op`, whose number in the runtime is
  /// `runtimeOp`; `group` is null for operations without one.
  mlir::LLVM::GlobalOp makeSizeCheck(mlir::Operation *op,
                                     llvm::StringRef function,
                                     uint32_t runtimeOp,
                                     mlir::LLVM::GlobalOp site,
                                     comm::GroupOp group, const SizeRule &rule);
  /// The `conorm_bounds_check` of a rule for `op`.
  mlir::LLVM::GlobalOp makeBoundsCheck(mlir::Operation *op,
                                       llvm::StringRef function,
                                       mlir::LLVM::GlobalOp site,
                                       const BoundsRule &rule);

private:
  /// What a field holds: a number, or the address of another constant. Fields
  /// that are not named hold zeros, but for the structure's size.
  struct Field {
    Field() = default;
    Field(llvm::StringRef name, int64_t number) : name(name), number(number) {}
    Field(llvm::StringRef name, mlir::LLVM::GlobalOp target)
        : name(name), target(target) {}

    llvm::StringRef name;
    int64_t number = 0;
    mlir::LLVM::GlobalOp target;
  };

  mlir::LLVM::GlobalOp getOperandName(mlir::Location loc, llvm::StringRef name);
  mlir::LLVM::GlobalOp makeString(mlir::Location loc, llvm::StringRef name,
                                  llvm::StringRef text);
  mlir::LLVM::GlobalOp makeRanks(comm::GroupOp group);
  mlir::LLVM::GlobalOp makeRanges(mlir::Location loc, comm::DispatchAttr table);
  mlir::LLVM::GlobalOp makeStruct(mlir::Location loc, llvm::StringRef name,
                                  const AbiStruct &structure,
                                  llvm::ArrayRef<Field> values);
  mlir::LLVM::GlobalOp insert(mlir::LLVM::GlobalOp global);

  mlir::SymbolTable &table;
  const RuntimeAbiTypes &types;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Operation *, mlir::LLVM::GlobalOp> groups;
  llvm::DenseMap<mlir::Attribute, mlir::LLVM::GlobalOp> dispatches;
  llvm::StringMap<mlir::LLVM::GlobalOp> operandNames;
};

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMECONSTANTS_H
