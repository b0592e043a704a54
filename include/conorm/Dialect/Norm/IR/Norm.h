//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C++ side of the `norm` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_NORM_IR_NORM_H
#define CONORM_DIALECT_NORM_IR_NORM_H

#include "conorm/Dialect/Norm/IR/KnownAttributes.h"
#include "conorm/Dialect/Norm/IR/NormAttrs.h"
#include "conorm/Interfaces/DestinationOpInterface.h"
#include "conorm/Interfaces/NormOpInterface.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "conorm/Dialect/Norm/IR/NormOps.h.inc"

namespace conorm::norm {

/// `value`, rounded to f32, as an attribute of that type.
mlir::FloatAttr getF32Attr(mlir::Builder builder, double value);
mlir::FloatAttr getF32Attr(mlir::Builder builder, llvm::APFloat value);

/// Whether the value of an f32 attribute is an f32.
bool isF32(mlir::FloatAttr attribute);

/// Types of the results of `norm.quantize` on a tensor of type `input`; none on
/// memrefs. Null element types stand for f8E4M3FN and f32 where `scheme` leaves
/// a choice, and for its own elsewhere.
llvm::SmallVector<mlir::Type> getQuantizeTypes(mlir::Type input,
                                               SchemeAttr scheme,
                                               mlir::Type quantizedElement = {},
                                               mlir::Type scaleElement = {});

/// Checks quantized type, scales and static scale against a scheme. `quantized`
/// and `scales` are null where absent.
mlir::LogicalResult verifyQuantization(mlir::Operation *op, SchemeAttr scheme,
                                       mlir::ShapedType input,
                                       mlir::Value scale,
                                       mlir::ShapedType quantized,
                                       mlir::ShapedType scales);

/// Sizes of a tensor or memref.
llvm::SmallVector<mlir::OpFoldResult>
getMixedSizes(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);

/// Sizes as expressions in the sizes of an input of rank `rank`, which are the
/// symbols: those of the input itself, and those of the outputs of `scheme`.
llvm::SmallVector<mlir::AffineExpr>
getInputSizeExprs(mlir::MLIRContext *context, int64_t rank);
llvm::SmallVector<mlir::AffineExpr> getQuantizedSizeExprs(SchemeAttr scheme,
                                                          int64_t rank);
llvm::SmallVector<mlir::AffineExpr> getScalesSizeExprs(SchemeAttr scheme,
                                                       int64_t rank);

/// Such expressions for an input of shape `input`, dynamic where they are not
/// constant then.
llvm::SmallVector<int64_t> evaluateSizes(llvm::ArrayRef<mlir::AffineExpr> exprs,
                                         llvm::ArrayRef<int64_t> input);

/// Such expressions as the sizes of a result of type `type`.
llvm::SmallVector<mlir::OpFoldResult>
reifySizes(mlir::OpBuilder &builder, mlir::Location loc,
           llvm::ArrayRef<mlir::AffineExpr> exprs,
           llvm::ArrayRef<mlir::OpFoldResult> input, mlir::ShapedType type);

} // namespace conorm::norm

#endif // CONORM_DIALECT_NORM_IR_NORM_H
