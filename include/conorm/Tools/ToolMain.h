//===- ToolMain.h - Programs that link LLVM ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_TOOLMAIN_H
#define CONORM_TOOLS_TOOLMAIN_H

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Twine.h"

#include <string>

namespace conorm {

/// What a tool does first: sets up the process (see Process.h), LLVM's handlers
/// of signals and what --version prints, and puts the arguments of response
/// files in their place. The tool ends with a message and exit code 1 if
/// standard output could not be written.
void initTool(int &argc, char **&argv, const char *name);

/// Prints "conorm-opt: error: ...". Returns the exit code, 1.
int reportToolError(const llvm::Twine &message);

/// Refuses, with a message, a command line (after initTool) on which a file to
/// write is also read or written twice. `moreInputs` are read as well.
mlir::LogicalResult
checkNamedFiles(int argc, char **argv,
                llvm::ArrayRef<std::string> moreInputs = {});

/// mlir-opt with the dialects and passes that are registered. It refuses to
/// write what it reads, and writes its output whole or not at all.
int optMain(int argc, char **argv, mlir::DialectRegistry &registry);

/// mlir-reduce, likewise.
int reduceMain(int argc, char **argv, mlir::DialectRegistry &registry);

/// mlir-lsp-server.
int lspServerMain(int argc, char **argv, mlir::DialectRegistry &registry);

} // namespace conorm

#endif // CONORM_TOOLS_TOOLMAIN_H
