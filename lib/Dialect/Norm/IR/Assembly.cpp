//===- Assembly.cpp - Parts of the assembly of both dialects --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assembly.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace conorm;

ParseResult norm::parseInputType(OpAsmParser &parser, Type &type) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(type))
    return failure();
  if (!isa<RankedTensorType, MemRefType>(type))
    return parser.emitError(loc, "expected a ranked tensor or memref of bf16, "
                                 "f16 or f32, found ")
           << type;
  if (isa<MemRefType>(type) && parser.getNumResults() != 0)
    return parser.emitError(parser.getNameLoc(),
                            "expected no results on memrefs, found ")
           << parser.getNumResults() << "; outs names what is written to";
  return success();
}

void norm::printInputType(OpAsmPrinter &printer, Operation *, Type type) {
  printer << type;
}

ParseResult norm::parseResultArrow(OpAsmParser &parser, bool &isThere) {
  isThere = succeeded(parser.parseOptionalArrow());
  if (isThere || parser.getNumResults() == 0)
    return success();
  return parser.emitError(parser.getCurrentLocation(),
                          "expected '->' and the types of the results on "
                          "tensors");
}

ParseResult norm::parseResultTypes(OpAsmParser &parser,
                                   SmallVectorImpl<Type> &types) {
  bool hasArrow;
  if (parseResultArrow(parser, hasArrow))
    return failure();
  return hasArrow ? parser.parseTypeList(types) : success();
}

void norm::printResultTypes(OpAsmPrinter &printer, Operation *,
                            TypeRange types) {
  if (!types.empty())
    printer << " -> " << types;
}

ParseResult norm::parseResultType(OpAsmParser &parser, Type &type) {
  bool hasArrow;
  if (parseResultArrow(parser, hasArrow))
    return failure();
  return hasArrow ? parser.parseType(type) : success();
}

void norm::printResultType(OpAsmPrinter &printer, Operation *, Type type) {
  if (type)
    printer << " -> " << type;
}
