//===- NormChain.cpp - Arithmetic that normalizes -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NormChain.h"

#include "Constraint.h"
#include "NormTail.h"
#include "Positions.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

// As in Elementwise.cpp: nothing real is longer.
static constexpr size_t kMaxSteps = 16;

bool raise::mayBeNormRoot(Operation *op) {
  Step step = getStep(op);
  if (step == Step::Rsqrt || step == Step::Sqrt)
    return isa<RankedTensorType>(op->getResult(0).getType());
  if (step != Step::Power || !isa<RankedTensorType>(op->getResult(0).getType()))
    return false;
  std::optional<Scalar> exponent = getScalar({op->getOperand(1)});
  return exponent && exponent->constant && exponent->constant->isNegative();
}

static std::string print(const APFloat &value) {
  SmallString<16> text;
  value.toString(text);
  return text.str().str();
}

//===----------------------------------------------------------------------===//
// What is read
//===----------------------------------------------------------------------===//

namespace {

/// Reads the steps from the root back to the rows.
class StatisticReader {
public:
  StatisticReader(Operation *root, Statistic &statistic, NormMismatch &mismatch)
      : root(root), statistic(statistic), mismatch(mismatch) {}

  bool read();

private:
  bool fail(Value at, StringRef constraint, const Twine &expected,
            const Twine &found);
  bool fail(Value at, StringRef constraint, const Twine &expected) {
    return fail(at, constraint, expected, getStepName(at));
  }
  Value follow(Value value);
  bool checkRoot();
  bool checkType(Value value);
  bool readEpsilon(Value &value);
  bool readMean(Value &value);
  bool readSum(Value &value);
  bool checkMean();
  bool readSquare(Value value);
  bool checkCentered(Value rows);

  Operation *root;
  Statistic &statistic;
  NormMismatch &mismatch;
  /// What makes the mean: a division or a multiplication, by a constant.
  Operation *mean = nullptr;
  std::optional<APFloat> factor;
  bool divides = false;
};

} // namespace

bool StatisticReader::fail(Value at, StringRef constraint,
                           const Twine &expected, const Twine &found) {
  Operation *op = at.getDefiningOp();
  mismatch = {op ? op : root, constraint, expected.str(), found.str()};
  return false;
}

/// Goes back over operations that move elements, and remembers them.
Value StatisticReader::follow(Value value) {
  while (movesElements(value.getDefiningOp()) &&
         statistic.through.size() < 2 * kMaxSteps) {
    statistic.through.push_back(value.getDefiningOp());
    value = value.getDefiningOp()->getOperand(0);
  }
  return value;
}

bool StatisticReader::checkType(Value value) {
  Step step = getStep(value.getDefiningOp());
  if (step == Step::Extend || step == Step::Round)
    return fail(value, "StatisticInF32", "f32 from the squares to the root",
                "a conversion from " +
                    toString(getElementTypeOrSelf(
                        value.getDefiningOp()->getOperand(0))));
  if (getElementTypeOrSelf(value).isF32())
    return true;
  return fail(value, "StatisticInF32", "f32",
              toString(getElementTypeOrSelf(value)));
}

bool StatisticReader::checkRoot() {
  if (getStep(root) != Step::Power)
    return true;
  APFloat exponent = *getScalar({root->getOperand(1)})->constant;
  if (exponent.isExactlyValue(-0.5))
    return true;
  return fail(root->getResult(0), "ReciprocalRoot", "the power -0.5",
              "the power " + Twine(print(exponent)));
}

/// Takes one addition of a constant, if there is one.
bool StatisticReader::readEpsilon(Value &value) {
  Operation *op = value.getDefiningOp();
  Step step = getStep(op);
  if (step == Step::Maximum || step == Step::MaximumNumber ||
      step == Step::Subtract)
    return fail(value, "AddsEpsilon", "the addition of epsilon to the mean");
  if (step != Step::Add)
    return true;
  for (unsigned index : {1, 0}) {
    std::optional<Scalar> scalar = getScalar({op->getOperand(index)});
    if (!scalar || !scalar->constant || scalar->reciprocal)
      continue;
    if (scalar->constant->isNegative() || !scalar->constant->isFinite())
      return fail(value, "AddsEpsilon", "an epsilon that is not negative",
                  print(*scalar->constant));
    if (!isStrict(op))
      break;
    statistic.epsilon = *scalar->constant;
    statistic.through.push_back(op);
    value = follow(op->getOperand(1 - index));
    return checkType(value);
  }
  return fail(value, "AddsEpsilon", "the addition of a constant to the mean",
              "the addition of another value");
}

bool StatisticReader::readMean(Value &value) {
  Operation *op = value.getDefiningOp();
  Step step = getStep(op);
  divides = step == Step::Divide;
  if (!divides && step != Step::Multiply)
    return fail(value, "DividesByColumns",
                "the sum divided by the number of columns");
  for (unsigned index : {1, 0}) {
    std::optional<Scalar> scalar = getScalar({op->getOperand(index)});
    if (!scalar || !scalar->constant || scalar->reciprocal || !isStrict(op) ||
        (divides && index == 0))
      continue;
    mean = op;
    factor = scalar->constant;
    statistic.through.push_back(op);
    value = follow(op->getOperand(1 - index));
    return checkType(value);
  }
  return fail(value, "DividesByColumns",
              "the sum divided by the number of columns",
              getStepName(value) + " by another value");
}

bool StatisticReader::readSum(Value &value) {
  Operation *op = value.getDefiningOp();
  std::optional<ReduceStep> reduce = getReduceStep(op);
  constexpr StringLiteral kExpected = "a sum of one rank's squares";
  if (getStep(op) == Step::Add && statistic.epsilon.isZero() &&
      (getScalar({op->getOperand(0)}) || getScalar({op->getOperand(1)})))
    return fail(value, "AddsEpsilon", "the addition of epsilon to the mean",
                "one to the sum");
  if (!reduce)
    return fail(value, "SumsColumns", kExpected,
                getStep(op) == Step::Reduce
                    ? getStepName(value) + " of several values"
                    : getStepName(value));
  if (reduce->combiner != Step::Add)
    return fail(value, "SumsColumns", kExpected,
                getStepName(value) + " by another operation than addition");
  std::optional<APFloat> init = getConstant(reduce->init);
  if (!init || !init->isZero())
    return fail(value, "SumsColumns", "a sum that begins with 0",
                "one that begins with another value");
  int64_t rank = cast<RankedTensorType>(reduce->input.getType()).getRank();
  if (reduce->dims.size() != 1 || reduce->dims.front() != rank - 1)
    return fail(value, "SumsColumns",
                "a sum over the last dimension, " + Twine(rank - 1),
                "one over " +
                    llvm::join(llvm::map_range(reduce->dims,
                                               [](int64_t dim) {
                                                 return std::to_string(dim);
                                               }),
                               ", "));
  statistic.sum = value;
  value = reduce->input;
  return true;
}

/// The factor is the number of columns, or its reciprocal.
bool StatisticReader::checkMean() {
  Value input = statistic.sum.getDefiningOp()->getOperand(0);
  int64_t columns = cast<RankedTensorType>(input.getType()).getShape().back();
  APFloat expected(static_cast<float>(columns));
  if (!divides) {
    expected = APFloat(1.0f);
    expected.divide(APFloat(static_cast<float>(columns)),
                    APFloat::rmNearestTiesToEven);
  }
  if (columns > 0 && &factor->getSemantics() == &APFloat::IEEEsingle() &&
      factor->bitwiseIsEqual(expected))
    return true;
  StringRef verb = divides ? "division by " : "multiplication by ";
  return fail(mean->getResult(0), "DividesByColumns",
              verb + Twine(print(expected)), verb + Twine(print(*factor)));
}

/// LayerNorm takes the mean from the rows first.
bool StatisticReader::checkCentered(Value rows) {
  Operation *op = peel({rows}).getOp();
  if (getStep(op) != Step::Subtract)
    return true;
  Operation *mean = skipMoves(op->getOperand(1)).getDefiningOp();
  if (getStep(mean) == Step::Divide || getStep(mean) == Step::Multiply)
    mean = skipMoves(mean->getOperand(0)).getDefiningOp();
  if (getStep(mean) != Step::Reduce)
    return true;
  return fail(op->getResult(0), "SquaresRows", "squares of the rows themselves",
              "rows less their mean");
}

bool StatisticReader::readSquare(Value value) {
  Operation *op = peel({value}).getOp();
  Step step = getStep(op);
  // Where the rows alone are extended, it is the square that is missing.
  bool ofConverted =
      (step == Step::Extend || step == Step::Round) &&
      llvm::is_contained({Step::Square, Step::Multiply, Step::Power},
                         getStep(op->getOperand(0).getDefiningOp()));
  if ((ofConverted || !getElementTypeOrSelf(value).isF32()) &&
      !checkType(value))
    return false;
  bool squares = false;
  if (step == Step::Square)
    squares = true;
  else if (step == Step::Multiply)
    squares =
        peel({op->getOperand(0)}).value == peel({op->getOperand(1)}).value;
  else if (step == Step::Power)
    if (auto exponent = getScalar({op->getOperand(1)}))
      squares = exponent->constant && exponent->constant->isExactlyValue(2.0);
  if (!squares || !isStrict(op))
    return fail(value, "SquaresRows", "the square of the rows");
  statistic.rows = op->getOperand(0);
  if (Operation *inner = statistic.rows.getDefiningOp();
      getStep(inner) == Step::Absolute)
    statistic.rows = inner->getOperand(0);
  return checkCentered(statistic.rows);
}

bool StatisticReader::read() {
  Value value = follow(root->getOperand(0));
  if (!checkType(value) || !checkRoot() || !readEpsilon(value) ||
      !readMean(value) || !readSum(value) || !readSquare(value) || !checkMean())
    return false;
  return true;
}

//===----------------------------------------------------------------------===//
// The root
//===----------------------------------------------------------------------===//

/// Whether `op` may sum: a reduction, a product of a value with itself, or a
/// function that is called.
static bool maySum(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (getStep(op) == Step::Reduce || name == "reduce" ||
      isa<CallOpInterface>(op))
    return true;
  return name == "dot_general" && op->getNumOperands() == 2 &&
         op->getOperand(0) == op->getOperand(1);
}

/// Whether a sum is among what the root is computed from in a few steps: then
/// it may be meant for a norm.
static bool looksLikeNorm(Operation *root) {
  llvm::SetVector<Operation *> ops;
  ops.insert(root);
  for (size_t next = 0; next < ops.size() && next < 2 * kMaxSteps; ++next) {
    Operation *op = ops[next];
    StringRef name = op->getName().stripDialect();
    if (maySum(op))
      return true;
    if (op != root && !mapsElements(op) && !movesElements(op) &&
        !name.contains("reduce"))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        ops.insert(producer);
  }
  return false;
}

SmallVector<NormChain, 1>
raise::getNormChains(Operation *op, std::optional<NormMismatch> &mismatch) {
  Statistic statistic;
  NormMismatch found;
  if (!isStrict(op) || !StatisticReader(op, statistic, found).read()) {
    // A square root alone has many uses.
    if (found.op && getStep(op) != Step::Sqrt && looksLikeNorm(op))
      mismatch = found;
    return {};
  }
  SmallVector<NormChain, 1> chains = readTails(op, statistic, found);
  if (chains.empty() && found.op)
    mismatch = found;
  return chains;
}
