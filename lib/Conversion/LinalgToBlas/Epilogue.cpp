//===- Epilogue.cpp - What follows a contraction --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "conorm/Dialect/Blas/IR/Blas.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace conorm;

namespace {

/// An operation that multiplies its elements by factors, or rounds them, or
/// both.
struct Step {
  SmallVector<Factor> factors;
  /// The type that it rounds to; null if it does not.
  Type rounded;
};

} // namespace

/// What `op` does with `value`, of which it has the only use.
static std::optional<Step> matchStep(Operation *op, Value value) {
  Step step;
  if (auto rounding = dyn_cast<arith::TruncFOp>(op)) {
    if (rounding.getRoundingmode())
      return std::nullopt;
    step.rounded = getElementTypeOrSelf(rounding.getType());
    return step;
  }
  AffineMap identity = AffineMap::getMultiDimIdentityMap(
      cast<RankedTensorType>(value.getType()).getRank(), op->getContext());
  Factors factors(value);
  if (auto product = dyn_cast<arith::MulFOp>(op)) {
    factors.add(product.getLhs(), identity);
    factors.add(product.getRhs(), identity);
  } else if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (!factors.add(generic, identity, step.rounded))
      return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!factors.takeProduct())
    return std::nullopt;
  step.factors = llvm::to_vector(factors.get());
  return step;
}

/// Whether the scales of `epilogue` can take the factors too; takes them if so.
static bool takeFactors(const Contraction &contraction, const Step &step,
                        Epilogue &epilogue) {
  if (step.factors.empty())
    return true;
  if (contraction.init || !blas::isF8(contraction.getLhsElement()))
    return false;
  unsigned first = contraction.batch.size();
  unsigned second = first + contraction.m.size();
  auto m = llvm::to_vector(llvm::seq(first, second));
  auto n = llvm::to_vector(
      llvm::seq<unsigned>(second, second + contraction.n.size()));
  std::optional<Factor> lhs = epilogue.lhsScale, rhs = epilogue.rhsScale;
  SmallVector<Factor> scalars;
  for (const Factor &factor : step.factors) {
    ScaleKind ofRows = classify(factor, m);
    bool isOfColumns = classify(factor, n) == ScaleKind::Vector;
    if (ofRows == ScaleKind::Scalar)
      scalars.push_back(factor);
    else if (ofRows == ScaleKind::Vector && !lhs)
      lhs = factor;
    else if (isOfColumns && !rhs)
      rhs = factor;
    else
      return false;
  }
  for (const Factor &scalar : scalars) {
    if (lhs && rhs)
      return false;
    (lhs ? rhs : lhs) = scalar;
  }
  epilogue.lhsScale = lhs;
  epilogue.rhsScale = rhs;
  return true;
}

Epilogue conorm::matchEpilogue(const Contraction &contraction) {
  Epilogue epilogue;
  Value value = contraction.getResult();
  epilogue.element = getElementTypeOrSelf(value.getType());
  while (epilogue.element.isF32() && value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (user->getBlock() != contraction.op->getBlock())
      break;
    std::optional<Step> step = matchStep(user, value);
    if (!step ||
        (step->rounded &&
         (contraction.init ||
          !blas::areMatmulTypes(contraction.getLhsElement(),
                                contraction.getRhsElement(), step->rounded))) ||
        !takeFactors(contraction, *step, epilogue))
      break;
    epilogue.ops.push_back(user);
    value = user->getResult(0);
    if (step->rounded)
      epilogue.element = step->rounded;
  }
  return epilogue;
}
