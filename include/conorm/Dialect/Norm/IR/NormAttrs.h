//===- NormAttrs.h - Dialect and attributes of norm -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the interfaces of operations need, and the operations need after them.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_NORM_IR_NORMATTRS_H
#define CONORM_DIALECT_NORM_IR_NORMATTRS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"

#include "conorm/Dialect/Norm/IR/NormDialect.h.inc"
#include "conorm/Dialect/Norm/IR/NormEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "conorm/Dialect/Norm/IR/NormAttrs.h.inc"

#endif // CONORM_DIALECT_NORM_IR_NORMATTRS_H
