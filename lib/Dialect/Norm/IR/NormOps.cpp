//===- NormOps.cpp - Operations of the norm dialect -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

#include "Assembly.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace conorm::norm;

#define GET_OP_CLASSES
#include "conorm/Dialect/Norm/IR/NormOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Attributes in f32
//===----------------------------------------------------------------------===//

FloatAttr conorm::norm::getF32Attr(Builder builder, APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return builder.getFloatAttr(builder.getF32Type(), value);
}

FloatAttr conorm::norm::getF32Attr(Builder builder, double value) {
  return getF32Attr(builder, APFloat(value));
}

bool conorm::norm::isF32(FloatAttr attribute) {
  return &attribute.getValue().getSemantics() == &APFloat::IEEEsingle();
}

//===----------------------------------------------------------------------===//
// Destinations
//===----------------------------------------------------------------------===//

SmallVector<StringRef> RMSNormOp::getOutputNames() { return {"normed"}; }

SmallVector<conorm::ReusableOperands> RMSNormOp::getReusableOperands() {
  return {{getOperation()->getResult(0), {&getInputMutable()}}};
}

// Rows are read whole before they are written; the weight is not.
bool RMSNormOp::isElementwise(OpOperand &operand) {
  return operand.getOperandNumber() == 0;
}

SmallVector<StringRef> AddRMSNormOp::getOutputNames() {
  return {"normed", "residual_out"};
}

SmallVector<conorm::ReusableOperands> AddRMSNormOp::getReusableOperands() {
  OpOperand *input = &getInputMutable(), *residual = &getResidualMutable();
  return {{getOperation()->getResult(1), {residual, input}},
          {getOperation()->getResult(0), {input, residual}}};
}

bool AddRMSNormOp::isElementwise(OpOperand &operand) {
  return operand.getOperandNumber() < 2;
}

SmallVector<StringRef> QuantizeOp::getOutputNames() {
  if (getScheme().hasStaticScale())
    return {"quantized"};
  return {"quantized", "scales"};
}

SmallVector<AffineExpr> QuantizeOp::getOutputSizeExprs(unsigned output) {
  int64_t rank = cast<ShapedType>(getInput().getType()).getRank();
  return output == 0 ? getQuantizedSizeExprs(getScheme(), rank)
                     : getScalesSizeExprs(getScheme(), rank);
}

//===----------------------------------------------------------------------===//
// Type inference and shape reification
//===----------------------------------------------------------------------===//

LogicalResult RMSNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location>,
                                          ValueRange operands, DictionaryAttr,
                                          OpaqueProperties, RegionRange,
                                          SmallVectorImpl<Type> &types) {
  if (isa<RankedTensorType>(operands.front().getType()))
    types.push_back(operands.front().getType());
  return success();
}

LogicalResult AddRMSNormOp::inferReturnTypes(
    MLIRContext *, std::optional<Location>, ValueRange operands, DictionaryAttr,
    OpaqueProperties, RegionRange, SmallVectorImpl<Type> &types) {
  if (isa<RankedTensorType>(operands.front().getType()))
    types.assign(2, operands.front().getType());
  return success();
}

SmallVector<OpFoldResult>
conorm::norm::getMixedSizes(OpBuilder &builder, Location loc, Value value) {
  if (isa<RankedTensorType>(value.getType()))
    return tensor::getMixedSizes(builder, loc, value);
  return memref::getMixedSizes(builder, loc, value);
}

LogicalResult
RMSNormOp::reifyResultShapes(OpBuilder &builder,
                             ReifiedRankedShapedTypeDims &shapes) {
  if (getNormed())
    shapes.push_back(getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

LogicalResult
AddRMSNormOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  shapes.assign(getNumResults(), {});
  for (SmallVector<OpFoldResult> &shape : shapes)
    shape = getMixedSizes(builder, getLoc(), getInput());
  return success();
}

LogicalResult
QuantizeOp::reifyResultShapes(OpBuilder &builder,
                              ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> input =
      getMixedSizes(builder, getLoc(), getInput());
  SmallVector<AffineExpr> exprs[] = {
      getQuantizedSizeExprs(getScheme(), input.size()),
      getScalesSizeExprs(getScheme(), input.size())};
  for (auto [output, sizes] : llvm::zip(getOutputs(), exprs))
    shapes.push_back(reifySizes(builder, getLoc(), sizes, input,
                                cast<ShapedType>(output.getType())));
  return success();
}
