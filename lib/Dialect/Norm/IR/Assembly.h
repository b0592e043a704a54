//===- Assembly.h - Parts of the assembly of both dialects ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations have results on tensors alone, so that a wrong type of the input,
// or the lack of result types, would leave names without anything to name. The
// parser says so in terms that do not speak of the operation, hence these.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_DIALECT_NORM_IR_ASSEMBLY_H
#define CONORM_LIB_DIALECT_NORM_IR_ASSEMBLY_H

#include "mlir/IR/OpImplementation.h"

namespace conorm::norm {

/// Parses the type of an input: a ranked tensor, or a memref if the operation
/// has no results.
mlir::ParseResult parseInputType(mlir::OpAsmParser &parser, mlir::Type &type);
void printInputType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::Type type);

/// Parses `-> types`, which is there if the operation has results.
mlir::ParseResult parseResultTypes(mlir::OpAsmParser &parser,
                                   llvm::SmallVectorImpl<mlir::Type> &types);
void printResultTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::TypeRange types);

/// The same for at most one type.
mlir::ParseResult parseResultType(mlir::OpAsmParser &parser, mlir::Type &type);
void printResultType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Type type);

/// Parses the arrow before the types of results, if there are any.
mlir::ParseResult parseResultArrow(mlir::OpAsmParser &parser, bool &isThere);

} // namespace conorm::norm

#endif // CONORM_LIB_DIALECT_NORM_IR_ASSEMBLY_H
