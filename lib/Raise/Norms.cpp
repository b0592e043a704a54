//===- Norms.cpp - What rewrites ask norms --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Norms.h"

#include "Elementwise.h"
#include "Reshapes.h"
#include "Rewriting.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

bool raise::isNorm(Operation *op) {
  return isa_and_present<norm::RMSNormOp, norm::AddRMSNormOp>(op);
}

void raise::setWeight(PatternRewriter &rewriter, Operation *norm,
                      Value weight) {
  MutableOperandRange operand =
      cast<norm::NormOpInterface>(norm).getWeightMutable();
  Operation *previous = operand[0].get().getDefiningOp();
  rewriter.modifyOpInPlace(norm, [&] { operand.assign(weight); });
  eraseIfDead(rewriter, previous);
}

bool raise::hasDestinations(Operation *norm) {
  return cast<DestinationOpInterface>(norm).getNumDestinations() != 0;
}

bool raise::fitsWeight(Value rows, Value weight) {
  if (!weight)
    return true;
  auto type = cast<ShapedType>(rows.getType());
  return type.hasRank() && type.getRank() > 0 &&
         succeeded(verifyCompatibleShape(
             type.getShape().take_back(),
             cast<ShapedType>(weight.getType()).getShape()));
}

bool raise::fitsNorm(norm::NormOpInterface norm, Value replaced, Value value) {
  Value weight = norm.getWeight();
  return fitsWeight(value, weight) &&
         llvm::all_of(norm->getOperands(), [&](Value operand) {
           return operand == replaced || operand == weight ||
                  haveCompatibleShapes(operand, value);
         });
}

/// Calls `found` for each, until it returns true. Returns whether it did.
static bool anyReduce(Value value,
                      function_ref<bool(comm::AllReduceOp)> found) {
  // As in Elementwise.cpp: it bounds the cost, and ends the circles of graph
  // regions.
  constexpr size_t kMaxSteps = 16;
  SmallVector<Value> values = {value};
  for (size_t next = 0; next < values.size() && next < kMaxSteps; ++next) {
    SmallVector<Operation *> ignored;
    Value current = getReshaped(values[next], ignored);
    if (auto reduce = current.getDefiningOp<comm::AllReduceOp>()) {
      if (found(reduce))
        return true;
    } else if (auto copy = matchCopy(current)) {
      values.push_back(copy->source);
    } else if (auto widening = matchWidening(current)) {
      values.push_back(widening->narrow);
    } else if (auto sum = matchSum(current)) {
      values.append({sum->left, sum->right});
    } else if (Operation *norm = current.getDefiningOp(); isNorm(norm)) {
      llvm::append_range(values, cast<norm::NormOpInterface>(norm).getRows());
    }
  }
  return false;
}

SmallVector<comm::AllReduceOp, 2> raise::findReduces(Value value) {
  SmallVector<comm::AllReduceOp, 2> reduces;
  anyReduce(value, [&](comm::AllReduceOp reduce) {
    reduces.push_back(reduce);
    return false;
  });
  return reduces;
}

bool raise::leadsToReduce(Value value) {
  return anyReduce(value, [](comm::AllReduceOp) { return true; });
}

static LogicalResult noDestinations(PatternRewriter &, Operation *norm) {
  return failure(raise::hasDestinations(norm) || norm->getNumResults() == 0);
}

void raise::registerNormConstraints(PDLPatternModule &patterns) {
  patterns.registerConstraintFunction("NoDestinations", noDestinations);
}
