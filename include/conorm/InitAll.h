//===- InitAll.h -  ---------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registration of everything in Conorm, for tools and for compilers that embed
// it.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INITALL_H
#define CONORM_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace conorm {

/// Adds the `blas`, `comm` and `norm` dialects and their interface models.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers all passes and pipelines.
void registerAllPasses();

} // namespace conorm

#endif // CONORM_INITALL_H
