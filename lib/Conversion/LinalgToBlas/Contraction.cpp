//===- Contraction.cpp - Contractions as products of matrices -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"

#include "conorm/Dialect/Blas/IR/Blas.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace conorm;

/// A refusal with what was found as text.
template <typename... Parts>
static LogicalResult refuse(Refusal &refusal, StringRef constraint,
                            const Parts &...parts) {
  refusal.constraint = constraint;
  refusal.found.clear();
  llvm::raw_string_ostream stream(refusal.found);
  (stream << ... << parts);
  return failure();
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

/// The argument that `value` is, maybe extended.
static BlockArgument getArgument(Value value, Block *body) {
  if (auto extension = value.getDefiningOp<arith::ExtFOp>())
    value = extension.getIn();
  auto argument = dyn_cast<BlockArgument>(value);
  return argument && argument.getOwner() == body ? argument : BlockArgument();
}

/// `value` if it is the product of the body's first two arguments.
static arith::MulFOp getProduct(Value value, Block *body) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (!product)
    return nullptr;
  BlockArgument first = getArgument(product.getLhs(), body);
  BlockArgument second = getArgument(product.getRhs(), body);
  return first && second && first.getArgNumber() + second.getArgNumber() == 1
             ? product
             : nullptr;
}

static LogicalResult matchBody(linalg::LinalgOp op, Refusal &refusal) {
  Block *body = op.getBlock();
  Value yielded = body->getTerminator()->getOperand(0);
  auto sum = yielded.getDefiningOp<arith::AddFOp>();
  if (!sum)
    return refuse(refusal, "Body", "no sum of floats");
  Value accumulator = body->getArgument(2);
  bool isFirst = sum.getLhs() == accumulator;
  if (!isFirst && sum.getRhs() != accumulator)
    return refuse(refusal, "Body", "a sum of something else than the result");
  if (!getProduct(isFirst ? sum.getRhs() : sum.getLhs(), body))
    return refuse(refusal, "Body",
                  "a sum of something else than products of the operands");
  if (!sum.getType().isF32())
    return refuse(refusal, "Accumulation", sum.getType());
  return success();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

bool conorm::isElementwise(linalg::GenericOp op) {
  return op.getNumParallelLoops() == op.getNumLoops() &&
         op.getNumDpsInits() == 1 && op->getNumResults() == 1 &&
         op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() &&
         op.getRegionOutputArgs().front().use_empty();
}

/// The tensor that `value` is an extension of; `value` if it is none.
static Value lookThroughExtension(Value value) {
  if (auto extension = value.getDefiningOp<arith::ExtFOp>())
    return extension.getIn();
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || !isElementwise(generic) || generic.getNumDpsInputs() != 1 ||
      !generic.getMatchingIndexingMap(generic.getDpsInputOperand(0))
           .isIdentity())
    return value;
  auto extension = generic.getBody()
                       ->getTerminator()
                       ->getOperand(0)
                       .getDefiningOp<arith::ExtFOp>();
  return extension && extension.getIn() == generic.getBody()->getArgument(0)
             ? generic.getDpsInputs()[0]
             : value;
}

static LogicalResult matchOperands(Contraction &contraction, Refusal &refusal) {
  Type f32 = Float32Type::get(contraction.op.getContext());
  auto fits = [&](Value lhs, Value rhs) {
    return blas::areMatmulTypes(getElementTypeOrSelf(lhs.getType()),
                                getElementTypeOrSelf(rhs.getType()), f32);
  };
  Value lhs = lookThroughExtension(contraction.lhs);
  Value rhs = lookThroughExtension(contraction.rhs);
  if (fits(lhs, rhs)) {
    contraction.lhs = lhs;
    contraction.rhs = rhs;
  } else if (!fits(contraction.lhs, contraction.rhs)) {
    return refuse(refusal, "OperandTypes", contraction.getLhsElement(), " and ",
                  contraction.getRhsElement());
  }
  return success();
}

/// Whether every element of `value` is zero.
static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    value = fill.getInputs()[0];
  else if (auto splat = value.getDefiningOp<tensor::SplatOp>())
    value = splat.getInput();
  return matchPattern(value, m_AnyZeroFloat());
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

/// The loops that the dimensions of an operand are; none if some is no loop.
static std::optional<DimGroup> getLoops(linalg::LinalgOp op,
                                        OpOperand *operand) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  if (!map.isProjectedPermutation())
    return std::nullopt;
  DimGroup loops;
  for (AffineExpr result : map.getResults())
    loops.push_back(cast<AffineDimExpr>(result).getPosition());
  return loops;
}

/// Whether `dims` are the groups one after the other.
static bool isSequence(ArrayRef<unsigned> dims,
                       std::initializer_list<ArrayRef<unsigned>> groups) {
  for (ArrayRef<unsigned> group : groups) {
    if (dims.take_front(group.size()) != group)
      return false;
    dims = dims.drop_front(group.size());
  }
  return dims.empty();
}

/// Those of `group` in the order of `dims`.
static DimGroup inOrder(ArrayRef<unsigned> group, ArrayRef<unsigned> dims) {
  DimGroup ordered;
  for (unsigned dim : dims)
    if (llvm::is_contained(group, dim))
      ordered.push_back(dim);
  return ordered;
}

/// Takes the loops of each kind, and turns the operands so that the rows of
/// the left one come first in the result.
static LogicalResult matchDimensions(Contraction &contraction,
                                     Refusal &refusal) {
  linalg::LinalgOp op = contraction.op;
  std::optional<DimGroup> lhs = getLoops(op, op.getDpsInputOperand(0));
  std::optional<DimGroup> rhs = getLoops(op, op.getDpsInputOperand(1));
  std::optional<DimGroup> output = getLoops(op, op.getDpsInitOperand(0));
  FailureOr<linalg::ContractionDimensions> kinds =
      linalg::inferContractionDims(op);
  if (!lhs || !rhs || !output || failed(kinds) ||
      kinds->batch.size() + kinds->m.size() + kinds->n.size() +
              kinds->k.size() !=
          op.getNumLoops())
    return refuse(refusal, "Dimensions",
                  "loops that are none of batch, rows, columns and sum");
  contraction.batch = inOrder(kinds->batch, *output);
  contraction.m = inOrder(kinds->m, *output);
  contraction.n = inOrder(kinds->n, *output);
  contraction.k = inOrder(kinds->k, *lhs);
  if (!isSequence(*output, {contraction.batch, contraction.m, contraction.n})) {
    std::swap(contraction.m, contraction.n);
    std::swap(contraction.lhs, contraction.rhs);
    std::swap(lhs, rhs);
    contraction.k = inOrder(contraction.k, *lhs);
  }
  const auto &[batch, m, n, k] =
      std::tie(contraction.batch, contraction.m, contraction.n, contraction.k);
  contraction.transposeLhs = !isSequence(*lhs, {batch, m, k});
  // Of one column, either is right: the sum over what lies together is.
  contraction.transposeRhs = isSequence(*rhs, {batch, n, k});
  if (isSequence(*output, {batch, m, n}) &&
      (!contraction.transposeLhs || isSequence(*lhs, {batch, k, m})) &&
      (contraction.transposeRhs || isSequence(*rhs, {batch, k, n})))
    return success();
  auto getMap = [&](OpOperand *operand) {
    return op.getMatchingIndexingMap(operand);
  };
  return refuse(refusal, "Dimensions", getMap(op.getDpsInputOperand(0)), ", ",
                getMap(op.getDpsInputOperand(1)), " and ",
                getMap(op.getDpsInitOperand(0)));
}

/// The number of values of loops; none if it is not known.
static std::optional<int64_t> getSize(linalg::LinalgOp op,
                                      ArrayRef<unsigned> loops) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  int64_t size = 1;
  for (unsigned loop : loops) {
    if (ShapedType::isDynamic(sizes[loop]))
      return std::nullopt;
    size *= sizes[loop];
  }
  return size;
}

static LogicalResult checkF8Layout(const Contraction &contraction,
                                   Refusal &refusal) {
  if (!blas::isF8(contraction.getLhsElement()))
    return success();
  if (contraction.transposeLhs || !contraction.transposeRhs)
    return refuse(refusal, "F8Layout",
                  contraction.transposeLhs ? "[k, m]" : "[m, k]", " and ",
                  contraction.transposeRhs ? "[n, k]" : "[k, n]");
  for (auto [name, loops] :
       {std::pair("n", &contraction.n), {"k", &contraction.k}}) {
    std::optional<int64_t> size = getSize(contraction.op, *loops);
    if (!size)
      return refuse(refusal, "F8Layout", name, " that is not known");
    if (*size % 16 != 0)
      return refuse(refusal, "F8Layout", name, " = ", *size);
  }
  return success();
}

FailureOr<Contraction> conorm::matchContraction(linalg::LinalgOp op,
                                                Refusal &refusal) {
  Contraction contraction;
  contraction.op = op;
  contraction.lhs = op.getDpsInputs()[0];
  contraction.rhs = op.getDpsInputs()[1];
  if (failed(matchBody(op, refusal)) ||
      failed(matchOperands(contraction, refusal)) ||
      failed(matchDimensions(contraction, refusal)) ||
      failed(checkF8Layout(contraction, refusal)))
    return failure();
  Value init = op.getDpsInits()[0];
  if (!isZero(init))
    contraction.init = init;
  return contraction;
}

//===----------------------------------------------------------------------===//
// Groups of dimensions
//===----------------------------------------------------------------------===//

/// The dimensions of each group that is not empty, as reshapes want it.
static SmallVector<ReassociationIndices>
getGroupedDims(ArrayRef<unsigned> groupSizes) {
  SmallVector<ReassociationIndices> reassociation;
  int64_t dim = 0;
  for (unsigned size : groupSizes) {
    if (size == 0)
      continue;
    ReassociationIndices &group = reassociation.emplace_back();
    for (unsigned i = 0; i < size; ++i)
      group.push_back(dim++);
  }
  return reassociation;
}

/// The groups of which each has a dimension, with those next to it that have
/// none.
static SmallVector<ReassociationIndices>
getUnitDims(ArrayRef<unsigned> groupSizes) {
  SmallVector<ReassociationIndices> reassociation;
  ReassociationIndices open;
  for (auto [group, size] : llvm::enumerate(groupSizes)) {
    open.push_back(group);
    if (size == 0)
      continue;
    reassociation.push_back(open);
    open.clear();
  }
  if (!reassociation.empty())
    llvm::append_range(reassociation.back(), open);
  return reassociation;
}

SmallVector<int64_t> conorm::collapseShape(ArrayRef<int64_t> shape,
                                           ArrayRef<unsigned> groupSizes) {
  SmallVector<int64_t> collapsed;
  for (unsigned size : groupSizes) {
    int64_t product = 1;
    for (int64_t dim : shape.take_front(size))
      product = ShapedType::isDynamic(dim) || ShapedType::isDynamic(product)
                    ? ShapedType::kDynamic
                    : product * dim;
    collapsed.push_back(product);
    shape = shape.drop_front(size);
  }
  return collapsed;
}

static bool hasLarge(ArrayRef<unsigned> groupSizes) {
  return llvm::any_of(groupSizes, [](unsigned size) { return size > 1; });
}

Value conorm::collapseGroups(OpBuilder &builder, Location loc, Value value,
                             ArrayRef<unsigned> groupSizes) {
  if (hasLarge(groupSizes))
    value = tensor::CollapseShapeOp::create(builder, loc, value,
                                            getGroupedDims(groupSizes));
  if (!llvm::is_contained(groupSizes, 0u))
    return value;
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<OpFoldResult> given = tensor::getMixedSizes(builder, loc, value);
  SmallVector<OpFoldResult> sizes;
  SmallVector<int64_t> shape;
  unsigned next = 0;
  for (unsigned size : groupSizes) {
    sizes.push_back(size ? given[next] : builder.getIndexAttr(1));
    shape.push_back(size ? type.getDimSize(next) : 1);
    next += size ? 1 : 0;
  }
  return tensor::ExpandShapeOp::create(builder, loc, type.clone(shape), value,
                                       getUnitDims(groupSizes), sizes);
}

Value conorm::expandGroups(OpBuilder &builder, Location loc, Value value,
                           RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                           ArrayRef<unsigned> groupSizes) {
  if (llvm::is_contained(groupSizes, 0u)) {
    SmallVector<int64_t> shape;
    auto known = cast<RankedTensorType>(value.getType());
    for (auto [size, dim] : llvm::zip(groupSizes, known.getShape()))
      if (size)
        shape.push_back(dim);
    value = tensor::CollapseShapeOp::create(builder, loc, known.clone(shape),
                                            value, getUnitDims(groupSizes));
  }
  if (!hasLarge(groupSizes))
    return value;
  return tensor::ExpandShapeOp::create(builder, loc, type, value,
                                       getGroupedDims(groupSizes), sizes);
}
