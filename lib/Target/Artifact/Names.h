//===- Names.h - Names of programs and names of symbols ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_NAMES_H
#define CONORM_LIB_TARGET_NAMES_H

#include "mlir/IR/BuiltinOps.h"

namespace conorm {

/// Whether a symbol of this name may be the runtime's, the C library's, LLVM's
/// or one that lowering makes.
bool isReservedName(llvm::StringRef name);

/// `name` in letters that every assembler takes; another for each name.
std::string escapeName(llvm::StringRef name);

/// The symbol that stands for a program's `name` in the code: the name itself,
/// unless it is reserved or not plain.
std::string getSymbolName(llvm::StringRef name);

/// Gives all functions and globals of a module those symbols.
void renameReservedSymbols(mlir::ModuleOp module);

/// Checks a name that goes into the manifest; `what` has it, for messages.
mlir::LogicalResult checkName(mlir::Location loc, const llvm::Twine &what,
                              llvm::StringRef name);

/// Checks the names of all groups. They stay as they are, since messages at run
/// time have them, and so may not be reserved.
mlir::LogicalResult checkGroupNames(mlir::ModuleOp module);

} // namespace conorm

#endif // CONORM_LIB_TARGET_NAMES_H
