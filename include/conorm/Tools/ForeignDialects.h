//===- ForeignDialects.h - Dialects that only tools read --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_FOREIGNDIALECTS_H
#define CONORM_TOOLS_FOREIGNDIALECTS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace conorm {

/// Lets a tool read the generic text of dialects that no library here defines:
/// StableHLO and those that come with it. Their operations stay unregistered,
/// and their attributes and types are opaque. Never for the plugin or for a
/// library, whose host may have the dialects themselves.
void registerForeignDialects(mlir::DialectRegistry &registry);

} // namespace conorm

#endif // CONORM_TOOLS_FOREIGNDIALECTS_H
