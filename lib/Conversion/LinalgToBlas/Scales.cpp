//===- Scales.cpp - Factors as scales of a product ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scales.h"

#include "Contraction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Adds the factors of `value`, a scalar of the body of `op`.
bool Factors::addFromBody(linalg::GenericOp op, Value value, AffineMap map) {
  Block *body = op.getBlock();
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner() == body) {
    OpOperand *operand = op.getMatchingOpOperand(argument);
    add(operand->get(), op.getMatchingIndexingMap(operand).compose(map));
    return true;
  }
  if (value.getParentBlock() != body || matchPattern(value, m_Constant())) {
    factors.push_back({value, map});
    return value.getType().isF32();
  }
  auto product = value.getDefiningOp<arith::MulFOp>();
  return product && addFromBody(op, product.getLhs(), map) &&
         addFromBody(op, product.getRhs(), map);
}

bool Factors::add(linalg::GenericOp op, AffineMap map, Type &rounded) {
  if (!isElementwise(op))
    return false;
  Value value = op.getBlock()->getTerminator()->getOperand(0);
  if (auto rounding = value.getDefiningOp<arith::TruncFOp>();
      rounding && !rounding.getRoundingmode()) {
    rounded = rounding.getType();
    value = rounding.getIn();
  }
  return value.getType().isF32() && addFromBody(op, value, map);
}

bool Factors::takeProduct() {
  size_t before = factors.size();
  llvm::erase_if(factors, [&](const Factor &factor) {
    return factor.value == product && factor.map.isIdentity();
  });
  return factors.size() + 1 == before &&
         llvm::none_of(factors, [&](const Factor &factor) {
           return factor.value == product;
         });
}

//===----------------------------------------------------------------------===//
// Broadcasts and reshapes
//===----------------------------------------------------------------------===//

/// The map behind a reshape of `larger` to or from `smaller`, whose groups have
/// at most one dimension that is not 1; none otherwise. `isCollapse`: the
/// tensor that is looked for is the larger one.
static std::optional<AffineMap>
composeReshape(AffineMap map, ArrayRef<ReassociationIndices> groups,
               RankedTensorType larger, bool isCollapse) {
  SmallVector<AffineExpr> results(isCollapse ? larger.getRank() : groups.size(),
                                  getAffineConstantExpr(0, map.getContext()));
  for (auto [dim, group] : llvm::enumerate(groups)) {
    SmallVector<int64_t> wide;
    for (int64_t part : group)
      if (larger.getDimSize(part) != 1)
        wide.push_back(part);
    if (wide.size() > 1)
      return std::nullopt;
    if (wide.empty())
      continue;
    if (isCollapse)
      results[wide[0]] = map.getResult(dim);
    else
      results[dim] = map.getResult(wide[0]);
  }
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext());
}

/// What `value` repeats or reshapes, and the map to it; nothing if it is none.
static std::optional<Factor> lookThrough(Value value, AffineMap map) {
  Operation *op = value.getDefiningOp();
  if (auto broadcast = dyn_cast_or_null<linalg::BroadcastOp>(op)) {
    llvm::SmallBitVector added(map.getNumResults());
    for (int64_t dim : broadcast.getDimensions())
      added.set(dim);
    return Factor{broadcast.getInput(), map.dropResults(added)};
  }
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
    return Factor{fill.getInputs()[0], map};
  if (auto splat = dyn_cast_or_null<tensor::SplatOp>(op))
    return Factor{splat.getInput(), map};
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(op)) {
    if (auto composed = composeReshape(map, expand.getReassociationIndices(),
                                       expand.getResultType(), false))
      return Factor{expand.getSrc(), *composed};
  }
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(op)) {
    if (auto composed = composeReshape(map, collapse.getReassociationIndices(),
                                       collapse.getSrcType(), true))
      return Factor{collapse.getSrc(), *composed};
  }
  return std::nullopt;
}

void Factors::add(Value value, AffineMap map) {
  if (value == product) {
    factors.push_back({value, map});
    return;
  }
  if (std::optional<Factor> source = lookThrough(value, map)) {
    if (isa<RankedTensorType>(source->value.getType()))
      return add(source->value, source->map);
    factors.push_back(*source);
    return;
  }
  if (auto both = value.getDefiningOp<arith::MulFOp>()) {
    add(both.getLhs(), map);
    return add(both.getRhs(), map);
  }
  if (auto generic = value.getDefiningOp<linalg::GenericOp>()) {
    size_t before = factors.size();
    Type rounded;
    if (add(generic, map, rounded) && !rounded)
      return;
    factors.truncate(before);
  }
  factors.push_back({value, map});
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// The value of a constant that is the same everywhere; null for others.
static FloatAttr getSplat(Value value) {
  FloatAttr constant;
  SplatElementsAttr splat;
  if (matchPattern(value, m_Constant(&constant)))
    return constant;
  if (matchPattern(value, m_Constant(&splat)))
    return dyn_cast<FloatAttr>(splat.getSplatValue<Attribute>());
  return nullptr;
}

ScaleKind conorm::classify(const Factor &factor, ArrayRef<unsigned> dims) {
  if (FloatAttr constant = getSplat(factor.value))
    return constant.getType().isF32() ? ScaleKind::Scalar : ScaleKind::None;
  auto type = dyn_cast<RankedTensorType>(factor.value.getType());
  if (!type)
    return factor.value.getType().isF32() ? ScaleKind::Scalar : ScaleKind::None;
  if (!type.getElementType().isF32())
    return ScaleKind::None;
  SmallVector<unsigned> read;
  for (auto [size, result] :
       llvm::zip(type.getShape(), factor.map.getResults())) {
    if (size == 1)
      continue;
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim)
      return ScaleKind::None;
    read.push_back(dim.getPosition());
  }
  if (read.empty())
    return ScaleKind::Scalar;
  return ArrayRef(read) == dims ? ScaleKind::Vector : ScaleKind::None;
}

Value conorm::makeScale(OpBuilder &builder, Location loc,
                        const Factor &factor) {
  Value value = factor.value;
  if (FloatAttr constant = getSplat(value)) {
    auto type = RankedTensorType::get({}, constant.getType());
    return arith::ConstantOp::create(
        builder, loc, type, DenseElementsAttr::get(type, constant.getValue()));
  }
  if (auto type = dyn_cast<RankedTensorType>(value.getType())) {
    if (type.getRank() <= 1)
      return value;
    ReassociationIndices all =
        llvm::to_vector<2>(llvm::seq<int64_t>(0, type.getRank()));
    return tensor::CollapseShapeOp::create(
        builder, loc, value, SmallVector<ReassociationIndices>{all});
  }
  // It stays where it is.
  auto element = value.getDefiningOp<tensor::ExtractOp>();
  if (element && element.getTensor().getType().hasStaticShape() &&
      element.getTensor().getType().getNumElements() == 1)
    return makeScale(builder, loc, {element.getTensor(), factor.map});
  auto scalar = RankedTensorType::get({}, value.getType());
  Value empty = tensor::EmptyOp::create(builder, loc, scalar, ValueRange());
  return linalg::FillOp::create(builder, loc, value, empty).getResult(0);
}
