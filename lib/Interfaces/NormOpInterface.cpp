//===- NormOpInterface.cpp - Operations that normalize rows ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Interfaces/NormOpInterface.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallString.h"

using namespace mlir;
using namespace conorm::norm;

#include "conorm/Interfaces/NormOpInterface.cpp.inc"

LogicalResult conorm::norm::verifyNorm(Operation *op, ShapedType input,
                                       Value weight, llvm::APFloat epsilon,
                                       llvm::APFloat weightBias,
                                       WeightRounding weightRounding,
                                       StringRef prefix) {
  if (input.getRank() == 0)
    return op->emitOpError("expected an input of rank 1 or more, found ")
           << input;
  if (!epsilon.isFinite() || epsilon.isNegative()) {
    SmallString<16> text;
    epsilon.toString(text);
    return op->emitOpError("expected ")
           << prefix << "epsilon to be finite and not negative, found " << text;
  }
  if (!weight) {
    if (!weightBias.isZero())
      return op->emitOpError("expected a ")
             << prefix << "weight with " << prefix << "weight_bias";
    if (weightRounding != WeightRounding::None)
      return op->emitOpError("expected a ")
             << prefix << "weight with " << prefix << "weight_rounding";
    return success();
  }
  auto type = cast<ShapedType>(weight.getType());
  if (type.getRank() != 1)
    return op->emitOpError("expected a 1-D ")
           << prefix << "weight, found " << type;
  int64_t columns = input.getShape().back();
  if (failed(verifyCompatibleShape({columns}, type.getShape())))
    return op->emitOpError("expected ")
           << prefix << "weight of the input's last dimension " << columns
           << ", found " << type.getDimSize(0);
  if (type.getElementType() != input.getElementType() &&
      !type.getElementType().isF32())
    return op->emitOpError("expected ")
           << prefix << "weight of the input's element type "
           << input.getElementType() << " or f32, found "
           << type.getElementType();
  return success();
}

bool conorm::norm::isWeightSumExact(ShapedType input, Value weight,
                                    llvm::APFloat weightBias) {
  Type element = input.getElementType();
  return element.isF32() ||
         (weightBias.isZero() && getElementTypeOrSelf(weight) == element);
}

LogicalResult conorm::norm::verifySameShapeAndElementType(Operation *op,
                                                          ShapedType expected,
                                                          ShapedType type,
                                                          StringRef name) {
  if (expected.getElementType() != type.getElementType())
    return op->emitOpError("expected ")
           << name << " of the input's element type "
           << expected.getElementType() << ", found " << type.getElementType();
  if (failed(verifyCompatibleShape(expected.getShape(), type.getShape())))
    return op->emitOpError("expected ") << name << " of the input's shape "
                                        << expected << ", found " << type;
  return success();
}

LogicalResult conorm::norm::detail::verifyNormOp(NormOpInterface op) {
  auto input = cast<ShapedType>(op.getInput().getType());
  if (failed(verifyNorm(
          op, input, op.getWeight(), op.getEpsilonAttr().getValue(),
          op.getWeightBiasAttr().getValue(), op.getWeightRounding())))
    return failure();
  if (Value residual = op.getResidual())
    return verifySameShapeAndElementType(
        op, input, cast<ShapedType>(residual.getType()), "residual");
  return success();
}
