//===- WrittenOutNorm.cpp - RMS norms in other operations -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WrittenOutNorm.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Steps, by the names of operations and of those in their bodies
//===----------------------------------------------------------------------===//

static bool isNamed(Operation *op, ArrayRef<StringRef> names) {
  return llvm::is_contained(names, op->getName().stripDialect());
}

static bool isMultiplication(Operation *op) {
  return isNamed(op, {"mulf", "mul", "multiply"});
}

static bool isDivision(Operation *op) {
  return isNamed(op, {"divf", "div", "divide"});
}

/// `value`, or what a linalg operation passes to its body as `value`.
static Value getSource(Value value, Operation *op) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner()->getParentOp() != op ||
      argument.getArgNumber() >= op->getNumOperands())
    return value;
  return op->getOperand(argument.getArgNumber());
}

static bool anyInside(Operation *op, function_ref<bool(Operation *)> isStep) {
  return op
      ->walk([&](Operation *inner) {
        return isStep(inner) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

static bool squares(Operation *op) {
  return anyInside(op, [&](Operation *inner) {
    if (isNamed(inner, {"square", "powf", "fpowi", "power", "pow"}))
      return true;
    return isMultiplication(inner) && inner->getNumOperands() >= 2 &&
           getSource(inner->getOperand(0), op) ==
               getSource(inner->getOperand(1), op);
  });
}

static bool subtracts(Operation *op) {
  return anyInside(op, [](Operation *inner) {
    return isNamed(inner, {"subf", "sub", "subtract"});
  });
}

static bool reduces(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return linalgOp.getNumReductionLoops() != 0;
  return op->getName().stripDialect().contains("reduc");
}

/// A sum, not a maximum or the like.
static bool sums(Operation *op) {
  return reduces(op) && !anyInside(op, [](Operation *inner) {
           StringRef name = inner->getName().stripDialect();
           return name.contains("max") || name.contains("min");
         });
}

static bool isRoot(Operation *op) { return isNamed(op, {"rsqrt", "sqrt"}); }

static bool scales(Operation *op) {
  return anyInside(op, [](Operation *inner) {
    return isMultiplication(inner) || isDivision(inner);
  });
}

/// Whether `root`, in the body of an operation, is of something that was scaled
/// there: a mean.
static bool isRootOfScaled(Operation *root) {
  constexpr size_t kMaxSteps = 8;
  llvm::SetVector<Operation *> steps;
  steps.insert(root);
  for (size_t next = 0; next < steps.size() && next < kMaxSteps; ++next)
    for (Value operand : steps[next]->getOperands()) {
      Operation *step = operand.getDefiningOp();
      if (!step || step->getBlock() != root->getBlock())
        continue;
      if (isMultiplication(step) || isDivision(step))
        return true;
      steps.insert(step);
    }
  return false;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

static constexpr size_t kMaxValues = 64;

/// What makes a value of another one in the same block, and is not a
/// collective, a norm or control flow.
static bool isStep(Operation *op) {
  return op->getNumResults() != 0 && !comm::isCollective(op) &&
         !isa_and_present<norm::NormDialect>(op->getDialect()) &&
         !isa<RegionBranchOpInterface>(op);
}

/// Adds the results of what reads `values`, where `follow` says so, until there
/// are no more.
static void spread(llvm::SetVector<Value> &values,
                   function_ref<bool(Operation *)> follow) {
  for (size_t next = 0; next < values.size(); ++next)
    for (Operation *user : values[next].getUsers())
      if (values.size() < kMaxValues && isStep(user) && follow(user))
        values.insert(user->result_begin(), user->result_end());
}

/// Whether what `sum` gives becomes a mean, and comes back to the rows below a
/// root.
static bool scalesRows(Operation *sum, const llvm::SetVector<Value> &rows) {
  auto readsRows = [&](Operation *op) {
    return llvm::any_of(op->getOperands(),
                        [&](Value operand) { return rows.contains(operand); });
  };
  llvm::SetVector<Value> values(sum->result_begin(), sum->result_end());
  bool hasMean = anyInside(sum, isDivision), hasRoot = false;
  for (size_t next = 0; next < values.size(); ++next)
    for (Operation *user : values[next].getUsers()) {
      if (values.size() >= kMaxValues || !isStep(user))
        continue;
      hasRoot |= anyInside(user, [&](Operation *inner) {
        return isRoot(inner) &&
               (hasMean || (inner != user && isRootOfScaled(inner)));
      });
      bool meetsRows = readsRows(user);
      if (hasRoot && meetsRows && scales(user))
        return true;
      hasMean |= !meetsRows && scales(user);
      if (!reduces(user))
        values.insert(user->result_begin(), user->result_end());
    }
  return false;
}

Operation *raise::findWrittenOutNorm(Value value) {
  llvm::SetVector<Value> rows;
  rows.insert(value);
  // A subtraction of the mean is for another norm.
  spread(rows, [](Operation *op) { return !reduces(op) && !subtracts(op); });
  for (Value row : rows)
    for (Operation *user : row.getUsers()) {
      if (!isStep(user) || !sums(user))
        continue;
      Operation *producer = row.getDefiningOp();
      bool ofSquares = squares(user) || (producer && squares(producer));
      if (ofSquares && scalesRows(user, rows))
        return user;
    }
  return nullptr;
}
