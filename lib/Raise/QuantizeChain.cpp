//===- QuantizeChain.cpp - Arithmetic that quantizes ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantizeChain.h"
#include "Norms.h"
#include "Reshapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

static constexpr unsigned kMaxSteps = 12;

const ChainStep *Chain::getScaling() const {
  const ChainStep *found =
      llvm::find_if(steps, [](const ChainStep &step) { return step.scales(); });
  return found == steps.end() ? nullptr : found;
}

Type Chain::getQuantizedElement() const { return steps.back().type; }

static bool isNormed(Value value) {
  SmallVector<Operation *> reshapes;
  value = getReshaped(value, reshapes);
  auto norm = value.getDefiningOp<norm::NormOpInterface>();
  return norm && norm.getNormed() == value;
}

/// Whether `op`, which may be null, rounds.
static bool truncates(Operation *op) {
  return getStep(op) == Step::Round ||
         isa_and_present<arith::ScalingTruncFOp>(op);
}

bool raise::mayEndChain(Operation *op) {
  // By the name first: types of results are further away, and interfaces are
  // searched for.
  if ((!truncates(op) &&
       !isa_and_present<linalg::LinalgDialect>(op->getDialect())) ||
      op->getNumResults() != 1)
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !isa<Float8E4M3FNType, Float8E5M2Type>(type.getElementType()))
    return false;
  // A body that copies f8 ends nothing.
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    op = linalgOp.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  return truncates(op);
}

/// The kind of a step with another operand, on either side of it.
static std::optional<ChainStep::Kind> getCommutativeKind(Operation *op) {
  switch (getStep(op)) {
  case Step::Multiply:
    return ChainStep::Multiply;
  case Step::Maximum:
  case Step::MaximumNumber:
    return ChainStep::Maximum;
  case Step::Minimum:
  case Step::MinimumNumber:
    return ChainStep::Minimum;
  default:
    return std::nullopt;
  }
}

static bool isNormed(Element element) {
  return element.isTensor() && isNormed(element.value);
}

/// Whether a norm is among what `element` is computed from, in a few
/// elementwise operations of any kind.
static bool leadsToNorm(Element element) {
  SmallVector<Element> elements = {peel(element)};
  for (size_t next = 0; next < elements.size() && next < kMaxSteps; ++next) {
    if (isNormed(elements[next]))
      return true;
    Operation *op = elements[next].getOp();
    if (isReshape(op))
      elements.push_back(peel(elements[next].getOperand(0)));
    else if (op && (isa<CallOpInterface>(op) || mapsElements(op)))
      for (unsigned index = 0; index < op->getNumOperands(); ++index)
        elements.push_back(peel(elements[next].getOperand(index)));
  }
  return false;
}

/// Adds what computes `element`, last step first, and returns what it reads;
/// nothing if it is no step.
static std::optional<Element> addSteps(Element element,
                                       SmallVectorImpl<ChainStep> &steps) {
  Operation *op = element.getOp();
  if (!op)
    return std::nullopt;
  Type type = getElementTypeOrSelf(element.value);
  Step step = getStep(op);
  if (step == Step::Extend || step == Step::Round) {
    steps.push_back(
        {step == Step::Extend ? ChainStep::Widen : ChainStep::Narrow, op,
         type});
    return element.getOperand(0);
  }
  if (isa<arith::ScalingTruncFOp>(op)) {
    steps.push_back({ChainStep::Narrow, op, type});
    Element wide = element.getOperand(0);
    steps.push_back({ChainStep::Divide, op, getElementTypeOrSelf(wide.value),
                     getScalar(element.getOperand(1))});
    return wide;
  }
  if (step == Step::Clamp) {
    steps.push_back(
        {ChainStep::Minimum, op, type, getScalar(element.getOperand(2))});
    steps.push_back(
        {ChainStep::Maximum, op, type, getScalar(element.getOperand(0))});
    return element.getOperand(1);
  }
  if (step == Step::Divide) {
    steps.push_back(
        {ChainStep::Divide, op, type, getScalar(element.getOperand(1))});
    return element.getOperand(0);
  }
  std::optional<ChainStep::Kind> kind = getCommutativeKind(op);
  if (!kind)
    return std::nullopt;
  for (unsigned index : {1, 0})
    if (std::optional<Scalar> scalar = getScalar(element.getOperand(index))) {
      steps.push_back({*kind, op, type, scalar});
      return element.getOperand(1 - index);
    }
  steps.push_back({*kind, op, type});
  return element.getOperand(leadsToNorm(element.getOperand(0)) ? 0 : 1);
}

/// What `element` is before a reshape of all its elements, each of which is
/// computed by itself.
static std::optional<Element> skipReshape(Element element, Chain &chain) {
  Operation *op = element.getOp();
  if (!element.isTensor() || !changesShape(op) ||
      isa<tensor::ExtractSliceOp>(op) || chain.reshapes.size() > kMaxSteps)
    return std::nullopt;
  chain.reshapes.push_back(op);
  return Element{op->getOperand(0)};
}

/// Reads steps, the last one first, up to the norm or what is no step.
static Element readSteps(Operation *root, Chain &chain) {
  Element element = peel({root->getResult(0)});
  while (!isNormed(element)) {
    std::optional<Element> next = skipReshape(element, chain);
    if (!next)
      next = addSteps(element, chain.steps);
    if (!next || chain.steps.size() > kMaxSteps)
      break;
    element = peel(*next);
  }
  return element;
}

std::optional<Chain> raise::getQuantizeChain(Operation *root) {
  if (!mayEndChain(root))
    return std::nullopt;
  Chain chain;
  Element element = readSteps(root, chain);
  if (!isNormed(element) || chain.steps.empty() ||
      chain.steps.front().kind != ChainStep::Narrow)
    return std::nullopt;
  chain.input = element.value;
  std::reverse(chain.steps.begin(), chain.steps.end());
  std::reverse(chain.reshapes.begin(), chain.reshapes.end());
  Value shaped = chain.input;
  for (Operation *reshape : chain.reshapes) {
    if (!haveCompatibleShapes(shaped, reshape->getOperand(0)))
      return std::nullopt;
    shaped = reshape->getResult(0);
  }
  if (!haveCompatibleShapes(shaped, root->getResult(0)))
    return std::nullopt;
  return chain;
}

Violation raise::checkKnownSteps(Operation *root) {
  if (!mayEndChain(root))
    return std::nullopt;
  Chain chain;
  Element element = readSteps(root, chain);
  if (isNormed(element) || !leadsToNorm(element))
    return std::nullopt;
  if (chain.steps.size() > kMaxSteps)
    return "more than " + std::to_string(kMaxSteps) +
           " operations stand between the norm and the truncation";
  return toString(element.getOp()->getName().getStringRef()) +
         " is no scaling, clamp or conversion";
}

SmallVector<Operation *> raise::findWideNorms(Operation *root) {
  constexpr size_t kMaxOps = 64;
  llvm::SetVector<Operation *> ops;
  ops.insert(root);
  bool found = false;
  for (size_t next = 0; next < ops.size() && next < kMaxOps; ++next) {
    Operation *op = ops[next];
    if (isNorm(op))
      found |= getElementTypeOrSelf(op->getOperand(0)).isF32();
    else if (!isReshape(op) && !isa<CallOpInterface>(op) && !mapsElements(op) &&
             !isa<linalg::LinalgOp>(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        ops.insert(producer);
  }
  SmallVector<Operation *> sites;
  if (found)
    llvm::copy_if(ops, std::back_inserter(sites),
                  [](Operation *op) { return isNorm(op) || changesShape(op); });
  // In the order of the program, as far as the one follows from the other.
  return {sites.rbegin(), sites.rend()};
}

//===----------------------------------------------------------------------===//
// The scale
//===----------------------------------------------------------------------===//

static std::optional<float> toFloat(APFloat value) {
  bool losesInfo = false;
  value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  if (losesInfo || !value.isFinite() || value.isZero())
    return std::nullopt;
  return value.convertToFloat();
}

static float getReciprocal(float value) {
  APFloat one(1.0f);
  one.divide(APFloat(value), APFloat::rmNearestTiesToEven);
  return one.convertToFloat();
}

/// The f32 whose reciprocal, rounded, is `factor`. Not every f32 is one.
static std::optional<float> getScaleOfReciprocal(float factor) {
  float nearest = getReciprocal(factor);
  for (float scale : {nearest, std::nextafter(nearest, 0.0f),
                      std::nextafter(nearest, 2.0f * nearest)})
    if (std::isnormal(scale) && getReciprocal(scale) == factor)
      return scale;
  return std::nullopt;
}

static std::optional<ChainScale> getConstantScale(const ChainStep &step,
                                                  Violation &why) {
  std::optional<float> constant = toFloat(*step.scalar->constant);
  if (!constant) {
    why = "the scale is no finite f32 other than zero";
    return std::nullopt;
  }
  bool reciprocal = step.scalar->reciprocal;
  if (step.kind == ChainStep::Divide)
    return ChainScale{reciprocal ? getReciprocal(*constant) : *constant,
                      {},
                      norm::ScaleMode::Divide};
  if (!reciprocal)
    constant = getScaleOfReciprocal(*constant);
  if (!constant) {
    why = "it multiplies by a constant that is the reciprocal of no f32";
    return std::nullopt;
  }
  return ChainScale{constant, {}, norm::ScaleMode::MultiplyReciprocal};
}

/// The factor of a scaling by a power of two that every type can hold.
static std::optional<double> getPowerOfTwo(const ChainStep &step) {
  if (!step.scalar || !step.scalar->constant)
    return std::nullopt;
  std::optional<float> value = toFloat(*step.scalar->constant);
  if (!value || *value < 0x1p-14f || *value > 0x1p14f)
    return std::nullopt;
  int exponent;
  if (std::frexp(*value, &exponent) != 0.5f)
    return std::nullopt;
  bool divides = (step.kind == ChainStep::Divide) != step.scalar->reciprocal;
  return divides ? 1.0 / *value : *value;
}

/// `arith.scaling_truncf` rounds its scale to a power of two of f8E8M0FNU
/// first.
static Violation checkScalingTruncation(const ChainStep &step) {
  auto truncation = dyn_cast<arith::ScalingTruncFOp>(step.op);
  if (!truncation)
    return std::nullopt;
  Type type = getElementTypeOrSelf(truncation.getScale());
  if (isa<Float8E8M0FNUType>(type) || getPowerOfTwo(step))
    return std::nullopt;
  return "arith.scaling_truncf rounds the scale, " + toString(type) +
         ", to a power of two";
}

std::optional<ChainScale> raise::getChainScale(const Chain &chain,
                                               Violation &why) {
  const ChainStep *step = chain.getScaling();
  if (!step)
    return ChainScale{1.0f, {}, norm::ScaleMode::MultiplyReciprocal};
  if (!step->scalar) {
    why = "the scale is not one value";
    return std::nullopt;
  }
  why = checkScalingTruncation(*step);
  if (why)
    return std::nullopt;
  if (step->scalar->constant)
    return getConstantScale(*step, why);
  Value value = step->scalar->value;
  Type type = getElementTypeOrSelf(value);
  if (!isa<Float8E8M0FNUType, BFloat16Type, Float16Type, Float32Type>(type))
    why = "the scale is " + toString(type) + ", expected f32 or narrower";
  else if (step->kind == ChainStep::Multiply && !step->scalar->reciprocal)
    why = "it multiplies by a value that is not known to be a reciprocal";
  else if (step->kind == ChainStep::Divide && step->scalar->reciprocal)
    why = "it divides by a reciprocal";
  if (why)
    return std::nullopt;
  return ChainScale{std::nullopt, value,
                    step->kind == ChainStep::Divide
                        ? norm::ScaleMode::Divide
                        : norm::ScaleMode::MultiplyReciprocal};
}

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

static std::string getName(const ChainStep &step) {
  return step.op->getName().getStringRef().str();
}

static Violation checkStrictArithmetic(const Chain &chain) {
  for (const ChainStep &step : chain.steps)
    if (!isStrict(step.op))
      return getName(step) + " has fast-math flags or another rounding";
  return std::nullopt;
}

static Violation checkOneScaling(const Chain &chain) {
  unsigned count = llvm::count_if(
      chain.steps, [](const ChainStep &step) { return step.scales(); });
  if (count <= 1)
    return std::nullopt;
  return "it is scaled " + std::to_string(count) + " times";
}

static Violation checkScaleOfScheme(const Chain &chain) {
  Violation why;
  getChainScale(chain, why);
  return why;
}

static Violation checkRoundsOnce(const Chain &chain) {
  for (const ChainStep &step : ArrayRef(chain.steps).drop_back())
    if (step.kind == ChainStep::Narrow)
      return getName(step) + " rounds to " + toString(step.type) +
             " before the quantization rounds";
  const ChainStep *scaling = chain.getScaling();
  if (!scaling || scaling->type.isF32())
    return std::nullopt;
  // In another type the product is another number, unless it is exact. A number
  // that gets denormal in f16 may still be one in f8E5M2.
  std::optional<double> factor = getPowerOfTwo(*scaling);
  bool denormal = scaling->type.isF16() && factor && *factor < 1.0 &&
                  isa<Float8E5M2Type>(chain.getQuantizedElement());
  if (factor && !denormal)
    return std::nullopt;
  return "it is scaled in " + toString(scaling->type) + ", not in f32";
}

static Violation checkKeepsNaN(const Chain &chain) {
  for (const ChainStep &step : chain.steps)
    if (Step kind = getStep(step.op);
        kind == Step::MaximumNumber || kind == Step::MinimumNumber)
      return getName(step) + " turns NaN into a bound";
  return std::nullopt;
}

/// A clamp's bound, as the last step sees it; NaN if it is none.
static double getBound(const Chain &chain, const ChainStep &step) {
  double bound = std::numeric_limits<double>::quiet_NaN();
  if (!step.scalar || !step.scalar->constant || step.scalar->reciprocal)
    return bound;
  if (std::optional<float> value = toFloat(*step.scalar->constant))
    bound = *value;
  const ChainStep *scaling = chain.getScaling();
  if (!scaling || scaling < &step)
    return bound;
  return bound * getPowerOfTwo(*scaling).value_or(
                     std::numeric_limits<double>::quiet_NaN());
}

static Violation checkSaturates(const Chain &chain) {
  Type element = chain.getQuantizedElement();
  double largest =
      APFloat::getLargest(cast<FloatType>(element).getFloatSemantics())
          .convertToDouble();
  bool below = false, above = false;
  for (const ChainStep &step : chain.steps) {
    if (!step.clamps())
      continue;
    bool isMaximum = step.kind == ChainStep::Maximum;
    if (getBound(chain, step) != (isMaximum ? -largest : largest))
      return getName(step) + " is not to the largest " + toString(element) +
             ", " + std::to_string(static_cast<int>(largest));
    (isMaximum ? below : above) = true;
  }
  if (below && above)
    return std::nullopt;
  return below || above ? "only one side is clamped"
                        : "nothing clamps it, so that it does not saturate";
}

ArrayRef<Constraint<const Chain &>> raise::getChainConstraints() {
  static constexpr Constraint<const Chain &> constraints[] = {
      {"StrictArithmetic", checkStrictArithmetic},
      {"OneScaling", checkOneScaling},
      {"ScaleOfScheme", checkScaleOfScheme},
      {"RoundsOnce", checkRoundsOnce},
      {"KeepsNaN", checkKeepsNaN},
      {"Saturates", checkSaturates},
  };
  return constraints;
}
