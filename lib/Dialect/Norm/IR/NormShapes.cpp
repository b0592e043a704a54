//===- NormShapes.cpp - Shapes of quantized values and scales -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that says how large the outputs of a quantization are, as
// expressions in the input's sizes: the verifiers, the sizes of new tensors and
// the checks at run time are all made of these.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/AffineExpr.h"

using namespace mlir;
using namespace conorm::norm;

SmallVector<AffineExpr> conorm::norm::getInputSizeExprs(MLIRContext *context,
                                                        int64_t rank) {
  SmallVector<AffineExpr> sizes;
  for (int64_t dim = 0; dim < rank; ++dim)
    sizes.push_back(getAffineSymbolExpr(dim, context));
  return sizes;
}

SmallVector<AffineExpr> conorm::norm::getQuantizedSizeExprs(SchemeAttr scheme,
                                                            int64_t rank) {
  SmallVector<AffineExpr> sizes = getInputSizeExprs(scheme.getContext(), rank);
  if (scheme.getKind() == SchemeKind::NVFP4)
    sizes.back() = sizes.back().floorDiv(2);
  return sizes;
}

SmallVector<AffineExpr> conorm::norm::getScalesSizeExprs(SchemeAttr scheme,
                                                         int64_t rank) {
  MLIRContext *context = scheme.getContext();
  auto constant = [&](int64_t value) {
    return getAffineConstantExpr(value, context);
  };
  SmallVector<AffineExpr> sizes = getInputSizeExprs(context, rank);
  int64_t block = scheme.getBlockSize();
  AffineExpr blocks = block ? sizes.back().floorDiv(block) : constant(1);
  AffineExpr rows = constant(1);
  for (AffineExpr size : ArrayRef(sizes).drop_back())
    rows = rows * size;
  switch (scheme.getLayout()) {
  case ScaleLayout::Linear:
    sizes.back() = blocks;
    return sizes;
  case ScaleLayout::PackedColumnMajor:
    // Four exponents to an int32; the row stride is rounded up to four.
    return {blocks.ceilDiv(4), rows.ceilDiv(4) * 4};
  case ScaleLayout::Swizzled128x4:
    return {rows.ceilDiv(128), blocks.ceilDiv(4), constant(32), constant(4),
            constant(4)};
  }
  llvm_unreachable("unknown layout");
}

SmallVector<int64_t> conorm::norm::evaluateSizes(ArrayRef<AffineExpr> exprs,
                                                 ArrayRef<int64_t> input) {
  SmallVector<int64_t> sizes;
  for (AffineExpr expr : exprs) {
    SmallVector<AffineExpr> known;
    for (auto [dim, size] : llvm::enumerate(input))
      known.push_back(ShapedType::isDynamic(size)
                          ? getAffineSymbolExpr(dim, expr.getContext())
                          : getAffineConstantExpr(size, expr.getContext()));
    auto constant = dyn_cast<AffineConstantExpr>(expr.replaceSymbols(known));
    sizes.push_back(constant ? constant.getValue() : ShapedType::kDynamic);
  }
  return sizes;
}

/// Of elements of scales, where the scheme leaves no other or none is given.
static Type getScaleElement(SchemeAttr scheme) {
  MLIRContext *context = scheme.getContext();
  switch (scheme.getKind()) {
  case SchemeKind::NVFP4:
    return Float8E4M3FNType::get(context);
  case SchemeKind::MXFP8:
    return Float8E8M0FNUType::get(context);
  default:
    if (scheme.getLayout() == ScaleLayout::PackedColumnMajor)
      return IntegerType::get(context, 32);
    return Float32Type::get(context);
  }
}

SmallVector<Type> conorm::norm::getQuantizeTypes(Type input, SchemeAttr scheme,
                                                 Type quantizedElement,
                                                 Type scaleElement) {
  auto tensor = dyn_cast<RankedTensorType>(input);
  // What is no input of this operation the verifier says.
  if (!tensor || tensor.getRank() == 0)
    return {};
  if (!quantizedElement)
    quantizedElement = scheme.getKind() == SchemeKind::NVFP4
                           ? Type(IntegerType::get(scheme.getContext(), 8))
                           : Type(Float8E4M3FNType::get(scheme.getContext()));
  if (!scaleElement)
    scaleElement = getScaleElement(scheme);
  auto getType = [&](ArrayRef<AffineExpr> sizes, Type element) {
    return RankedTensorType::get(evaluateSizes(sizes, tensor.getShape()),
                                 element);
  };
  SmallVector<Type> types = {getType(
      getQuantizedSizeExprs(scheme, tensor.getRank()), quantizedElement)};
  if (!scheme.hasStaticScale())
    types.push_back(
        getType(getScalesSizeExprs(scheme, tensor.getRank()), scaleElement));
  return types;
}

SmallVector<OpFoldResult> conorm::norm::reifySizes(OpBuilder &builder,
                                                   Location loc,
                                                   ArrayRef<AffineExpr> exprs,
                                                   ArrayRef<OpFoldResult> input,
                                                   ShapedType type) {
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, expr] : llvm::enumerate(exprs)) {
    // What the type says is an attribute, and everything else a value, whether
    // the input's sizes are known or not.
    if (!type.isDynamicDim(dim)) {
      sizes.push_back(builder.getIndexAttr(type.getDimSize(dim)));
      continue;
    }
    OpFoldResult size = affine::makeComposedFoldedAffineApply(
        builder, loc, AffineMap::get(0, input.size(), expr), input);
    sizes.push_back(getValueOrCreateConstantIndexOp(builder, loc, size));
  }
  return sizes;
}
