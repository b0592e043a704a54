//===- ExpandShapes.cpp - Dimensions split into several of unknown size ---===//
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
#define GEN_PASS_DEF_CONVERTEXPANDSHAPETOVIEW
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
  // What the type says has to be an attribute.
  auto [known, offset] = type.getStridesAndOffset();
  for (auto [stride, number] : llvm::zip(strides, known))
    if (ShapedType::isStatic(number))
      stride = builder.getIndexAttr(number);
    else
      stride = getValueOrCreateConstantIndexOp(builder, loc, stride);
  OpFoldResult begin = source.getConstifiedMixedOffset();
  if (ShapedType::isStatic(offset))
    begin = builder.getIndexAttr(offset);
  else
    begin = getValueOrCreateConstantIndexOp(builder, loc, begin);
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(dim))
      size = getValueOrCreateConstantIndexOp(builder, loc, size);
  op.replaceAllUsesWith(
      memref::ReinterpretCastOp::create(
          builder, loc, type, source.getBaseBuffer(), begin, sizes, strides)
          .getResult());
  op.erase();
}

namespace {
struct ConvertExpandShapeToView
    : public conorm::impl::ConvertExpandShapeToViewBase<
          ConvertExpandShapeToView> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> ops;
    getOperation()->walk([&](memref::ExpandShapeOp op) {
      if (op.getResultType().isStrided() && hasUnknownSizes(op))
        ops.push_back(op);
    });
    for (memref::ExpandShapeOp op : ops)
      convert(op);
    numConverted += ops.size();
    if (ops.empty())
      markAllAnalysesPreserved();
  }
};
} // namespace
