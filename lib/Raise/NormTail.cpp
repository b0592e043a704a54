//===- NormTail.cpp - What scales the rows of a norm ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NormTail.h"

#include "Constraint.h"
#include "Positions.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

// As in Elementwise.cpp: nothing real is longer.
static constexpr size_t kMaxSteps = 16;

namespace {

/// One row that scales every row, and what is added to it: in the rows' type,
/// or f32 if it is of that type, and in f32 if there is such a value.
struct Weight {
  Value value, wide;
  APFloat bias = APFloat(0.0f);
};

/// A value that is the root, or the root over more dimensions.
struct RootValue {
  Value value;
  /// What computes it from the root, in order.
  SmallVector<Operation *, 4> path;
};

class TailReader {
public:
  TailReader(Operation *root, const Statistic &statistic,
             NormMismatch &mismatch)
      : root(root), statistic(statistic), mismatch(mismatch),
        rowsType(cast<RankedTensorType>(statistic.rows.getType())) {
    if (auto widening = matchWidening(statistic.rows))
      narrow = widening->narrow;
  }

  SmallVector<NormChain, 1> read();

private:
  void fail(Operation *op, StringRef constraint, const Twine &expected,
            const Twine &found) {
    if (!mismatch.op)
      mismatch = {op, constraint, expected.str(), found.str()};
  }
  bool isRows(Value value) const;
  bool scalesEachRow(const RootValue &factor, Operation *product);
  Value getNarrowWeight(Value weight) const;
  std::optional<Weight> readWeight(Value factor) const;
  std::optional<std::pair<Operation *, Weight>>
  findWeighted(Value value, bool onlyUse = true) const;
  SmallVector<Value, 1> getRoundings(Value value) const;

  void readUse(const RootValue &factor, OpOperand &use);
  void readWeightFirst(const RootValue &factor, Operation *product,
                       Weight weight);
  void addChain(Operation *product, std::optional<Weight> weight);
  std::optional<NormMismatch> findOtherFactor(Value normed) const;

  Operation *root;
  const Statistic &statistic;
  NormMismatch &mismatch;
  RankedTensorType rowsType;
  /// The rows in bf16 or f16, if they are extended.
  Value narrow;
  SmallVector<RootValue> roots;
  SmallVector<NormChain, 1> chains;
};

} // namespace

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

bool TailReader::isRows(Value value) const {
  if (peel({value}).value == peel({statistic.rows}).value)
    return true;
  std::optional<Widening> widening = matchWidening(value);
  return narrow && widening && widening->narrow == narrow;
}

/// Whether each element of a row is multiplied by the root of that row.
bool TailReader::scalesEachRow(const RootValue &factor, Operation *product) {
  SmallVector<Operation *> through(factor.path.rbegin(), factor.path.rend());
  llvm::append_range(through, statistic.through);
  std::optional<Positions> positions = getPositions(statistic.sum, through);
  bool matches =
      positions && product->getResult(0).getType() == rowsType &&
      static_cast<int64_t>(positions->size()) == rowsType.getRank() &&
      positions->back() == -1;
  for (int64_t dim = 0; matches && dim + 1 < rowsType.getRank(); ++dim)
    matches = (*positions)[dim] == dim || rowsType.getDimSize(dim) == 1;
  if (!matches)
    fail(product, "ScalesEachRow", "each row multiplied by its own root",
         "the roots along other dimensions");
  return matches;
}

/// A weight before it is extended from the rows' type.
Value TailReader::getNarrowWeight(Value weight) const {
  std::optional<Widening> widening = matchWidening(weight);
  bool isOfRows =
      widening && narrow &&
      getElementTypeOrSelf(widening->narrow) == getElementTypeOrSelf(narrow);
  return isOfRows ? widening->narrow : weight;
}

/// A tensor of rank 1 along the columns, in the rows' type or f32.
std::optional<Weight> TailReader::readWeight(Value factor) const {
  auto type = dyn_cast<RankedTensorType>(factor.getType());
  if (!type || type.getShape() != rowsType.getShape())
    return std::nullopt;
  SmallVector<Operation *> through;
  bool isExtended = false;
  while (cast<RankedTensorType>(factor.getType()).getRank() > 1) {
    Operation *op = factor.getDefiningOp();
    bool extends = getStep(op) == Step::Extend;
    if ((!extends && !movesElements(op)) || through.size() == kMaxSteps)
      return std::nullopt;
    isExtended |= extends;
    through.push_back(op);
    factor = op->getOperand(0);
  }
  auto row = cast<RankedTensorType>(factor.getType());
  std::optional<Positions> positions = getPositions(factor, through);
  if (row.getRank() != 1 || row.getDimSize(0) != rowsType.getShape().back() ||
      !positions || positions->back() != 0)
    return std::nullopt;
  for (int64_t position : ArrayRef(*positions).drop_back())
    if (position != -1)
      return std::nullopt;

  Type element =
      narrow ? getElementTypeOrSelf(narrow) : rowsType.getElementType();
  if (isExtended || !row.getElementType().isF32())
    return row.getElementType() == element
               ? std::optional(Weight{factor, Value()})
               : std::nullopt;
  if (auto sum = matchPlusConstant(factor, element);
      sum && sum->constant.isFinite() &&
      &sum->constant.getSemantics() == &APFloat::IEEEsingle())
    return Weight{getNarrowWeight(sum->weight), sum->weight, sum->constant};
  return Weight{getNarrowWeight(factor), factor};
}

/// The product of `value` and a weight, if nothing else reads `value`.
std::optional<std::pair<Operation *, Weight>>
TailReader::findWeighted(Value value, bool onlyUse) const {
  if (onlyUse && !value.hasOneUse())
    return std::nullopt;
  OpOperand &use = *value.use_begin();
  Operation *op = use.getOwner();
  if (getStep(op) != Step::Multiply || !isStrict(op))
    return std::nullopt;
  std::optional<Weight> weight =
      readWeight(op->getOperand(1 - use.getOperandNumber()));
  if (!weight)
    return std::nullopt;
  return std::pair(op, *weight);
}

/// What rounds `value` to the type of the rows, if nothing else reads it.
SmallVector<Value, 1> TailReader::getRoundings(Value value) const {
  SmallVector<Value, 1> roundings;
  for (Operation *user : value.getUsers()) {
    if (!narrow || getStep(user) != Step::Round || !isStrict(user) ||
        getElementTypeOrSelf(user->getResult(0)) !=
            getElementTypeOrSelf(narrow))
      return {};
    roundings.push_back(user->getResult(0));
  }
  // Uses are listed from the last one to the first.
  std::reverse(roundings.begin(), roundings.end());
  return roundings;
}

//===----------------------------------------------------------------------===//
// From the root on
//===----------------------------------------------------------------------===//

/// The rows are scaled: what belongs to the norm of what comes next.
void TailReader::addChain(Operation *product, std::optional<Weight> weight) {
  NormChain chain;
  chain.epsilon = statistic.epsilon;
  chain.ops = {root, product};
  Value normed = product->getResult(0);
  bool hadWeight = weight.has_value();
  SmallVector<Value, 1> rounded = getRoundings(normed);
  if (!weight && rounded.empty()) {
    if (auto weighted = findWeighted(normed)) {
      Value scaled = weighted->first->getResult(0);
      rounded = getRoundings(scaled);
      // A norm in f32 has a weight in f32.
      if (!rounded.empty() || weighted->second.wide) {
        weight = weighted->second;
        normed = scaled;
        chain.ops.push_back(weighted->first);
      }
    } else {
      chain.rest = findOtherFactor(normed);
    }
  } else if (!weight && rounded.size() == 1) {
    if (auto weighted = findWeighted(rounded.front())) {
      weight = weighted->second;
      chain.rounding = norm::Rounding::RoundThenScale;
      chain.ops.push_back(rounded.front().getDefiningOp());
      rounded = {weighted->first->getResult(0)};
    }
  }
  if (hadWeight && rounded.empty() && !weight->wide)
    return fail(product, "ScalesRows", "a norm with a weight in f32",
                "a weight that is extended over all rows");
  chain.results = rounded.empty() ? SmallVector<Value, 1>{normed} : rounded;
  chain.input = rounded.empty() ? statistic.rows : narrow;
  if (weight) {
    chain.weight = rounded.empty() ? weight->wide : weight->value;
    chain.weightBias = weight->bias;
  }
  if (chain.ops.back() != chain.results.front().getDefiningOp())
    chain.ops.push_back(chain.results.front().getDefiningOp());
  chains.push_back(chain);
}

/// A norm of bf16 rows that something else multiplies in f32 before it is
/// rounded stays one in f32.
std::optional<NormMismatch> TailReader::findOtherFactor(Value normed) const {
  if (!narrow || !normed.hasOneUse())
    return std::nullopt;
  OpOperand &use = *normed.use_begin();
  Operation *op = use.getOwner();
  if (getStep(op) != Step::Multiply)
    return std::nullopt;
  return NormMismatch{
      op, "WeightOfColumns", "a weight of rank 1 along the columns",
      getStepName(skipMoves(op->getOperand(1 - use.getOperandNumber())))};
}

/// The root times the weight, and then times the rows.
void TailReader::readWeightFirst(const RootValue &factor, Operation *product,
                                 Weight weight) {
  RootValue scaled = factor;
  scaled.path.push_back(product);
  for (OpOperand &use : product->getResult(0).getUses()) {
    Operation *op = use.getOwner();
    if (getStep(op) == Step::Multiply && isStrict(op) &&
        isRows(op->getOperand(1 - use.getOperandNumber()))) {
      if (scalesEachRow(scaled, op))
        addChain(op, weight);
    } else {
      fail(op, "ScalesRows", "a multiplication by the rows that are squared",
           toString(op->getName().getStringRef()));
    }
  }
}

void TailReader::readUse(const RootValue &factor, OpOperand &use) {
  Operation *op = use.getOwner();
  Step step = getStep(op);
  if (movesElements(op)) {
    RootValue moved = factor;
    moved.value = op->getResult(0);
    moved.path.push_back(op);
    return roots.push_back(moved);
  }
  bool isSqrt = getStep(root) == Step::Sqrt;
  if (isSqrt && step == Step::Divide && use.getOperandNumber() == 1 &&
      isStrict(op)) {
    std::optional<Scalar> one = getScalar({op->getOperand(0)});
    if (one && one->isOne()) {
      RootValue inverse = factor;
      inverse.value = op->getResult(0);
      inverse.path.push_back(op);
      return roots.push_back(inverse);
    }
  } else if (step == Step::Add && statistic.epsilon.isZero() &&
             getScalar({op->getOperand(1 - use.getOperandNumber())})) {
    return fail(op, "AddsEpsilon", "the addition of epsilon before the root",
                "one behind it");
  } else if (step != Step::Multiply || !isStrict(op)) {
    return fail(op, "ScalesRows",
                "a multiplication in f32 by the rows that are squared",
                toString(op->getName().getStringRef()));
  }
  Value other = op->getOperand(1 - use.getOperandNumber());
  // A root that was not inverted divides.
  bool isInverted = !isSqrt || llvm::any_of(factor.path, [](Operation *op) {
    return getStep(op) == Step::Divide;
  });
  if ((step == Step::Divide) == isInverted)
    return fail(op, "ScalesRows",
                "the rows multiplied by the reciprocal of the root",
                toString(op->getName().getStringRef()));
  if (isRows(other)) {
    if (scalesEachRow(factor, op))
      addChain(op, std::nullopt);
  } else if (auto weight =
                 step == Step::Multiply ? readWeight(other) : std::nullopt) {
    readWeightFirst(factor, op, *weight);
  } else {
    fail(op, "ScalesRows", "a multiplication by the rows that are squared",
         "one by " + Twine(getStepName(other)));
  }
}

SmallVector<NormChain, 1> TailReader::read() {
  roots.push_back({root->getResult(0), {}});
  for (size_t next = 0; next < roots.size() && next < kMaxSteps; ++next) {
    RootValue factor = roots[next];
    // In the order of the program.
    SmallVector<OpOperand *> uses(
        llvm::make_pointer_range(factor.value.getUses()));
    if (uses.size() <= kMaxSteps)
      for (OpOperand *use : llvm::reverse(uses))
        readUse(factor, *use);
  }
  return chains;
}

SmallVector<NormChain, 1> raise::readTails(Operation *op,
                                           const Statistic &statistic,
                                           NormMismatch &mismatch) {
  return TailReader(op, statistic, mismatch).read();
}
