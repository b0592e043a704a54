//===- FusionConstraints.cpp - The guards of stages 1 and 2 ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Raise/Elementwise.h"
#include "../Raise/Norms.h"
#include "../Raise/Placement.h"
#include "Fusion.h"
#include "ReshapedSites.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Guards between an all_reduce and a norm
//===----------------------------------------------------------------------===//

SmallVector<Operation *, 3> Site::getOperations() const {
  SmallVector<Operation *, 3> operations = {reduce};
  llvm::append_range(operations, reshapes);
  if (postNorm)
    operations.push_back(postNorm);
  llvm::append_range(operations, postReshapes);
  operations.push_back(norm);
  return operations;
}

SmallVector<norm::NormOpInterface, 2> Site::getNorms() const {
  if (postNorm)
    return {postNorm, norm};
  return {norm};
}

std::optional<Site> fusion::getSandwich(Operation *norm) {
  auto add = dyn_cast<norm::AddRMSNormOp>(norm);
  if (!add)
    return std::nullopt;
  for (Value operand : {add.getInput(), add.getResidual()})
    if (auto postNorm = operand.getDefiningOp<norm::RMSNormOp>())
      if (auto reduce = postNorm.getInput().getDefiningOp<AllReduceOp>())
        return Site{reduce, add, postNorm};
  return std::nullopt;
}

/// Whether `addend` is a norm that reads an all_reduce, or that norm in f32.
static bool isFirstNorm(Element addend) {
  if (Element wide = peel(addend); getStep(wide.getOp()) == Step::Extend)
    addend = wide.getOperand(0);
  Value value = peelToTensor(addend).value;
  auto norm = value ? value.getDefiningOp<norm::RMSNormOp>() : nullptr;
  return norm && norm.getInput().getDefiningOp<AllReduceOp>();
}

Operation *fusion::getSumOfSandwich(Operation *norm) {
  // On memrefs nothing is known to be the sum.
  if (norm->getNumResults() == 0)
    return nullptr;
  Operation *op = norm;
  Element sum{norm->getResult(0)};
  if (isa<norm::RMSNormOp>(norm)) {
    sum = peel({norm->getOperand(0)});
    op = sum.getOp();
    if (getStep(op) != Step::Add)
      return nullptr;
  }
  bool isSandwich =
      isFirstNorm(sum.getOperand(0)) || isFirstNorm(sum.getOperand(1));
  return isSandwich ? op : nullptr;
}

static Violation checkSumReduction(Site site) {
  Reduction reduction = site.reduce.getReduction();
  if (reduction == Reduction::Sum)
    return std::nullopt;
  return ("the reduction is " + stringifyReduction(reduction) + ", not sum")
      .str();
}

static Violation checkNoDestinationsYet(Site site) {
  if (site.reduce.getOuts())
    return "the all_reduce has a destination already";
  for (norm::NormOpInterface norm : site.getNorms())
    if (hasDestinations(norm))
      return "the norm has destinations already";
  return std::nullopt;
}

static Violation checkElementTypesMatch(Site site) {
  Type input = getElementTypeOrSelf(site.reduce.getInput());
  for (norm::NormOpInterface norm : site.getNorms()) {
    Value weight = norm.getWeight();
    if (weight && getElementTypeOrSelf(weight) != input)
      return "the input is " + toString(input) + " and the weight is " +
             toString(getElementTypeOrSelf(weight));
  }
  return std::nullopt;
}

/// Whether `value` is the reduced value of a site, in whatever shape.
static bool isReduced(const Site &site, Value value) {
  Operation *op = value.getDefiningOp();
  return op && (op == site.reduce || llvm::is_contained(site.reshapes, op) ||
                llvm::is_contained(site.postReshapes, op));
}

/// The other all_reduce whose result `value` is, if nothing else reads it.
static bool isOtherReduced(Site site, Value value) {
  SmallVector<Operation *> reshapes;
  auto other = getReshaped(value, reshapes).getDefiningOp<AllReduceOp>();
  return other && other != site.reduce && other->hasOneUse() &&
         llvm::all_of(reshapes,
                      [](Operation *reshape) { return reshape->hasOneUse(); });
}

static Violation checkResidualNotReduced(Site site) {
  Value residual = site.norm.getResidual();
  if (!residual)
    return std::nullopt;
  if (site.postNorm) {
    Value reduced = site.reduce.getReduced();
    if (site.norm.getInput() == reduced || isReduced(site, residual))
      return "the residual is the reduced value itself";
    return std::nullopt;
  }
  // Two partial results that only meet here: which one to fuse is not ours to
  // choose. A residual that others read as well is a residual.
  for (Value operand : site.norm.getRows())
    if (isOtherReduced(site, operand))
      return "the residual is another all_reduce that only this sum reads";
  if (site.norm.getInput() == residual ||
      (site.isReshaped() && isReduced(site, residual)))
    return "the residual is the reduced value itself";
  return std::nullopt;
}

static Violation checkWeightNotReduced(Site site) {
  // With rows of rank 1 the reduced value may be the weight as well; the fused
  // operation would read its own result.
  for (norm::NormOpInterface norm : site.getNorms())
    if (Value weight = norm.getWeight(); weight && isReduced(site, weight))
      return "the weight is the reduced value itself";
  return std::nullopt;
}

static Violation checkPostNormReadOnce(Site site) {
  if (!site.postNorm ||
      (site.postNorm->hasOneUse() &&
       llvm::all_of(site.postReshapes,
                    [](Operation *reshape) { return reshape->hasOneUse(); })))
    return std::nullopt;
  return "the first norm has another reader than the sum, and is no result of "
         "a sandwich";
}

bool fusion::mayDifferByRank(Value value) {
  Element source = peel({value});
  // A weight in f32, or a scale that was no tensor of one element.
  constexpr unsigned kMaxSteps = 4;
  for (unsigned step = 0; step < kMaxSteps; ++step)
    if (llvm::is_contained(
            {Step::Extend, Step::Broadcast, Step::Reshape, Step::Slice},
            getStep(source.getOp())) ||
        isReshape(source.getOp()))
      source = peel(source.getOperand(0));
  auto argument = dyn_cast<BlockArgument>(source.value);
  if (!argument || !argument.getOwner()->isEntryBlock())
    return false;
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto perRank =
          parent->getAttrOfType<DenseBoolArrayAttr>(kPerRankAttrName))
    return argument.getArgNumber() < perRank.size() &&
           perRank[argument.getArgNumber()];
  auto function = dyn_cast<FunctionOpInterface>(parent);
  return function &&
         function.getArgAttr(argument.getArgNumber(), kPerRankAttrName);
}

static Violation checkSameOnEveryRank(Site site) {
  // One rank may finish a row for all: what it reads besides must be theirs
  // too.
  for (norm::NormOpInterface norm : site.getNorms())
    if (Value weight = norm.getWeight(); weight && mayDifferByRank(weight))
      return "the weight is an argument with comm.per_rank";
  if (site.norm.getResidual())
    if (llvm::any_of(site.norm.getRows(), mayDifferByRank))
      return "the residual is an argument with comm.per_rank";
  return std::nullopt;
}

Violation fusion::checkOneBlock(Operation *first, Operation *last) {
  if (first->getBlock() != last->getBlock())
    return "stands in another block, inside or behind " +
           toString(last->getParentOp()->getName().getStringRef());
  return std::nullopt;
}

static Violation checkSameBlock(Site site) {
  Operation *before = site.reduce;
  for (norm::NormOpInterface norm : site.getNorms())
    if (Violation violation = checkOneBlock(before, norm))
      return "the norm " + *violation;
  if (!mayHaveSSADominance(*before->getParentRegion()))
    return "they stand in a graph region";
  return std::nullopt;
}

/// Whether an operation takes part in the order of collectives, or might.
static bool mayCommunicate(Operation *op) {
  if (isCollective(op))
    return true;
  if (hasNoEffects(op))
    return false;
  std::optional<SmallVector<MemoryEffects::EffectInstance>> effects =
      getEffectsRecursively(op);
  if (!effects)
    return true;
  return llvm::any_of(
      *effects, [](const MemoryEffects::EffectInstance &effect) {
        return isa_and_present<CommResource>(effect.getResource()) ||
               effect.getResource() == CommResource::get();
      });
}

Violation fusion::checkNothingCommunicates(Operation *first, Operation *last) {
  for (Operation *op = first->getNextNode(); op && op != last;
       op = op->getNextNode())
    if (mayCommunicate(op))
      return toString(op->getName().getStringRef()) + " stands between them" +
             (isCollective(op) ? "" : " and may communicate");
  return std::nullopt;
}

static Violation checkNoCollectiveBetween(Site site) {
  if (site.reduce->getBlock() != site.norm->getBlock() ||
      site.norm->isBeforeInBlock(site.reduce))
    return std::nullopt; // SameBlock's business.
  return checkNothingCommunicates(site.reduce, site.norm);
}

static Violation checkUsersDominated(Site site) {
  if (findPlaces(site.getOperations()))
    return std::nullopt;
  return "the reduced value is read before an operand of the norm is there";
}

ArrayRef<Constraint<Site>> fusion::getConstraints() {
  static constexpr Constraint<Site> constraints[] = {
      {"SumReduction", checkSumReduction},
      {"NoDestinationsYet", checkNoDestinationsYet},
      {"ElementTypesMatch", checkElementTypesMatch},
      {"ResidualNotReduced", checkResidualNotReduced},
      {"WeightNotReduced", checkWeightNotReduced},
      {"PostNormReadOnce", checkPostNormReadOnce},
      {"SameOnEveryRank", checkSameOnEveryRank},
      {"SameBlock", checkSameBlock},
      {"NoCollectiveBetween", checkNoCollectiveBetween},
      {"UsersDominated", checkUsersDominated},
  };
  return constraints;
}

//===----------------------------------------------------------------------===//
// Guards of stage 1
//===----------------------------------------------------------------------===//

Violation fusion::checkAdditionPlaceable(Operation *add,
                                         norm::NormOpInterface norm) {
  if (add->getBlock() != norm->getBlock())
    return "the norm stands in another block than the addition, inside or "
           "behind " +
           toString(norm->getParentOp()->getName().getStringRef());
  if (!mayHaveSSADominance(*add->getParentRegion()))
    return "the addition stands in a graph region";
  if (norm.getWeight() == add->getResult(0))
    return "the norm's weight is the sum itself";
  if (findPlaces({add, norm}))
    return std::nullopt;
  return "the sum is read before the norm's weight is there";
}

static LogicalResult noWeightBias(PatternRewriter &, Operation *norm) {
  auto bias = norm->getAttrOfType<FloatAttr>("weight_bias");
  return success(!bias || bias.getValue().isPosZero());
}

static LogicalResult isPlusOne(PatternRewriter &, Value sum, Operation *norm) {
  Type type = getElementTypeOrSelf(norm->getOperand(0));
  std::optional<PlusConstant> parts = matchPlusConstant(sum, type);
  return success(parts && parts->constant.isExactlyValue(1.0) &&
                 fitsWeight(norm->getOperand(0), parts->weight));
}

static LogicalResult isSum(PatternRewriter &, Value sum) {
  return success(matchSum(sum).has_value());
}

/// The all_reduce that `value` is the result of, or the norm of the result,
/// each in whatever shape.
static AllReduceOp getSourceReduce(Value value) {
  SmallVector<Operation *> reshapes;
  value = getReshaped(value, reshapes);
  if (auto norm = value.getDefiningOp<norm::RMSNormOp>())
    value = getReshaped(norm.getInput(), reshapes);
  return value.getDefiningOp<AllReduceOp>();
}

static LogicalResult rightIsReducedLast(PatternRewriter &, Value left,
                                        Value right) {
  AllReduceOp first = getSourceReduce(left), second = getSourceReduce(right);
  if (!second || first == second)
    return failure();
  return success(!first || (first->getBlock() == second->getBlock() &&
                            first->isBeforeInBlock(second)));
}

static LogicalResult additionPlaceable(PatternRewriter &, Value sum,
                                       Operation *op) {
  auto norm = cast<norm::NormOpInterface>(op);
  Operation *add = sum.getDefiningOp();
  return success(add && fitsWeight(matchSum(sum)->left, norm.getWeight()) &&
                 !checkAdditionPlaceable(add, norm));
}

static LogicalResult fusible(PatternRewriter &, Operation *reduce,
                             Operation *norm) {
  Site site{cast<AllReduceOp>(reduce), cast<norm::NormOpInterface>(norm)};
  return failure(findReason(getConstraints(), site).has_value());
}

static LogicalResult fusibleSandwich(PatternRewriter &, Operation *reduce,
                                     Operation *first, Operation *second) {
  Site site{cast<AllReduceOp>(reduce), cast<norm::NormOpInterface>(second),
            cast<norm::RMSNormOp>(first)};
  return failure(findReason(getConstraints(), site).has_value());
}

void fusion::registerNormalizeConstraints(PDLPatternModule &patterns) {
  registerNormConstraints(patterns);
  patterns.registerConstraintFunction("NoWeightBias", noWeightBias);
  patterns.registerConstraintFunction("IsPlusOne", isPlusOne);
  patterns.registerConstraintFunction("IsSum", isSum);
  patterns.registerConstraintFunction("RightIsReducedLast", rightIsReducedLast);
  patterns.registerConstraintFunction("AdditionPlaceable", additionPlaceable);
}

void fusion::registerFuseConstraints(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("Fusible", fusible);
  patterns.registerConstraintFunction("FusibleSandwich", fusibleSandwich);
}
