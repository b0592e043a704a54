//===- Reshapes.cpp -  ----------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reshapes.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::raise;

// As in Elementwise.cpp: it bounds the cost, and ends the circles of graph
// regions.
static constexpr unsigned kMaxSteps = 16;

//===----------------------------------------------------------------------===//
// What a reshape does
//===----------------------------------------------------------------------===//

static RankedTensorType getRankedType(Value value) {
  return dyn_cast<RankedTensorType>(value.getType());
}

bool raise::isReshape(Operation *op) {
  if (!isa_and_present<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                       tensor::ReshapeOp, tensor::ExtractSliceOp,
                       tensor::CastOp>(op))
    return false;
  RankedTensorType from = getRankedType(op->getOperand(0)),
                   to = getRankedType(op->getResult(0));
  return from && to && from.getRank() > 0 && to.getRank() > 0;
}

bool raise::changesShape(Operation *op) {
  return isReshape(op) && !isa<tensor::CastOp>(op);
}

/// Whether the last dimension of both is one and the same, where `expanded` has
/// more dimensions and `group` are those that became the last one of the other.
static bool keepsLastDimension(RankedTensorType collapsed,
                               RankedTensorType expanded,
                               ArrayRef<int64_t> group) {
  return collapsed.getShape().back() == expanded.getShape().back() &&
         llvm::all_of(group.drop_back(), [&](int64_t dim) {
           return expanded.getDimSize(dim) == 1;
         });
}

/// A tensor of the same sizes, further back.
static Value getSizeSource(Value value) {
  for (unsigned step = 0; step < kMaxSteps; ++step)
    if (isa_and_present<AllReduceOp, norm::RMSNormOp>(value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
  return value;
}

static bool isSizeOf(OpFoldResult size, Value value, int64_t dim) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!type.isDynamicDim(dim))
    return getConstantIntValue(size) == type.getDimSize(dim);
  auto read = llvm::dyn_cast_if_present<Value>(size);
  auto op = read ? read.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
  return op && op.getConstantIndex() == dim &&
         getSizeSource(op.getSource()) == getSizeSource(value);
}

/// Whether the last dimension of a slice is the last one of its operand, or
/// part of it.
static bool slicesRowsAlone(tensor::ExtractSliceOp slice) {
  return !slice.getDroppedDims().test(slice.getSourceType().getRank() - 1);
}

static bool keepsColumns(tensor::ExtractSliceOp slice) {
  int64_t last = slice.getSourceType().getRank() - 1;
  return isZeroInteger(slice.getMixedOffsets()[last]) &&
         isOneInteger(slice.getMixedStrides()[last]) &&
         isSizeOf(slice.getMixedSizes()[last], slice.getSource(), last);
}

bool raise::keepsRows(Operation *reshape) {
  RankedTensorType from = getRankedType(reshape->getOperand(0)),
                   to = getRankedType(reshape->getResult(0));
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reshape))
    return keepsLastDimension(from, to,
                              expand.getReassociationIndices().back());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return keepsLastDimension(to, from,
                              collapse.getReassociationIndices().back());
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(reshape))
    return slicesRowsAlone(slice) && keepsColumns(slice);
  if (isa<tensor::CastOp>(reshape))
    return true;
  // The number of rows follows from that of the elements, unless there are
  // none.
  int64_t columns = from.getShape().back();
  return !ShapedType::isDynamic(columns) && columns != 0 &&
         columns == to.getShape().back();
}

bool raise::slicesColumns(Operation *reshape) {
  auto slice = dyn_cast<tensor::ExtractSliceOp>(reshape);
  return slice && slicesRowsAlone(slice) && !keepsColumns(slice);
}

Value raise::getReshaped(Value value, SmallVectorImpl<Operation *> &reshapes) {
  SmallVector<Operation *> found;
  while (isReshape(value.getDefiningOp()) && found.size() < kMaxSteps) {
    found.push_back(value.getDefiningOp());
    value = found.back()->getOperand(0);
  }
  reshapes.append(found.rbegin(), found.rend());
  return value;
}

//===----------------------------------------------------------------------===//
// Readers
//===----------------------------------------------------------------------===//

bool raise::readsSize(Operation *op) { return isa<tensor::DimOp>(op); }

bool raise::isReadOnce(Value value) {
  unsigned count = 0;
  for (Operation *user : value.getUsers())
    count += !readsSize(user);
  return count <= 1;
}

void raise::readSizesOf(RewriterBase &rewriter, Value value, Value source) {
  if (value == source)
    return;
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses()))
    if (readsSize(use.getOwner()))
      rewriter.modifyOpInPlace(use.getOwner(), [&] { use.set(source); });
}

//===----------------------------------------------------------------------===//
// Making reshapes
//===----------------------------------------------------------------------===//

Value raise::castShape(RewriterBase &rewriter, Value value, Type type) {
  if (value.getType() == type)
    return value;
  rewriter.setInsertionPointAfterValue(value);
  return tensor::CastOp::create(rewriter, value.getLoc(), type, value);
}

void raise::setResultType(RewriterBase &rewriter, Value result, Type type) {
  Type previous = result.getType();
  if (previous == type)
    return;
  rewriter.modifyOpInPlace(result.getDefiningOp(),
                           [&] { result.setType(type); });
  if (result.use_empty())
    return;
  Value cast = castShape(rewriter, result, previous);
  rewriter.replaceAllUsesExcept(result, cast, cast.getDefiningOp());
}

/// The shape of `type` with rows of `columns`.
static SmallVector<int64_t> withColumns(RankedTensorType type,
                                        int64_t columns) {
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = columns;
  return shape;
}

/// A shape operand of `tensor.reshape` that ends in another size.
static Value setLastSize(RewriterBase &rewriter, Location loc, Value shape,
                         OpFoldResult size) {
  auto type = cast<RankedTensorType>(shape.getType());
  Value last = getValueOrCreateConstantIndexOp(rewriter, loc, size);
  if (!type.getElementType().isIndex())
    last =
        arith::IndexCastOp::create(rewriter, loc, type.getElementType(), last);
  Value index =
      arith::ConstantIndexOp::create(rewriter, loc, type.getDimSize(0) - 1);
  return tensor::InsertOp::create(rewriter, loc, last, shape, index);
}

/// The reshape without its discardable attributes.
static Operation *makeReshape(RewriterBase &rewriter, Operation *reshape,
                              Value value, bool isResized) {
  Location loc = reshape->getLoc();
  RankedTensorType from = getRankedType(reshape->getOperand(0)),
                   to = getRankedType(reshape->getResult(0)),
                   type = getRankedType(value);
  int64_t columns = type.getShape().back();
  SmallVector<int64_t> source(from.getShape()), result(to.getShape());
  if (isResized) {
    source = withColumns(from, columns);
    result = withColumns(to, columns);
  }
  auto resultType = RankedTensorType::get(result, type.getElementType());
  RankedTensorType sourceType =
      RankedTensorType::get(source, type.getElementType());
  if (sourceType != type)
    value = tensor::CastOp::create(rewriter, loc, sourceType, value);
  OpFoldResult size =
      isResized ? tensor::getMixedSize(rewriter, loc, value, type.getRank() - 1)
                : OpFoldResult();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reshape)) {
    SmallVector<OpFoldResult> sizes = getMixedValues(
        expand.getStaticOutputShape(), expand.getOutputShape(), rewriter);
    if (isResized)
      sizes.back() = size;
    return tensor::ExpandShapeOp::create(rewriter, loc, resultType, value,
                                         expand.getReassociationIndices(),
                                         sizes);
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return tensor::CollapseShapeOp::create(rewriter, loc, resultType, value,
                                           collapse.getReassociationIndices());
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(reshape)) {
    SmallVector<OpFoldResult> sizes = slice.getMixedSizes();
    if (isResized)
      sizes.back() = size;
    return tensor::ExtractSliceOp::create(rewriter, loc, resultType, value,
                                          slice.getMixedOffsets(), sizes,
                                          slice.getMixedStrides());
  }
  if (isa<tensor::CastOp>(reshape))
    return tensor::CastOp::create(rewriter, loc, resultType, value);
  Value shape = cast<tensor::ReshapeOp>(reshape).getShape();
  if (isResized)
    shape = setLastSize(rewriter, loc, shape, size);
  return tensor::ReshapeOp::create(rewriter, loc, resultType, value, shape);
}

Value raise::applyReshape(RewriterBase &rewriter, Operation *reshape,
                          Value value, bool isResized) {
  Operation *made = makeReshape(rewriter, reshape, value, isResized);
  made->setDiscardableAttrs(reshape->getDiscardableAttrDictionary());
  return made->getResult(0);
}

Value raise::invertReshape(RewriterBase &rewriter, Operation *reshape,
                           Value value) {
  Location loc = reshape->getLoc();
  Value source = reshape->getOperand(0);
  if (isa<tensor::CastOp>(reshape))
    return tensor::CastOp::create(rewriter, loc, source.getType(), value);
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reshape))
    return tensor::CollapseShapeOp::create(rewriter, loc, source.getType(),
                                           value,
                                           expand.getReassociationIndices());
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(rewriter, loc, source);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return tensor::ExpandShapeOp::create(rewriter, loc, source.getType(), value,
                                         collapse.getReassociationIndices(),
                                         sizes);
  Value shape = tensor::FromElementsOp::create(
      rewriter, loc, getValueOrCreateConstantIndexOp(rewriter, loc, sizes));
  return tensor::ReshapeOp::create(rewriter, loc, source.getType(), value,
                                   shape);
}
