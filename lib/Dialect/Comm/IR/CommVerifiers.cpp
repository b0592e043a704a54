//===- CommVerifiers.cpp -  -----------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

LogicalResult GroupOp::verify() {
  if (getSizeAttr() &&
      (getSizeAttr().getInt() <= 0 || getSizeAttr().getInt() >= kRanksLimit))
    return emitOpError("expected a size from 1 to 2^31 - 1, found ")
           << getSizeAttr().getInt();
  std::optional<DenseIntElementsAttr> groups = getReplicaGroups();
  if (!groups)
    return success();
  ShapedType type = groups->getType();
  if (type.getRank() != 2 || type.getDimSize(0) == 0 || type.getDimSize(1) == 0)
    return emitOpError("expected replica_groups to be a matrix with at least "
                       "one row and one column, found ")
           << type;
  llvm::DenseSet<int64_t> seen;
  for (const APInt &value : groups->getValues<APInt>()) {
    int64_t rank = value.getSExtValue();
    if (rank < 0)
      return emitOpError("expected ranks in replica_groups not to be "
                         "negative, found ")
             << rank;
    if (rank >= kRanksLimit)
      return emitOpError("expected ranks in replica_groups below 2^31, found ")
             << rank;
    if (!seen.insert(rank).second)
      return emitOpError("expected each rank once in replica_groups, found ")
             << rank << " twice";
  }
  if (getSizeAttr() && getSizeAttr().getInt() != type.getDimSize(1))
    return emitOpError("expected replica_groups of size ")
           << getSizeAttr().getInt() << " ranks each, found "
           << type.getDimSize(1);
  return success();
}

FailureOr<GroupOp> conorm::comm::verifyGroup(Operation *op,
                                             FlatSymbolRefAttr name,
                                             SymbolTableCollection &tables) {
  Operation *symbol = tables.lookupNearestSymbolFrom(op, name);
  if (!symbol)
    return op->emitOpError("expected group ")
           << name << " to be defined, found no such symbol";
  auto group = dyn_cast<GroupOp>(symbol);
  if (!group) {
    InFlightDiagnostic diagnostic = op->emitOpError("expected ")
                                    << name << " to be a comm.group, found "
                                    << symbol->getName();
    diagnostic.attachNote(symbol->getLoc()) << "defined here";
    return diagnostic;
  }
  return group;
}

LogicalResult AllReduceOp::verifySymbolUses(SymbolTableCollection &tables) {
  return verifyGroup(*this, getGroupAttr(), tables);
}

LogicalResult
AllReduceRMSNormOp::verifySymbolUses(SymbolTableCollection &tables) {
  return verifyGroup(*this, getGroupAttr(), tables);
}

/// Checks `dim` of `small` times the group's size against `dim` of `large`.
static LogicalResult verifyBlocks(Operation *op, FailureOr<GroupOp> group,
                                  int64_t dim, ShapedType small,
                                  ShapedType large) {
  if (failed(group))
    return failure();
  std::optional<int64_t> size = group->getGroupSize();
  int64_t blocked = small.getDimSize(dim), whole = large.getDimSize(dim);
  if (!size || ShapedType::isDynamic(blocked) || ShapedType::isDynamic(whole))
    return success();
  int64_t product;
  if (llvm::MulOverflow(blocked, *size, product) || product != whole)
    return op->emitOpError("expected dimension ")
           << dim << " of " << large << " to be " << *size
           << " (the group's size) times that of " << small;
  return success();
}

LogicalResult ReduceScatterOp::verifySymbolUses(SymbolTableCollection &tables) {
  Value output = getScattered() ? getScattered() : getOuts();
  return verifyBlocks(*this, verifyGroup(*this, getGroupAttr(), tables),
                      getDim(), cast<ShapedType>(output.getType()),
                      cast<ShapedType>(getInput().getType()));
}

LogicalResult AllGatherOp::verifySymbolUses(SymbolTableCollection &tables) {
  Value output = getGathered() ? getGathered() : getOuts();
  return verifyBlocks(*this, verifyGroup(*this, getGroupAttr(), tables),
                      getDim(), cast<ShapedType>(getInput().getType()),
                      cast<ShapedType>(output.getType()));
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult AllReduceOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (Value out = getOuts())
    return norm::verifySameShapeAndElementType(
        *this, input, cast<ShapedType>(out.getType()), "destination");
  return success();
}

/// Checks what holds without the group: element type, rank, the other sizes.
static LogicalResult verifyAlongDim(Operation *op, Value input,
                                    OperandRange outs, int64_t dim) {
  auto type = cast<ShapedType>(input.getType());
  if (dim >= type.getRank())
    return op->emitOpError("expected dim below the input's rank ")
           << type.getRank() << ", found " << dim;
  auto output = cast<ShapedType>(
      op->getNumResults() ? op->getResult(0).getType() : outs[0].getType());
  SmallVector<int64_t> shape(type.getShape());
  if (output.getRank() == type.getRank())
    shape[dim] = output.getDimSize(dim);
  return norm::verifySameShapeAndElementType(
      op, type.clone(shape), output,
      op->getNumResults() ? "result" : "destination");
}

LogicalResult ReduceScatterOp::verify() {
  return verifyAlongDim(*this, getInput(), getODSOperands(1), getDim());
}

LogicalResult AllGatherOp::verify() {
  return verifyAlongDim(*this, getInput(), getODSOperands(1), getDim());
}

/// C1 to C5: which parts there are.
static LogicalResult verifyParts(AllReduceRMSNormOp op,
                                 std::array<Value, 5> parts) {
  auto [reduced, residualOut, normed, quantized, scales] = parts;
  if (llvm::none_of(parts, [](Value part) { return bool(part); }))
    return op.emitOpError("expected at least one result, found none");
  if (residualOut && !op.getResidual())
    return op.emitOpError("expected a residual with residual_out");
  if ((quantized || scales) && !op.getQuantization())
    return op.emitOpError("expected a quantization with ")
           << (quantized ? "quantized" : "scales");
  if (op.getQuantization() && !quantized)
    return op.emitOpError("expected quantized with a quantization");
  if (op.getScale() && !op.getQuantization())
    return op.emitOpError("expected a quantization with scale");
  if (!op.isSandwich()) {
    if (op.getPostNormWeight() || !op.getPostNormWeightBias().isZero() ||
        op.getPostNormRounding() != norm::Rounding::ScaleThenRound ||
        op.getPostNormWeightRounding() != norm::WeightRounding::None)
      return op.emitOpError("expected post_norm_epsilon with post_norm "
                            "attributes or weight");
  } else if (!op.getResidual()) {
    return op.emitOpError("expected a residual with post_norm_epsilon");
  }
  return success();
}

/// C5: destinations name the same parts as the results, or none.
LogicalResult AllReduceRMSNormOp::verifyDestinations() {
  if (failed(conorm::detail::verifyKinds(*this)))
    return failure();
  if (isa<MemRefType>(getInput().getType()) || getNumDestinations() == 0)
    return success();
  for (auto [name, out, result] :
       llvm::zip(getPartNames(), getPartOuts(), getPartResults()))
    if (static_cast<bool>(out) != static_cast<bool>(result))
      return emitOpError("expected ")
             << (out ? "no destination" : "a destination") << " for " << name;
  return conorm::detail::verifyDestinationTypes(*this);
}

LogicalResult AllReduceRMSNormOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  bool onTensors = isa<RankedTensorType>(input);
  auto parts = onTensors ? getPartResults() : getPartOuts();
  if (failed(verifyParts(*this, parts)))
    return failure();
  for (auto [weight, name] :
       {std::pair(getWeight(), "weight"),
        std::pair(getPostNormWeight(), "post_norm_weight")})
    if (weight && getElementTypeOrSelf(weight) != input.getElementType())
      return emitOpError("expected ") << name << " of the input's element type "
                                      << input.getElementType() << ", found "
                                      << getElementTypeOrSelf(weight);
  if (isSandwich() &&
      failed(norm::verifyNorm(*this, input, getPostNormWeight(),
                              *getPostNormEpsilon(), getPostNormWeightBias(),
                              getPostNormWeightRounding(), "post_norm_")))
    return failure();
  auto sameAsInput = [&](Value value, StringRef name) {
    return !value ? success()
                  : norm::verifySameShapeAndElementType(
                        *this, input, cast<ShapedType>(value.getType()), name);
  };
  if (failed(sameAsInput(parts[Reduced], "reduced")) ||
      failed(sameAsInput(parts[ResidualOut], "residual_out")) ||
      failed(sameAsInput(parts[Normed], "normed")))
    return failure();
  if (!getQuantization())
    return success();
  return norm::verifyQuantization(
      *this, *getQuantization(), input, getScale(),
      cast<ShapedType>(parts[Quantized].getType()),
      parts[Scales] ? cast<ShapedType>(parts[Scales].getType()) : ShapedType());
}
