//===- Reader.cpp - The steps of StableHLO --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reader.h"

#include "Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

bool stablehlo::isStablehlo(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  return dialect == "stablehlo" || dialect == "chlo" || dialect == "mhlo";
}

bool stablehlo::isNamed(Operation *op, StringRef name) {
  return op && isStablehlo(op) && op->getName().stripDialect() == name;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

static Step getConversion(Operation *op) {
  if (op->getNumOperands() != 1 || op->getNumResults() != 1 ||
      failed(verifyCompatibleShape(op->getOperand(0).getType(),
                                   op->getResult(0).getType())))
    return Step::Unknown;
  Type from = getElementTypeOrSelf(op->getOperand(0));
  Type to = getElementTypeOrSelf(op->getResult(0));
  if (from == to)
    return Step::Copy;
  if (!isa<FloatType>(from) || !isa<FloatType>(to))
    return Step::Unknown;
  return isExactExtension(from, to) ? Step::Extend : Step::Round;
}

/// The steps, each with the number of operands that it has.
static std::pair<Step, unsigned> getNamedStep(StringRef name) {
  using Known = std::pair<Step, unsigned>;
  return llvm::StringSwitch<Known>(name)
      .Case("add", Known(Step::Add, 2))
      .Case("subtract", Known(Step::Subtract, 2))
      .Case("multiply", Known(Step::Multiply, 2))
      .Case("divide", Known(Step::Divide, 2))
      .Case("maximum", Known(Step::Maximum, 2))
      .Case("minimum", Known(Step::Minimum, 2))
      .Case("clamp", Known(Step::Clamp, 3))
      .Case("negate", Known(Step::Negate, 1))
      .Case("abs", Known(Step::Absolute, 1))
      .Case("square", Known(Step::Square, 1))
      .Case("power", Known(Step::Power, 2))
      .Case("sqrt", Known(Step::Sqrt, 1))
      .Case("rsqrt", Known(Step::Rsqrt, 1))
      .Case("broadcast_in_dim", Known(Step::Broadcast, 1))
      .Case("reshape", Known(Step::Reshape, 1))
      .Case("slice", Known(Step::Slice, 1))
      .Case("constant", Known(Step::Constant, 0))
      .Default(Known(Step::Unknown, 0));
}

Step stablehlo::getStep(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (name == "convert")
    return getConversion(op);
  if (name == "reduce")
    return Step::Reduce;
  auto [step, numOperands] = getNamedStep(name);
  if (step == Step::Unknown || op->getNumOperands() != numOperands ||
      op->getNumResults() != 1 || op->getNumRegions() != 0)
    return Step::Unknown;
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!result ||
      (isElementwise(step) && !isa<FloatType>(result.getElementType())))
    return Step::Unknown;
  // Nobody has verified an operation that is not registered. The bounds of a
  // clamp may be scalars.
  for (Type type : op->getOperandTypes()) {
    auto operand = dyn_cast<RankedTensorType>(type);
    bool isScalar = step == Step::Clamp && operand && operand.getRank() == 0;
    if (!operand || operand.getElementType() != result.getElementType() ||
        (isElementwise(step) && !isScalar &&
         failed(verifyCompatibleShape(operand, result))))
      return Step::Unknown;
  }
  return step;
}

bool stablehlo::hasNoEffects(Operation *op) {
  // What the specification lets communicate, or depend on more than operands.
  constexpr StringLiteral impure[] = {"all_gather",
                                      "all_reduce",
                                      "all_to_all",
                                      "async_done",
                                      "async_start",
                                      "collective_broadcast",
                                      "collective_permute",
                                      "cross-replica-sum",
                                      "custom_call",
                                      "infeed",
                                      "outfeed",
                                      "partition_id",
                                      "recv",
                                      "reduce_scatter",
                                      "replica_id",
                                      "rng",
                                      "send",
                                      "composite"};
  if (llvm::is_contained(impure, op->getName().stripDialect()))
    return false;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      if (!inner.hasTrait<OpTrait::IsTerminator>() &&
          !raise::hasNoEffects(&inner))
        return false;
  return true;
}

Attribute stablehlo::getConstant(Operation *op) {
  if (!isNamed(op, "constant") || op->getNumResults() != 1)
    return {};
  auto value = dyn_cast_or_null<ElementsAttr>(op->getAttr("value"));
  return value && value.getType() == op->getResult(0).getType() ? value
                                                                : Attribute();
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>> stablehlo::getBroadcastDims(Operation *op) {
  if (!isNamed(op, "broadcast_in_dim") ||
      stablehlo::getStep(op) != Step::Broadcast)
    return std::nullopt;
  auto dims = getIntegers(op, "broadcast_dimensions");
  auto from = cast<RankedTensorType>(op->getOperand(0).getType());
  auto to = cast<RankedTensorType>(op->getResult(0).getType());
  if (!dims || static_cast<int64_t>(dims->size()) != from.getRank())
    return std::nullopt;
  for (auto [index, dim] : llvm::enumerate(*dims)) {
    if (dim < 0 || dim >= to.getRank())
      return std::nullopt;
    int64_t size = from.getDimSize(index);
    if (size != 1 && size != to.getDimSize(dim))
      return std::nullopt;
  }
  return dims;
}

/// The region's scalars may be extended first, and the result rounded.
static bool isScalar(Value value, BlockArgument argument) {
  if (Operation *op = value.getDefiningOp();
      op && stablehlo::isStablehlo(op) &&
      stablehlo::getStep(op) == Step::Extend)
    value = op->getOperand(0);
  return value == argument;
}

Step stablehlo::getCombiner(Region &region) {
  if (!region.hasOneBlock() || region.front().getNumArguments() != 2 ||
      region.front().empty())
    return Step::Unknown;
  Block &block = region.front();
  Operation &end = block.back();
  if (!isNamed(&end, "return") || end.getNumOperands() != 1)
    return Step::Unknown;
  Operation *op = end.getOperand(0).getDefiningOp();
  if (op && isStablehlo(op) && getStep(op) == Step::Round)
    op = op->getOperand(0).getDefiningOp();
  if (!op || !isStablehlo(op) || op->getNumOperands() != 2)
    return Step::Unknown;
  for (unsigned first : {0, 1})
    if (isScalar(op->getOperand(0), block.getArgument(first)) &&
        isScalar(op->getOperand(1), block.getArgument(1 - first)))
      return getStep(op);
  return Step::Unknown;
}

std::optional<ReduceStep> stablehlo::getReduceStep(Operation *op) {
  if (!isNamed(op, "reduce") || op->getNumOperands() != 2 ||
      op->getNumResults() != 1 || op->getNumRegions() != 1)
    return std::nullopt;
  auto input = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  auto dims = getIntegers(op, "dimensions");
  if (!input || !result || !dims ||
      result.getRank() + static_cast<int64_t>(dims->size()) != input.getRank())
    return std::nullopt;
  // A region in another type rounds each partial sum there.
  Region &region = op->getRegion(0);
  Step combiner = getCombiner(region);
  Type element = input.getElementType();
  if (combiner != Step::Unknown &&
      (result.getElementType() != element ||
       getElementTypeOrSelf(region.front().back().getOperand(0)) != element))
    combiner = Step::Unknown;
  return ReduceStep{op->getOperand(0), *dims, combiner, op->getOperand(1)};
}
