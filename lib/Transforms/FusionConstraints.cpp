//===- FusionConstraints.cpp -  -------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fusion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

bool fusion::dominates(Value value, Operation *point) {
  // The norm uses the value and stands in point's block, so that a definition
  // in any other block dominates the whole block.
  Operation *definition = value.getDefiningOp();
  return !definition || definition->getBlock() != point->getBlock() ||
         definition->isBeforeInBlock(point);
}

bool fusion::usersFollow(Value value, Operation *point, Operation *except) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (user == except)
      return true;
    Operation *ancestor = point->getBlock()->findAncestorOpInBlock(*user);
    return !ancestor || point->isBeforeInBlock(ancestor);
  });
}

/// Text for messages: a type, an operation's name.
template <typename T>
static std::string toString(T value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

static Value getWeight(Operation *norm) {
  if (auto op = dyn_cast<norm::RMSNormOp>(norm))
    return op.getWeight();
  return cast<norm::AddRMSNormOp>(norm).getWeight();
}

//===----------------------------------------------------------------------===//
// Guards between an all_reduce and a norm
//===----------------------------------------------------------------------===//

static Violation checkSumReduction(AllReduceOp reduce, Operation *) {
  if (reduce.getReduction() == Reduction::Sum)
    return std::nullopt;
  return ("the reduction is " + stringifyReduction(reduce.getReduction()) +
          ", not sum")
      .str();
}

static Violation checkNoDestinationsYet(AllReduceOp reduce, Operation *norm) {
  if (reduce.getOuts())
    return "the all_reduce has a destination already";
  bool hasOuts = isa<norm::RMSNormOp>(norm)
                     ? static_cast<bool>(cast<norm::RMSNormOp>(norm).getOuts())
                     : !cast<norm::AddRMSNormOp>(norm).getOuts().empty();
  if (hasOuts)
    return "the norm has destinations already";
  return std::nullopt;
}

static Violation checkElementTypesMatch(AllReduceOp reduce, Operation *norm) {
  Value weight = getWeight(norm);
  if (!weight)
    return std::nullopt;
  Type input = getElementTypeOrSelf(reduce.getInput());
  Type found = getElementTypeOrSelf(weight);
  if (input == found)
    return std::nullopt;
  return "the input is " + toString(input) + " and the weight is " +
         toString(found);
}

static Violation checkResidualNotReduced(AllReduceOp reduce, Operation *norm) {
  auto add = dyn_cast<norm::AddRMSNormOp>(norm);
  if (!add)
    return std::nullopt;
  // Two partial results that only meet here: which one to fuse is not ours to
  // choose. A residual that others read as well is a residual.
  for (Value operand : {add.getInput(), add.getResidual()}) {
    auto other = operand.getDefiningOp<AllReduceOp>();
    if (other && other != reduce && operand.hasOneUse())
      return "the residual is another all_reduce that only this sum reads";
  }
  if (add.getInput() == add.getResidual())
    return "the residual is the reduced value itself";
  return std::nullopt;
}

static Violation checkWeightNotReduced(AllReduceOp reduce, Operation *norm) {
  // With rows of rank 1 the reduced value may be the weight as well; the fused
  // operation would read its own result.
  if (getWeight(norm) == reduce.getReduced())
    return "the weight is the reduced value itself";
  return std::nullopt;
}

static Violation checkSameBlock(AllReduceOp reduce, Operation *norm) {
  if (reduce->getBlock() != norm->getBlock())
    return "the norm stands in another block, inside or behind " +
           toString(norm->getParentOp()->getName().getStringRef());
  if (!mayHaveSSADominance(*reduce->getParentRegion()))
    return "they stand in a graph region";
  return std::nullopt;
}

/// Whether an operation takes part in the order of collectives, or might.
static bool mayCommunicate(Operation *op) {
  if (isCollective(op))
    return true;
  if (isMemoryEffectFree(op))
    return false;
  std::optional<SmallVector<MemoryEffects::EffectInstance>> effects =
      getEffectsRecursively(op);
  if (!effects)
    return true;
  return llvm::any_of(*effects, [](const MemoryEffects::EffectInstance &effect) {
    return isa_and_present<CommResource>(effect.getResource()) ||
           effect.getResource() == CommResource::get();
  });
}

static Violation checkNoCollectiveBetween(AllReduceOp reduce, Operation *norm) {
  if (reduce->getBlock() != norm->getBlock() || norm->isBeforeInBlock(reduce))
    return std::nullopt; // SameBlock's business.
  for (Operation *op = reduce->getNextNode(); op != norm;
       op = op->getNextNode())
    if (mayCommunicate(op))
      return toString(op->getName().getStringRef()) + " stands between them" +
             (isCollective(op) ? "" : " and may communicate");
  return std::nullopt;
}

static Violation checkUsersDominated(AllReduceOp reduce, Operation *norm) {
  // At the all_reduce's place every user is dominated; the norm's other
  // operands must be there too. At the norm's place it is the reverse.
  bool operandsThere = llvm::all_of(norm->getOperands(), [&](Value operand) {
    return operand == reduce.getReduced() || dominates(operand, reduce);
  });
  if (operandsThere || usersFollow(reduce.getReduced(), norm, norm))
    return std::nullopt;
  return "the reduced value is read before an operand of the norm is there";
}

ArrayRef<Constraint> fusion::getConstraints() {
  static constexpr Constraint constraints[] = {
      {"SumReduction", checkSumReduction},
      {"NoDestinationsYet", checkNoDestinationsYet},
      {"ElementTypesMatch", checkElementTypesMatch},
      {"ResidualNotReduced", checkResidualNotReduced},
      {"WeightNotReduced", checkWeightNotReduced},
      {"SameBlock", checkSameBlock},
      {"NoCollectiveBetween", checkNoCollectiveBetween},
      {"UsersDominated", checkUsersDominated},
  };
  return constraints;
}

//===----------------------------------------------------------------------===//
// Guards of stage 1
//===----------------------------------------------------------------------===//

Violation fusion::checkAdditionPlaceable(Operation *add, Operation *norm) {
  if (add->getBlock() != norm->getBlock())
    return "the norm stands in another block than the addition, inside or "
           "behind " +
           toString(norm->getParentOp()->getName().getStringRef());
  if (!mayHaveSSADominance(*add->getParentRegion()))
    return "the addition stands in a graph region";
  Value weight = getWeight(norm);
  if (weight == add->getResult(0))
    return "the norm's weight is the sum itself";
  if (!weight || dominates(weight, add) ||
      usersFollow(add->getResult(0), norm, norm))
    return std::nullopt;
  return "the sum is read before the norm's weight is there";
}

/// Whether `value` is 1.0 in every element: a splat constant, or a splat, fill
/// or broadcast of one.
static bool isSplatOne(Value value) {
  FloatAttr scalar;
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)))
    return elements.isSplat() &&
           elements.getSplatValue<APFloat>().isExactlyValue(1.0);
  if (matchPattern(value, m_Constant(&scalar)))
    return scalar.getValue().isExactlyValue(1.0);
  Operation *op = value.getDefiningOp();
  if (auto splat = dyn_cast_or_null<tensor::SplatOp>(op))
    return isSplatOne(splat.getInput());
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
    return isSplatOne(fill.getInputs()[0]);
  if (auto broadcast = dyn_cast_or_null<linalg::BroadcastOp>(op))
    return isSplatOne(broadcast.getInput());
  if (auto list = dyn_cast_or_null<tensor::FromElementsOp>(op))
    return llvm::all_of(list.getElements(), isSplatOne);
  return false;
}

static LogicalResult noDestinations(PatternRewriter &, Operation *norm) {
  if (auto op = dyn_cast<norm::RMSNormOp>(norm))
    return failure(op.getOuts() || op->getNumResults() == 0);
  auto op = cast<norm::AddRMSNormOp>(norm);
  return failure(!op.getOuts().empty() || op->getNumResults() == 0);
}

static LogicalResult noWeightBias(PatternRewriter &, Operation *norm) {
  auto bias = norm->getAttrOfType<FloatAttr>("weight_bias");
  return success(!bias || bias.getValue().isPosZero());
}

static LogicalResult splatOne(PatternRewriter &, Value value) {
  return success(isSplatOne(value));
}

static LogicalResult elementTypeF32(PatternRewriter &, Value value) {
  return success(getElementTypeOrSelf(value).isF32());
}

static LogicalResult weightOfInputType(PatternRewriter &, Value weight,
                                       Operation *norm) {
  return success(getElementTypeOrSelf(weight) ==
                 getElementTypeOrSelf(norm->getOperand(0)));
}

/// A named linalg addition on tensors of one type: no implicit cast.
static LogicalResult additionOfInputs(PatternRewriter &, Operation *add) {
  return success(add->getNumResults() == 1 &&
                 llvm::all_of(add->getOperandTypes(), [&](Type type) {
                   return type == add->getResult(0).getType();
                 }));
}

static LogicalResult additionPlaceable(PatternRewriter &, Operation *add,
                                       Operation *norm) {
  return failure(checkAdditionPlaceable(add, norm).has_value());
}

void fusion::registerConstraints(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("NoDestinations", noDestinations);
  patterns.registerConstraintFunction("NoWeightBias", noWeightBias);
  patterns.registerConstraintFunction("SplatOne", splatOne);
  patterns.registerConstraintFunction("ElementTypeF32", elementTypeF32);
  patterns.registerConstraintFunction("WeightOfInputType", weightOfInputType);
  patterns.registerConstraintFunction("AdditionOfInputs", additionOfInputs);
  patterns.registerConstraintFunction("AdditionPlaceable", additionPlaceable);
  for (const Constraint &constraint : getConstraints())
    patterns.registerConstraintFunction(
        constraint.name,
        [check = constraint.check](PatternRewriter &, Operation *reduce,
                                   Operation *norm) {
          return failure(
              check(cast<AllReduceOp>(reduce), norm).has_value());
        });
}
