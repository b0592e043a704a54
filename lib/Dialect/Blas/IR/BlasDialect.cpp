//===- BlasDialect.cpp - The blas dialect ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Blas/IR/Blas.h"

#include "../../BytecodeVersion.h"
#include "conorm/Dialect/Norm/IR/Norm.h"

using namespace conorm::blas;

#include "conorm/Dialect/Blas/IR/BlasDialect.cpp.inc"

void BlasDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "conorm/Dialect/Blas/IR/BlasOps.cpp.inc"
      >();
  addInterfaces<conorm::BytecodeVersionInterface>();
}
