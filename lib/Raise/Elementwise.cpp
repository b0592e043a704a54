//===- Elementwise.cpp -  -------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elementwise.h"

#include "Positions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

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
  Step kind = getStep(op);
  if (kind == Step::Copy)
    return element.getOperand(0);
  // Less +0.0 every number is itself: Flax takes a mean of zero from the rows.
  if (kind == Step::Subtract && isStrict(op))
    if (std::optional<APFloat> zero = getConstant(skipMoves(op->getOperand(1)));
        zero && zero->isPosZero())
      return element.getOperand(0);
  if (kind == Step::Round) {
    Element wide = element.getOperand(0);
    for (unsigned step = 0; step < kMaxSteps && wide.value; ++step) {
      Element next = peelOnce(wide);
      if (next.value == wide.value)
        break;
      wide = next;
    }
    if (getStep(wide.getOp()) == Step::Extend &&
        getElementTypeOrSelf(wide.getOperand(0).value) ==
            getElementTypeOrSelf(element.value))
      return wide.getOperand(0);
  }
  return element;
}

Element raise::peel(Element element) {
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

Element raise::peelToTensor(Element element) {
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

bool Scalar::isOne() const { return constant && constant->isExactlyValue(1.0); }

static std::optional<Scalar> getScalar(Element element, unsigned depth);

/// 1 / scalar, where both are f32: what a scheme computes itself.
static std::optional<Scalar> getReciprocal(Element element, unsigned depth) {
  if (getStep(element.getOp()) != Step::Divide ||
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
  // Those of foreign dialects take tensors of one element.
  Step step = getStep(op);
  if ((step == Step::Broadcast || step == Step::Reshape) &&
      op->getNumOperands() == 1 && isOneElement(op->getOperand(0).getType()))
    return op->getOperand(0);
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
  if (getStep(element.getOp()) == Step::Extend && isStrict(element.getOp()))
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

std::optional<Scalar> raise::getScalar(Element element) {
  return ::getScalar(element, kMaxSteps);
}

//===----------------------------------------------------------------------===//
// Rounding and shapes
//===----------------------------------------------------------------------===//

bool raise::isStrict(Operation *op) {
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

bool raise::haveCompatibleShapes(Value first, Value second) {
  return succeeded(verifyCompatibleShape(first.getType(), second.getType()));
}

//===----------------------------------------------------------------------===//
// Spellings
//===----------------------------------------------------------------------===//

static bool isComputedBy(Step step, Element element) {
  return getStep(element.getOp()) == step;
}

/// Whether a step computes it that rounds as IEEE 754 says.
static bool isStrictlyComputedBy(Step step, Element element) {
  return isComputedBy(step, element) && isStrict(element.getOp());
}

/// The tensor of `type` that `element` is, in the shape of `like`; null if it
/// is none.
static Value matchTensor(Element element, Type type, Value like) {
  Value tensor = peelToTensor(element).value;
  bool fits = tensor && getElementTypeOrSelf(tensor) == type &&
              haveCompatibleShapes(tensor, like);
  return fits ? tensor : Value();
}

std::optional<Copy> raise::matchCopy(Value value) {
  Element source = peel({value});
  if (!source.isTensor() || source.value == value || !source.getOp() ||
      !haveCompatibleShapes(source.value, value))
    return std::nullopt;
  return Copy{source.value};
}

std::optional<Widening> raise::matchWidening(Value value) {
  Element wide = peel({value});
  if (!isComputedBy(Step::Extend, wide) ||
      !getElementTypeOrSelf(wide.value).isF32())
    return std::nullopt;
  Element narrow = peel(wide.getOperand(0));
  if (!narrow.isTensor() ||
      !isa<BFloat16Type, Float16Type>(getElementTypeOrSelf(narrow.value)) ||
      !haveCompatibleShapes(narrow.value, value))
    return std::nullopt;
  return Widening{narrow.value};
}

std::optional<Rounding> raise::matchRounding(Value value) {
  Element narrow = peel({value});
  if (!isStrictlyComputedBy(Step::Round, narrow))
    return std::nullopt;
  Value wide = peelToTensor(narrow.getOperand(0)).value;
  if (!wide || !haveCompatibleShapes(wide, value))
    return std::nullopt;
  return Rounding{wide};
}

SmallVector<Operation *, 2> Sum::getOps() const {
  llvm::SmallSetVector<Operation *, 2> ops;
  for (Operation *op : {addition, rounding, copy})
    if (op)
      ops.insert(op);
  return {ops.begin(), ops.end()};
}

std::optional<Sum> raise::matchSum(Value value) {
  Type type = getElementTypeOrSelf(value);
  // A tensor's elements may be vectors.
  if (!isa<FloatType>(type))
    return std::nullopt;
  Sum sum;
  Element add = peel({value});
  if (isStrictlyComputedBy(Step::Round, add)) {
    sum.rounding = add.getTensorOp();
    add = peel(add.getOperand(0));
  }
  if (!isStrictlyComputedBy(Step::Add, add) ||
      (sum.rounding && !isInnocuous(type, getElementTypeOrSelf(add.value))))
    return std::nullopt;
  for (auto [index, addend] : {std::pair(0, &sum.left), {1, &sum.right}}) {
    Element element = add.getOperand(index);
    if (sum.rounding) {
      element = peel(element);
      if (!isComputedBy(Step::Extend, element))
        return std::nullopt;
      element = element.getOperand(0);
    }
    *addend = matchTensor(element, type, value);
    if (!*addend)
      return std::nullopt;
  }
  if (!haveCompatibleShapes(sum.left, sum.right))
    return std::nullopt;
  sum.addition = add.getTensorOp();
  sum.copy = value.getDefiningOp();
  return sum;
}

std::optional<PlusConstant> raise::matchPlusConstant(Value value, Type type) {
  Element sum = peel({value});
  bool isRounded = isStrictlyComputedBy(Step::Round, sum);
  if (isRounded)
    sum = peel(sum.getOperand(0));
  if (!isStrictlyComputedBy(Step::Add, sum) ||
      (isRounded && !isInnocuous(getElementTypeOrSelf(value),
                                 getElementTypeOrSelf(sum.value))))
    return std::nullopt;
  // Both may be constant: of a constant weight the 1 is the other addend.
  std::optional<Scalar> first = getScalar(sum.getOperand(0)),
                        second = getScalar(sum.getOperand(1));
  bool takeSecond = !first || !first->constant || (second && second->isOne());
  std::optional<Scalar> scalar = takeSecond ? second : first;
  if (!scalar || !scalar->constant || scalar->reciprocal)
    return std::nullopt;
  Element addend = sum.getOperand(takeSecond ? 0 : 1), wide = peel(addend);
  // On tensors the extended weight of a sum that is not rounded is a tensor
  // itself.
  bool isExtended =
      (isRounded || !wide.isTensor()) && isComputedBy(Step::Extend, wide);
  Value weight = isExtended
                     ? matchTensor(wide.getOperand(0), type, value)
                     : matchTensor(addend, getElementTypeOrSelf(value), value);
  if (!weight)
    return std::nullopt;
  return PlusConstant{weight, *scalar->constant, sum.getTensorOp()};
}
