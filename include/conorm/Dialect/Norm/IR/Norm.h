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
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "conorm/Dialect/Norm/IR/NormDialect.h.inc"
#include "conorm/Dialect/Norm/IR/NormEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "conorm/Dialect/Norm/IR/NormAttrs.h.inc"

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

/// Checks shared by every norm: input of rank 1 or more, weight 1-D of the last
/// dimension and of the input's type or f32, epsilon a finite number not below
/// zero, no weight_bias without a weight. `prefix` is put before "weight" and
/// "epsilon" in messages ("post_norm_" for the sandwich's first norm).
mlir::LogicalResult verifyNorm(mlir::Operation *op, mlir::ShapedType input,
                               mlir::Value weight, llvm::APFloat epsilon,
                               llvm::APFloat weightBias,
                               llvm::StringRef prefix = "");

/// Checks that `type` (of the operand or result called `name`) has the shape
/// and element type of `expected`; dynamic and static sizes may meet.
mlir::LogicalResult verifySameShapeAndElementType(mlir::Operation *op,
                                                  mlir::ShapedType expected,
                                                  mlir::ShapedType type,
                                                  llvm::StringRef name);

/// Checks quantized type, scales and static scale against a scheme. `quantized`
/// and `scales` are null where absent.
mlir::LogicalResult verifyQuantization(mlir::Operation *op, SchemeAttr scheme,
                                       mlir::ShapedType input,
                                       mlir::Value scale,
                                       mlir::ShapedType quantized,
                                       mlir::ShapedType scales);

/// Checks that operands are all tensors or all memrefs, that there are results
/// on tensors alone, and that destinations (`outs`) match: on memrefs
/// `numOutputs` of them, on tensors none or one for each result.
mlir::LogicalResult verifyDestinations(mlir::Operation *op,
                                       mlir::ShapedType input,
                                       mlir::ValueRange outs,
                                       unsigned numOutputs);

/// Reports reads of all memref operands but `outs`, and writes of `outs`.
void getBufferEffects(mlir::Operation *op,
                      llvm::ArrayRef<mlir::OpOperand *> outs,
                      llvm::SmallVectorImpl<mlir::SideEffects::EffectInstance<
                          mlir::MemoryEffects::Effect>> &effects);

/// Addresses of the operands in `range`, to compare operands with.
llvm::SmallVector<mlir::OpOperand *>
getOperandPointers(mlir::MutableOperandRange range);

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
