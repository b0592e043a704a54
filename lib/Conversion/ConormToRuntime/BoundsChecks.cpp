//===- BoundsChecks.cpp - Accesses that must be within bounds -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BoundsChecks.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm;

namespace {

/// Collects the rules of one operation.
class RuleBuilder {
public:
  RuleBuilder(Operation *op, OpBuilder &builder)
      : loc(op->getLoc()), builder(builder) {}

  void addIndices(Value buffer, ValueRange indices);
  void addSlice(memref::SubViewOp op);
  void addCast(memref::CastOp op);
  void addExpansion(memref::ExpandShapeOp op);
  void addReshape(memref::ReshapeOp op);
  void addCopy(memref::CopyOp op);
  void addSizes(MemRefType type, ValueRange sizes);
  void addDimension(memref::DimOp op);

  SmallVector<BoundsRule> rules;

private:
  OpFoldResult getSize(Value buffer, int64_t dim) {
    return memref::getMixedSize(builder, loc, buffer, dim);
  }
  OpFoldResult multiply(ArrayRef<OpFoldResult> numbers);
  void addEqual(StringLiteral access, int64_t dim, OpFoldResult size,
                OpFoldResult limit);

  Location loc;
  OpBuilder &builder;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is known
//===----------------------------------------------------------------------===//

/// Whether the numbers are known, and it holds for them.
static bool isKnownToHold(const BoundsRule &rule) {
  std::optional<int64_t> offset = getConstantIntValue(rule.offset);
  std::optional<int64_t> size = getConstantIntValue(rule.size);
  std::optional<int64_t> stride = getConstantIntValue(rule.stride);
  std::optional<int64_t> limit = getConstantIntValue(rule.limit);
  switch (rule.kind) {
  case CONORM_BOUNDS_INDEX:
    return offset && limit && *offset >= 0 && *offset < *limit;
  case CONORM_BOUNDS_SLICE: {
    // Nothing, or all of a dimension, whatever its size is.
    if (size == 0 || (offset == 0 && stride == 1 && rule.size == rule.limit))
      return true;
    // Strides are small, or the product does not say anything.
    return offset && size && stride && limit && *offset >= 0 && *stride >= 0 &&
           *size > 0 && *offset < *limit &&
           (*stride == 0 || *size - 1 <= (*limit - 1 - *offset) / *stride);
  }
  case CONORM_BOUNDS_EQUAL:
    return rule.size == rule.limit || (size && size == limit);
  case CONORM_BOUNDS_COUNT:
    return size && *size >= 0;
  }
  llvm_unreachable("a kind is one of these");
}

//===----------------------------------------------------------------------===//
// Rules of operations
//===----------------------------------------------------------------------===//

void RuleBuilder::addIndices(Value buffer, ValueRange indices) {
  for (auto [dim, index] : llvm::enumerate(indices))
    rules.push_back({CONORM_BOUNDS_INDEX, "element", int64_t(dim), index,
                     OpFoldResult(), OpFoldResult(), getSize(buffer, dim)});
}

void RuleBuilder::addSlice(memref::SubViewOp op) {
  for (auto [dim, offset, size, stride] : llvm::enumerate(
           op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides()))
    rules.push_back({CONORM_BOUNDS_SLICE, "slice", int64_t(dim), offset, size,
                     stride, getSize(op.getSource(), dim)});
}

void RuleBuilder::addEqual(StringLiteral access, int64_t dim, OpFoldResult size,
                           OpFoldResult limit) {
  rules.push_back({CONORM_BOUNDS_EQUAL, access, dim, OpFoldResult(), size,
                   OpFoldResult(), limit});
}

/// Sizes that the result knows, and the source does not.
void RuleBuilder::addCast(memref::CastOp op) {
  auto source = dyn_cast<MemRefType>(op.getSource().getType());
  auto result = dyn_cast<MemRefType>(op.getType());
  if (!source || !result)
    return;
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    if (source.isDynamicDim(dim) && !result.isDynamicDim(dim))
      addEqual("cast", dim, getSize(op.getSource(), dim),
               builder.getIndexAttr(result.getDimSize(dim)));
}

OpFoldResult RuleBuilder::multiply(ArrayRef<OpFoldResult> numbers) {
  AffineExpr product = builder.getAffineConstantExpr(1);
  for (unsigned i = 0; i < numbers.size(); ++i)
    product = product * builder.getAffineSymbolExpr(i);
  return affine::makeComposedFoldedAffineApply(
      builder, loc, AffineMap::get(0, numbers.size(), product), numbers);
}

/// The sizes that a dimension is split into make up all of it.
void RuleBuilder::addExpansion(memref::ExpandShapeOp op) {
  SmallVector<OpFoldResult> sizes =
      getMixedValues(op.getStaticOutputShape(), op.getOutputShape(), builder);
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    SmallVector<OpFoldResult> parts;
    for (int64_t part : group) {
      parts.push_back(sizes[part]);
      rules.push_back({CONORM_BOUNDS_COUNT, "reshape", part, OpFoldResult(),
                       sizes[part], OpFoldResult(), OpFoldResult()});
    }
    addEqual("reshape", dim, multiply(parts), getSize(op.getSrc(), dim));
  }
}

void RuleBuilder::addReshape(memref::ReshapeOp op) {
  auto source = dyn_cast<MemRefType>(op.getSource().getType());
  auto shape = cast<MemRefType>(op.getShape().getType());
  if (!source || !shape.hasStaticShape())
    return;
  SmallVector<OpFoldResult> old, sizes;
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    old.push_back(getSize(op.getSource(), dim));
  for (int64_t dim = 0; dim < shape.getDimSize(0); ++dim) {
    Value at = arith::ConstantIndexOp::create(builder, loc, dim);
    Value size = memref::LoadOp::create(builder, loc, op.getShape(), at);
    if (!size.getType().isIndex())
      size = arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                        size);
    sizes.push_back(size);
    rules.push_back({CONORM_BOUNDS_COUNT, "reshape", dim, OpFoldResult(), size,
                     OpFoldResult(), OpFoldResult()});
  }
  addEqual("reshape to the elements", 0, multiply(sizes), multiply(old));
}

void RuleBuilder::addCopy(memref::CopyOp op) {
  auto source = dyn_cast<MemRefType>(op.getSource().getType());
  if (!source || !isa<MemRefType>(op.getTarget().getType()))
    return;
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    addEqual("copy", dim, getSize(op.getSource(), dim),
             getSize(op.getTarget(), dim));
}

void RuleBuilder::addSizes(MemRefType type, ValueRange sizes) {
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      rules.push_back({CONORM_BOUNDS_COUNT, "allocation", dim, OpFoldResult(),
                       sizes[type.getDynamicDimIndex(dim)], OpFoldResult(),
                       OpFoldResult()});
}

void RuleBuilder::addDimension(memref::DimOp op) {
  if (auto type = dyn_cast<MemRefType>(op.getSource().getType()))
    rules.push_back({CONORM_BOUNDS_INDEX, "dimension of a shape", 0,
                     op.getIndex(), OpFoldResult(), OpFoldResult(),
                     builder.getIndexAttr(type.getRank())});
}

bool conorm::mayLeaveBounds(Operation *op) {
  return isa<memref::LoadOp, memref::StoreOp, memref::AtomicRMWOp,
             memref::GenericAtomicRMWOp, memref::SubViewOp, memref::CastOp,
             memref::ExpandShapeOp, memref::ReshapeOp, memref::CopyOp,
             memref::AllocOp, memref::DimOp>(op);
}

SmallVector<BoundsRule> conorm::getBoundsRules(Operation *op,
                                               OpBuilder &builder) {
  RuleBuilder rules(op, builder);
  llvm::TypeSwitch<Operation *>(op)
      .Case<memref::LoadOp, memref::StoreOp, memref::AtomicRMWOp,
            memref::GenericAtomicRMWOp>(
          [&](auto op) { rules.addIndices(op.getMemref(), op.getIndices()); })
      .Case([&](memref::SubViewOp op) { rules.addSlice(op); })
      .Case([&](memref::CastOp op) { rules.addCast(op); })
      .Case([&](memref::ExpandShapeOp op) { rules.addExpansion(op); })
      .Case([&](memref::ReshapeOp op) { rules.addReshape(op); })
      .Case([&](memref::CopyOp op) { rules.addCopy(op); })
      .Case([&](memref::AllocOp op) {
        rules.addSizes(op.getType(), op.getDynamicSizes());
      })
      .Case([&](memref::DimOp op) { rules.addDimension(op); });
  llvm::erase_if(rules.rules, isKnownToHold);
  return std::move(rules.rules);
}
