//===- NormOpInterface.h - Operations that normalize rows -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_NORMOPINTERFACE_H
#define CONORM_INTERFACES_NORMOPINTERFACE_H

#include "conorm/Dialect/Norm/IR/NormAttrs.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

namespace conorm::norm {

class NormOpInterface;

/// Checks the parameters of one norm of `input`: an input of rank 1 or more, a
/// weight that is 1-D, of the last dimension, and of the input's type or f32,
/// an epsilon that is finite and not negative, no `weightBias` and no
/// `weightRounding` without a weight. `prefix` is put before "weight" and
/// "epsilon" in messages ("post_norm_" for the first norm of a sandwich).
llvm::LogicalResult verifyNorm(mlir::Operation *op, mlir::ShapedType input,
                               mlir::Value weight, llvm::APFloat epsilon,
                               llvm::APFloat weightBias,
                               WeightRounding weightRounding,
                               llvm::StringRef prefix = "");

/// Whether the sum of `weightBias` and the weight of a norm of `input` is a
/// number of the input's element type, so that rounding it to that type changes
/// nothing.
bool isWeightSumExact(mlir::ShapedType input, mlir::Value weight,
                      llvm::APFloat weightBias);

/// Checks that `type` (of the operand or result called `name`) has the shape
/// and element type of `expected`; dynamic and static sizes may meet.
llvm::LogicalResult verifySameShapeAndElementType(mlir::Operation *op,
                                                  mlir::ShapedType expected,
                                                  mlir::ShapedType type,
                                                  llvm::StringRef name);

namespace detail {

/// Checks what every norm has.
llvm::LogicalResult verifyNormOp(NormOpInterface op);

} // namespace detail
} // namespace conorm::norm

#include "conorm/Interfaces/NormOpInterface.h.inc"

#endif // CONORM_INTERFACES_NORMOPINTERFACE_H
