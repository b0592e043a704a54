//===- ConvertShapeToView.cpp - Views that upstream does not compute ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTSHAPETOVIEW
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Whether several sizes of one group of dimensions are unknown.
static bool hasUnknownSizes(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return llvm::any_of(op.getReassociationIndices(),
                      [&](const ReassociationIndices &group) {
                        return llvm::count_if(group, [&](int64_t dim) {
                                 return type.isDynamicDim(dim);
                               }) > 1;
                      });
}

/// The strides of a group's dimensions: the last one has that of the dimension
/// which is split, each other one the product of what is inside it.
static void setStrides(OpBuilder &builder, Location loc,
                       ArrayRef<int64_t> group, OpFoldResult stride,
                       ArrayRef<OpFoldResult> sizes,
                       MutableArrayRef<OpFoldResult> strides) {
  AffineExpr product =
      builder.getAffineSymbolExpr(0) * builder.getAffineSymbolExpr(1);
  for (int64_t dim : llvm::reverse(group)) {
    strides[dim] = stride;
    stride = affine::makeComposedFoldedAffineApply(builder, loc, product,
                                                   {stride, sizes[dim]});
  }
}

/// Replaces `op` by a view of `base` that has its type.
static void replaceByView(OpBuilder &builder, Operation *op, Value base,
                          OpFoldResult begin,
                          MutableArrayRef<OpFoldResult> sizes,
                          MutableArrayRef<OpFoldResult> strides) {
  Location loc = op->getLoc();
  auto type = cast<MemRefType>(op->getResult(0).getType());
  // What the type says has to be an attribute.
  auto [known, offset] = type.getStridesAndOffset();
  auto match = [&](OpFoldResult &value, int64_t number) {
    if (ShapedType::isStatic(number))
      value = builder.getIndexAttr(number);
    else
      value = getValueOrCreateConstantIndexOp(builder, loc, value);
  };
  match(begin, offset);
  for (auto [stride, number] : llvm::zip(strides, known))
    match(stride, number);
  for (auto [size, number] : llvm::zip(sizes, type.getShape()))
    match(size, number);
  auto view = memref::ReinterpretCastOp::create(builder, loc, type, base, begin,
                                                sizes, strides);
  op->replaceAllUsesWith(view);
  op->erase();
}

static void convert(memref::ExpandShapeOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  MemRefType type = op.getResultType();
  auto source =
      memref::ExtractStridedMetadataOp::create(builder, loc, op.getSrc());
  SmallVector<OpFoldResult> sizes =
      getMixedValues(op.getStaticOutputShape(), op.getOutputShape(), builder);
  SmallVector<OpFoldResult> outer = source.getConstifiedMixedStrides();
  SmallVector<OpFoldResult> strides(type.getRank());
  for (auto [group, stride] : llvm::zip(op.getReassociationIndices(), outer))
    setStrides(builder, loc, group, stride, sizes, strides);
  replaceByView(builder, op, source.getBaseBuffer(),
                source.getConstifiedMixedOffset(), sizes, strides);
}

/// The dimensions of a subview that its result has: those that match its shape
/// in order. The others have one element.
static SmallVector<int64_t> getKeptDims(memref::SubViewOp op) {
  ArrayRef<int64_t> shape = op.getType().getShape();
  SmallVector<int64_t> kept;
  for (auto [dim, size] : llvm::enumerate(op.getStaticSizes()))
    if (kept.size() < shape.size() && shape[kept.size()] == size)
      kept.push_back(dim);
  return kept;
}

/// Whether upstream takes other dimensions for those that the result lacks. It
/// compares strides, which are all alike where they are unknown.
static bool losesOtherDims(memref::SubViewOp op) {
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<int64_t> shape;
  for (auto [dim, size] : llvm::enumerate(op.getStaticSizes()))
    if (!dropped.test(dim))
      shape.push_back(size);
  return ArrayRef(shape) != op.getType().getShape();
}

static void convert(memref::SubViewOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto source =
      memref::ExtractStridedMetadataOp::create(builder, loc, op.getSource());
  SmallVector<OpFoldResult> outer = source.getConstifiedMixedStrides();
  AffineExpr first = builder.getAffineSymbolExpr(0),
             second = builder.getAffineSymbolExpr(1),
             third = builder.getAffineSymbolExpr(2);
  OpFoldResult begin = source.getConstifiedMixedOffset();
  for (auto [offset, stride] : llvm::zip(op.getMixedOffsets(), outer))
    begin = affine::makeComposedFoldedAffineApply(
        builder, loc, first + second * third, {begin, offset, stride});
  SmallVector<OpFoldResult> sizes, strides;
  for (int64_t dim : getKeptDims(op)) {
    sizes.push_back(op.getMixedSizes()[dim]);
    strides.push_back(affine::makeComposedFoldedAffineApply(
        builder, loc, first * second, {outer[dim], op.getMixedStrides()[dim]}));
  }
  replaceByView(builder, op, source.getBaseBuffer(), begin, sizes, strides);
}

namespace {
struct ConvertShapeToView
    : public conorm::impl::ConvertShapeToViewBase<ConvertShapeToView> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> expansions;
    SmallVector<memref::SubViewOp> subviews;
    getOperation()->walk([&](Operation *op) {
      auto expansion = dyn_cast<memref::ExpandShapeOp>(op);
      if (expansion && expansion.getResultType().isStrided() &&
          hasUnknownSizes(expansion))
        expansions.push_back(expansion);
      auto subview = dyn_cast<memref::SubViewOp>(op);
      if (subview && subview.getType().isStrided() && losesOtherDims(subview))
        subviews.push_back(subview);
    });
    for (memref::ExpandShapeOp op : expansions)
      convert(op);
    for (memref::SubViewOp op : subviews)
      convert(op);
    numConverted += expansions.size() + subviews.size();
    if (expansions.empty() && subviews.empty())
      markAllAnalysesPreserved();
  }
};
} // namespace
