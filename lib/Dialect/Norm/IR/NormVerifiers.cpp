//===- NormVerifiers.cpp ------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SmallString.h"

using namespace mlir;
using namespace conorm::norm;

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

LogicalResult conorm::norm::verifyNorm(Operation *op, ShapedType input,
                                       Value weight, llvm::APFloat epsilon,
                                       llvm::APFloat weightBias,
                                       StringRef prefix) {
  if (input.getRank() == 0)
    return op->emitOpError("expected an input of rank 1 or more, found ")
           << input;
  if (!epsilon.isFinite() || epsilon.isNegative()) {
    SmallString<16> text;
    epsilon.toString(text);
    return op->emitOpError("expected ")
           << prefix << "epsilon to be finite and not negative, found "
           << text;
  }
  if (!weight) {
    if (!weightBias.isZero())
      return op->emitOpError("expected a ")
             << prefix << "weight with " << prefix << "weight_bias";
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

LogicalResult conorm::norm::verifySameShapeAndElementType(Operation *op,
                                                          ShapedType expected,
                                                          ShapedType type,
                                                          StringRef name) {
  if (expected.getElementType() != type.getElementType())
    return op->emitOpError("expected ")
           << name << " of the input's element type "
           << expected.getElementType() << ", found " << type.getElementType();
  if (failed(verifyCompatibleShape(expected.getShape(), type.getShape())))
    return op->emitOpError("expected ")
           << name << " of the input's shape " << expected << ", found "
           << type;
  return success();
}

LogicalResult conorm::norm::verifyDestinations(Operation *op, ShapedType input,
                                               ValueRange outs,
                                               unsigned numOutputs) {
  bool onTensors = isa<RankedTensorType>(input);
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()) != onTensors)
      return op->emitOpError("expected operands that are all tensors or all "
                             "memrefs, found ")
             << input << " and " << operand.getType();
  if (onTensors && op->getNumResults() == 0)
    return op->emitOpError("expected results on tensors, found none");
  if (!onTensors && op->getNumResults() != 0)
    return op->emitOpError("expected no results on memrefs, found ")
           << op->getNumResults();
  unsigned expected = onTensors ? op->getNumResults() : numOutputs;
  if (outs.empty() ? !onTensors : outs.size() != expected)
    return op->emitOpError("expected ")
           << expected << " destinations" << (onTensors ? " or none" : "")
           << ", found " << outs.size();
  if (onTensors)
    for (auto [out, result] : llvm::zip(outs, op->getResults()))
      if (out.getType() != result.getType())
        return op->emitOpError("expected destination of the result's type ")
               << result.getType() << ", found " << out.getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

static LogicalResult verifyQuantizedType(Operation *op, SchemeAttr scheme,
                                         ShapedType input,
                                         ShapedType quantized) {
  Type element = quantized.getElementType();
  SchemeKind kind = scheme.getKind();
  bool packed = kind == SchemeKind::NVFP4;
  bool typeFits = packed ? element.isInteger(8)
                         : isa<Float8E4M3FNType>(element) ||
                               (isa<Float8E5M2Type>(element) &&
                                kind == SchemeKind::PerTensor);
  if (!typeFits)
    return op->emitOpError("expected quantized element type ")
           << (packed ? "i8"
                      : (kind == SchemeKind::PerTensor
                             ? "f8E4M3FN or f8E5M2"
                             : "f8E4M3FN"))
           << " with scheme " << stringifySchemeKind(kind) << ", found "
           << element;
  SmallVector<int64_t> shape = evaluateSizes(
      getQuantizedSizeExprs(scheme, input.getRank()), input.getShape());
  if (failed(verifyCompatibleShape(shape, quantized.getShape())))
    return op->emitOpError("expected quantized of shape ")
           << RankedTensorType::get(shape, element) << ", found " << quantized;
  return success();
}

static LogicalResult verifyScales(Operation *op, SchemeAttr scheme,
                                  ShapedType input, ShapedType scales) {
  if (scheme.hasStaticScale()) {
    if (scales)
      return op->emitOpError("expected no scales with scheme per_tensor, "
                             "found ")
             << scales;
    return success();
  }
  if (!scales)
    return op->emitOpError("expected scales with scheme ")
           << stringifySchemeKind(scheme.getKind());
  Type element = scales.getElementType();
  bool fits = false;
  StringRef expected;
  switch (scheme.getKind()) {
  case SchemeKind::NVFP4:
    fits = isa<Float8E4M3FNType>(element);
    expected = "f8E4M3FN";
    break;
  case SchemeKind::MXFP8:
    fits = isa<Float8E8M0FNUType>(element);
    expected = "f8E8M0FNU";
    break;
  case SchemeKind::PerGroup:
    if (scheme.getLayout() == ScaleLayout::PackedColumnMajor) {
      fits = element.isInteger(32);
      expected = "i32";
    } else {
      fits = element.isF32() || isa<Float8E8M0FNUType>(element);
      expected = "f32 or f8E8M0FNU";
    }
    break;
  default:
    fits = element.isF32();
    expected = "f32";
  }
  if (!fits)
    return op->emitOpError("expected scales of element type ")
           << expected << " with scheme "
           << stringifySchemeKind(scheme.getKind()) << ", found " << element;
  SmallVector<int64_t> shape = evaluateSizes(
      getScalesSizeExprs(scheme, input.getRank()), input.getShape());
  if (failed(verifyCompatibleShape(shape, scales.getShape())))
    return op->emitOpError("expected scales of shape ")
           << RankedTensorType::get(shape, element) << ", found " << scales;
  return success();
}

LogicalResult conorm::norm::verifyQuantization(Operation *op, SchemeAttr scheme,
                                               ShapedType input, Value scale,
                                               ShapedType quantized,
                                               ShapedType scales) {
  int64_t columns = input.getShape().back();
  int64_t block = scheme.getBlockSize();
  if (block && !ShapedType::isDynamic(columns) && columns % block != 0)
    return op->emitOpError("expected rows of a multiple of ")
           << block << " elements with scheme "
           << stringifySchemeKind(scheme.getKind()) << ", found " << columns;
  bool needsScale =
      scheme.hasStaticScale() || scheme.getKind() == SchemeKind::NVFP4;
  if (needsScale != static_cast<bool>(scale))
    return op->emitOpError("expected ")
           << (needsScale ? "a scale" : "no scale") << " with scheme "
           << stringifySchemeKind(scheme.getKind());
  if (scale) {
    auto type = cast<ShapedType>(scale.getType());
    if (type.getRank() > 1 || (type.hasStaticShape() &&
                               type.getNumElements() != 1))
      return op->emitOpError("expected a scale of one element, found ")
             << type;
  }
  if (failed(verifyQuantizedType(op, scheme, input, quantized)))
    return failure();
  return verifyScales(op, scheme, input, scales);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult RMSNormOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (failed(verifyNorm(*this, input, getWeight(), getEpsilon(),
                        getWeightBias())))
    return failure();
  if (failed(verifyDestinations(*this, input, getODSOperands(2), 1)))
    return failure();
  if (Value out = getOuts())
    return verifySameShapeAndElementType(
        *this, input, cast<ShapedType>(out.getType()), "destination");
  return success();
}

LogicalResult AddRMSNormOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (failed(verifyNorm(*this, input, getWeight(), getEpsilon(),
                        getWeightBias())) ||
      failed(verifySameShapeAndElementType(
          *this, input, cast<ShapedType>(getResidual().getType()),
          "residual")) ||
      failed(verifyDestinations(*this, input, getOuts(), 2)))
    return failure();
  for (Value out : getOuts())
    if (failed(verifySameShapeAndElementType(
            *this, input, cast<ShapedType>(out.getType()), "destination")))
      return failure();
  return success();
}

LogicalResult QuantizeOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (input.getRank() == 0)
    return emitOpError("expected an input of rank 1 or more, found ") << input;
  unsigned expected = getScheme().hasStaticScale() ? 1 : 2;
  if (isa<RankedTensorType>(input) && getNumResults() != expected)
    return emitOpError("expected ")
           << expected << " results with scheme "
           << stringifySchemeKind(getScheme().getKind()) << ", found "
           << getNumResults();
  if (failed(verifyDestinations(*this, input, getOuts(), expected)))
    return failure();
  ValueRange outputs =
      getNumResults() ? ValueRange(getOutputs()) : ValueRange(getOuts());
  return verifyQuantization(
      *this, getScheme(), input, getScale(),
      cast<ShapedType>(outputs[0].getType()),
      expected == 2 ? cast<ShapedType>(outputs[1].getType()) : ShapedType());
}
