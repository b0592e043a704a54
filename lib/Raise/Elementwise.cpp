//===- Elementwise.cpp -  -------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::fusion;

// Nothing that these functions follow is longer than this in a real program;
// the bound keeps the cost of the fusion linear in any other.
static constexpr unsigned kMaxSteps = 16;

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

/// The scalar that the body of an elementwise linalg operation on tensors
/// yields for each position of its result; null if it is none.
static Value getYielded(Operation *op) {
  auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
  if (!linalgOp || op->getNumResults() != 1 || linalgOp.getNumDpsInits() != 1 ||
      !linalgOp.hasPureTensorSemantics() ||
      linalgOp.getNumParallelLoops() != linalgOp.getNumLoops() ||
      !linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0))
           .isPermutation())
    return {};
  return linalgOp.getBlock()->getTerminator()->getOperand(0);
}

/// The operand of `element.body` that `element` is an argument for: an input,
/// or the destination, whose elements a body may read before it replaces them.
static OpOperand *getInput(Element element) {
  auto argument = dyn_cast<BlockArgument>(element.value);
  if (!argument || !element.body)
    return nullptr;
  auto linalgOp = cast<linalg::LinalgOp>(element.body);
  if (argument.getOwner() != linalgOp.getBlock())
    return nullptr;
  return linalgOp.getMatchingOpOperand(argument);
}

/// Whether an extension keeps every number. By their widths alone types of few
/// bits may be extended to others that lack a sign, digits or exponents.
static bool isExact(arith::ExtFOp op) {
  Type from = getElementTypeOrSelf(op.getIn());
  Type to = getElementTypeOrSelf(op.getType());
  // The least power of two is a denormal there.
  if (isa<Float8E8M0FNUType>(from))
    return isa<BFloat16Type, Float32Type, Float64Type>(to);
  return APFloat::isRepresentableBy(cast<FloatType>(from).getFloatSemantics(),
                                    cast<FloatType>(to).getFloatSemantics());
}

/// One step of `peel`; `element` itself where there is none.
static Element peelOnce(Element element) {
  if (OpOperand *input = getInput(element)) {
    auto linalgOp = cast<linalg::LinalgOp>(element.body);
    bool samePosition =
        isa<RankedTensorType>(input->get().getType()) &&
        linalgOp.getMatchingIndexingMap(input) ==
            linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0));
    return samePosition ? Element{input->get(), nullptr} : element;
  }
  Operation *op = element.getOp();
  if (!element.body) {
    if (auto cast = dyn_cast_or_null<tensor::CastOp>(op))
      if (isa<RankedTensorType>(cast.getSource().getType()))
        return {cast.getSource(), nullptr};
    if (Value yielded = getYielded(op))
      return {yielded, op};
  }
  if (isa_and_present<arith::TruncFOp>(op)) {
    Element wide = element.getOperand(0);
    for (unsigned step = 0; step < kMaxSteps && wide.value; ++step) {
      Element next = peelOnce(wide);
      if (next.value == wide.value)
        break;
      wide = next;
    }
    auto extend = dyn_cast_or_null<arith::ExtFOp>(wide.getOp());
    if (extend && isExact(extend) &&
        getElementTypeOrSelf(extend.getIn()) ==
            getElementTypeOrSelf(element.value))
      return wide.getOperand(0);
  }
  return element;
}

Element fusion::peel(Element element) {
  Element current = element;
  for (unsigned step = 0; step < kMaxSteps; ++step) {
    Element next = peelOnce(current);
    if (next.value == current.value)
      return current;
    current = next;
  }
  // Too far, or a circle of a graph region.
  return element;
}

Element fusion::peelToTensor(Element element) {
  Element last;
  for (unsigned step = 0; step < kMaxSteps; ++step) {
    if (element.isTensor())
      last = element;
    Element next = peelOnce(element);
    if (next.value == element.value)
      break;
    element = next;
  }
  return last;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

static bool isOneElement(Type type) {
  if (isa<FloatType>(type))
    return true;
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 1 &&
         isa<FloatType>(tensor.getElementType());
}

static std::optional<APFloat> getConstant(Value value) {
  FloatAttr scalar;
  if (matchPattern(value, m_Constant(&scalar)))
    return scalar.getValue();
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat())
    return elements.getSplatValue<APFloat>();
  return std::nullopt;
}

bool Scalar::isOne() const { return constant && constant->isExactlyValue(1.0); }

static std::optional<Scalar> getScalar(Element element, unsigned depth);

/// 1 / scalar, where both are f32: what a scheme computes itself.
static std::optional<Scalar> getReciprocal(Element element, unsigned depth) {
  if (!isa_and_present<arith::DivFOp>(element.getOp()) ||
      !getElementTypeOrSelf(element.value).isF32() ||
      !isStrict(element.getOp()))
    return std::nullopt;
  std::optional<Scalar> one = getScalar(element.getOperand(0), depth);
  if (!one || !one->isOne())
    return std::nullopt;
  std::optional<Scalar> scalar = getScalar(element.getOperand(1), depth);
  if (!scalar || scalar->reciprocal)
    return std::nullopt;
  scalar->reciprocal = true;
  return scalar;
}

/// The one value that an operation spreads over its result.
static Value getSpread(Operation *op) {
  if (auto splat = dyn_cast_or_null<tensor::SplatOp>(op))
    return splat.getInput();
  if (auto list = dyn_cast_or_null<tensor::FromElementsOp>(op))
    if (!list.getElements().empty() && llvm::all_equal(list.getElements()))
      return list.getElements().front();
  if (auto extract = dyn_cast_or_null<tensor::ExtractOp>(op))
    if (isOneElement(extract.getTensor().getType()))
      return extract.getTensor();
  return {};
}

static std::optional<Scalar> getScalar(Element element, unsigned depth) {
  if (depth == 0)
    return std::nullopt;
  --depth;
  if (std::optional<APFloat> constant = getConstant(element.value))
    return Scalar{constant, {}};
  if (Value spread = getSpread(element.getOp()))
    return getScalar({spread, element.body}, depth);
  // A body's argument that is the same at every position.
  if (OpOperand *input = getInput(element))
    if (isOneElement(input->get().getType()))
      return getScalar({input->get(), nullptr}, depth);
  Element next = peelOnce(element);
  if (next.value != element.value)
    if (std::optional<Scalar> scalar = getScalar(next, depth))
      return scalar;
  if (std::optional<Scalar> scalar = getReciprocal(element, depth))
    return scalar;
  if (auto extend = dyn_cast_or_null<arith::ExtFOp>(element.getOp());
      extend && isExact(extend) && isStrict(extend))
    if (std::optional<Scalar> scalar = getScalar(element.getOperand(0), depth);
        scalar && !scalar->reciprocal)
      return scalar;
  // A value of its own, unless a body computes it for each position.
  bool inBody =
      element.body &&
      element.body->isAncestor(element.value.getParentBlock()->getParentOp());
  if (inBody || !isOneElement(element.value.getType()))
    return std::nullopt;
  return Scalar{std::nullopt, element.value};
}

std::optional<Scalar> fusion::getScalar(Element element) {
  return ::getScalar(element, kMaxSteps);
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

bool fusion::isStrict(Operation *op) {
  if (auto fast = dyn_cast<arith::ArithFastMathInterface>(op))
    if (fast.getFastMathFlagsAttr() &&
        fast.getFastMathFlagsAttr().getValue() != arith::FastMathFlags::none)
      return false;
  if (auto rounding = dyn_cast<arith::ArithRoundingModeInterface>(op))
    if (arith::RoundingModeAttr mode = rounding.getRoundingModeAttr())
      return mode.getValue() == arith::RoundingMode::to_nearest_even;
  return true;
}

/// Whether rounding a sum of two numbers of type `narrow` to `wide` first, and
/// then to `narrow`, is rounding it once.
static bool isInnocuous(Type narrow, Type wide) {
  unsigned p =
      APFloat::semanticsPrecision(cast<FloatType>(narrow).getFloatSemantics());
  return APFloat::semanticsPrecision(
             cast<FloatType>(wide).getFloatSemantics()) >= 2 * p + 2;
}

bool fusion::haveCompatibleShapes(Value first, Value second) {
  return succeeded(verifyCompatibleShape(first.getType(), second.getType()));
}

std::optional<std::pair<Value, Value>> fusion::getAddends(Value sum) {
  Element element = peel({sum});
  Type type = getElementTypeOrSelf(sum);
  // A tensor's elements may be vectors.
  if (!isa<FloatType>(type))
    return std::nullopt;
  bool widened = false;
  if (isa_and_present<arith::TruncFOp>(element.getOp()) &&
      isStrict(element.getOp())) {
    element = peel(element.getOperand(0));
    widened = true;
  }
  auto add = dyn_cast_or_null<arith::AddFOp>(element.getOp());
  if (!add || !isStrict(add))
    return std::nullopt;
  if (widened && !isInnocuous(type, getElementTypeOrSelf(element.value)))
    return std::nullopt;
  Value addends[2];
  for (unsigned index : {0, 1}) {
    Element addend = element.getOperand(index);
    if (widened) {
      addend = peel(addend);
      if (!isa_and_present<arith::ExtFOp>(addend.getOp()))
        return std::nullopt;
      addend = addend.getOperand(0);
    }
    addend = peelToTensor(addend);
    if (!addend.value || getElementTypeOrSelf(addend.value) != type ||
        !haveCompatibleShapes(addend.value, sum))
      return std::nullopt;
    addends[index] = addend.value;
  }
  if (!haveCompatibleShapes(addends[0], addends[1]))
    return std::nullopt;
  return std::pair(addends[0], addends[1]);
}

SmallVector<Operation *, 2> fusion::getAdditionOps(Value sum) {
  llvm::SetVector<Operation *> ops;
  ops.insert(sum.getDefiningOp());
  Element element = peel({sum});
  for (unsigned step = 0; step < 2 && element.getOp(); ++step) {
    ops.insert(element.body ? element.body : element.getOp());
    if (!isa<arith::TruncFOp>(element.getOp()))
      break;
    element = peel(element.getOperand(0));
  }
  return {ops.rbegin(), ops.rend()};
}

//===----------------------------------------------------------------------===//
// Casts and constants
//===----------------------------------------------------------------------===//

Value fusion::getUncast(Value value) {
  Element source = peel({value});
  // What no operation here computes has nothing to be fused with.
  if (!source.isTensor() || source.value == value || !source.getOp() ||
      !haveCompatibleShapes(source.value, value))
    return {};
  return source.value;
}

Value fusion::getWidened(Value value) {
  Element wide = peel({value});
  if (!isa_and_present<arith::ExtFOp>(wide.getOp()) ||
      !getElementTypeOrSelf(wide.value).isF32())
    return {};
  Element narrow = peel(wide.getOperand(0));
  if (!narrow.isTensor() ||
      !isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(narrow.value)) ||
      !haveCompatibleShapes(narrow.value, value))
    return {};
  return narrow.value;
}

std::optional<PlusConstant> fusion::getPlusConstant(Value value, Type type) {
  Element sum = peel({value});
  if (!isa_and_present<arith::AddFOp>(sum.getOp()) || !isStrict(sum.getOp()))
    return std::nullopt;
  // Both may be constant: of a constant weight the 1 is the other addend.
  std::optional<Scalar> first = getScalar(sum.getOperand(0)),
                        second = getScalar(sum.getOperand(1));
  bool takeSecond = !first || !first->constant || (second && second->isOne());
  std::optional<Scalar> scalar = takeSecond ? second : first;
  if (!scalar || !scalar->constant || scalar->reciprocal)
    return std::nullopt;
  Element addend = sum.getOperand(takeSecond ? 0 : 1), wide = peel(addend);
  Element weight;
  if (!wide.isTensor() && isa_and_present<arith::ExtFOp>(wide.getOp())) {
    weight = peelToTensor(wide.getOperand(0));
  } else {
    weight = peelToTensor(addend);
    type = getElementTypeOrSelf(value);
  }
  if (!weight.value || getElementTypeOrSelf(weight.value) != type ||
      !haveCompatibleShapes(weight.value, value))
    return std::nullopt;
  return PlusConstant{weight.value, *scalar->constant};
}
