//===- TestDialect.h - Norms outside the libraries --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TEST_LIB_DIALECT_TEST_TESTDIALECT_H
#define CONORM_TEST_LIB_DIALECT_TEST_TESTDIALECT_H

#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.h"
#include "conorm/Dialect/Comm/IR/CommAttrs.h"
#include "conorm/Dialect/Norm/IR/NormAttrs.h"
#include "conorm/Interfaces/CollectiveOpInterface.h"
#include "conorm/Interfaces/DestinationOpInterface.h"
#include "conorm/Interfaces/NormOpInterface.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "TestDialect.h.inc"

#define GET_OP_CLASSES
#include "TestOps.h.inc"

namespace conorm::test {

/// Registers the dialect and how its operations bufferize.
void registerTestDialect(mlir::DialectRegistry &registry);

} // namespace conorm::test

#endif // CONORM_TEST_LIB_DIALECT_TEST_TESTDIALECT_H
