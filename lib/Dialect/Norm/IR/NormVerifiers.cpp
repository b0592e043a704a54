//===- NormVerifiers.cpp - What operations of norm must be ----------------===//
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
                      : (kind == SchemeKind::PerTensor ? "f8E4M3FN or f8E5M2"
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
    if (type.getRank() > 1 ||
        (type.hasStaticShape() && type.getNumElements() != 1))
      return op->emitOpError("expected a scale of one element, found ") << type;
  }
  if (failed(verifyQuantizedType(op, scheme, input, quantized)))
    return failure();
  return verifyScales(op, scheme, input, scales);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Destinations that are like the input.
static LogicalResult verifyLikeInput(Operation *op, ShapedType input,
                                     ValueRange destinations) {
  for (Value destination : destinations)
    if (failed(verifySameShapeAndElementType(
            op, input, cast<ShapedType>(destination.getType()), "destination")))
      return failure();
  return success();
}

LogicalResult RMSNormOp::verify() {
  return verifyLikeInput(*this, cast<ShapedType>(getInput().getType()),
                         getDestinations());
}

LogicalResult AddRMSNormOp::verify() {
  return verifyLikeInput(*this, cast<ShapedType>(getInput().getType()),
                         getDestinations());
}

LogicalResult QuantizeOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (input.getRank() == 0)
    return emitOpError("expected an input of rank 1 or more, found ") << input;
  unsigned expected = getOutputNames().size();
  if (isa<RankedTensorType>(input) && getNumResults() != expected)
    return emitOpError("expected ")
           << expected << " results with scheme "
           << stringifySchemeKind(getScheme().getKind()) << ", found "
           << getNumResults();
  ValueRange outputs =
      getNumResults() ? ValueRange(getOutputs()) : ValueRange(getOuts());
  return verifyQuantization(
      *this, getScheme(), input, getScale(),
      cast<ShapedType>(outputs[0].getType()),
      expected == 2 ? cast<ShapedType>(outputs[1].getType()) : ShapedType());
}
