//===- Blas.h - C++ side of the blas dialect --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_BLAS_IR_BLAS_H
#define CONORM_DIALECT_BLAS_IR_BLAS_H

#include "conorm/Dialect/Norm/IR/KnownAttributes.h"
#include "conorm/Interfaces/DestinationOpInterface.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "conorm/Dialect/Blas/IR/BlasDialect.h.inc"

#define GET_OP_CLASSES
#include "conorm/Dialect/Blas/IR/BlasOps.h.inc"

namespace conorm::blas {

/// Whether elements are of 8 bits, which may be scaled and want their layout.
bool isF8(mlir::Type element);

/// Whether matrices of such elements are multiplied so.
bool areMatmulTypes(mlir::Type lhs, mlir::Type rhs, mlir::Type output);

} // namespace conorm::blas

#endif // CONORM_DIALECT_BLAS_IR_BLAS_H
