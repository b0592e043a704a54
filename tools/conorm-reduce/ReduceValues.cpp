//===- ReduceValues.cpp - Reduction that keeps modules valid --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every edit is made on a copy of the module, which replaces the module if it
// is valid and still interesting. Edits are numbered by the place of their
// operation in a walk, so that they can be named on any copy.
//
//===----------------------------------------------------------------------===//

#include "ReduceValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Reducer/Tester.h"

using namespace mlir;

/// Erases a function, a value or an operation that nothing needs.
static bool eraseUnused(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() || isa<ModuleOp>(op) ||
      !op->use_empty())
    return false;
  if (isa<SymbolOpInterface>(op) &&
      !SymbolTable::symbolKnownUseEmpty(op, op->getParentOp()))
    return false;
  op->erase();
  return true;
}

/// Reads operand `choice` instead of the operation's only result.
static bool replaceByOperand(Operation *op, unsigned choice) {
  if (op->getNumResults() != 1 || choice >= op->getNumOperands() ||
      op->getOperand(choice).getType() != op->getResult(0).getType())
    return false;
  op->getResult(0).replaceAllUsesWith(op->getOperand(choice));
  op->erase();
  return true;
}

/// Puts the body of region `choice` in the place of its operation, as for
/// scf.if; what the region is entered with comes from the operation's operands
/// of the same type.
static bool inlineRegion(Operation *op, unsigned choice) {
  if (isa<FunctionOpInterface, ModuleOp>(op) || choice >= op->getNumRegions() ||
      !op->getRegion(choice).hasOneBlock())
    return false;
  Block &body = op->getRegion(choice).front();
  Operation *yield = body.getTerminator();
  if (!yield || yield->getNumOperands() != op->getNumResults() ||
      yield->getOperandTypes() != op->getResultTypes())
    return false;
  for (BlockArgument argument : body.getArguments()) {
    auto found = llvm::find_if(op->getOperands(), [&](Value operand) {
      return operand.getType() == argument.getType();
    });
    if (found == op->operand_end())
      return false;
    argument.replaceAllUsesWith(*found);
  }
  op->replaceAllUsesWith(yield->getOperands());
  yield->erase();
  op->getBlock()->getOperations().splice(op->getIterator(),
                                         body.getOperations());
  op->erase();
  return true;
}

/// Returns one value less from a function that nobody calls.
static bool dropReturned(Operation *op, unsigned choice) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || !function.getBody().hasOneBlock() ||
      choice >= function.getNumResults() || function.getNumResults() == 1 ||
      !SymbolTable::symbolKnownUseEmpty(function, function->getParentOp()) ||
      failed(function.eraseResult(choice)))
    return false;
  function.getBody().front().getTerminator()->eraseOperand(choice);
  return true;
}

namespace {

constexpr unsigned kNumEdits = 10;

/// Makes edit `edit` of operation `number` of the module.
bool applyEdit(ModuleOp module, unsigned number, unsigned edit) {
  Operation *target = nullptr;
  unsigned index = 0;
  module.walk<WalkOrder::PreOrder>(
      [&](Operation *op) { target = index++ == number ? op : target; });
  if (edit == 0)
    return eraseUnused(target);
  if (edit < 4)
    return replaceByOperand(target, edit - 1);
  if (edit < 6)
    return inlineRegion(target, edit - 4);
  return dropReturned(target, edit - 6);
}

struct ReduceValuesPass
    : public PassWrapper<ReduceValuesPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReduceValuesPass)

  ReduceValuesPass() = default;
  ReduceValuesPass(const ReduceValuesPass &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "reduce-values"; }
  StringRef getDescription() const override {
    return "Reduce a module that stays valid: replace values by operands, and "
           "erase what nothing reads";
  }

  void runOnOperation() override;
  /// Whether a module is valid and interesting.
  bool isInteresting(ModuleOp module, const Tester &tester);
  /// Tries every edit of every operation once, from the last one on.
  bool sweep(OwningOpRef<ModuleOp> &best, const Tester &tester);

  Option<std::string> test{
      *this, "test",
      llvm::cl::desc("Program that gets a module's path as its last argument "
                     "and exits with 1 if the module is interesting")};
};

} // namespace

bool ReduceValuesPass::isInteresting(ModuleOp module, const Tester &tester) {
  // What an invalid module is invalid for is nobody's business.
  ScopedDiagnosticHandler ignore(module.getContext(),
                                 [](Diagnostic &) { return success(); });
  return succeeded(verify(module)) &&
         tester.isInteresting(module).first == Tester::Interestingness::True;
}

bool ReduceValuesPass::sweep(OwningOpRef<ModuleOp> &best,
                             const Tester &tester) {
  bool isReduced = false;
  unsigned size = 0;
  best->walk([&](Operation *) { ++size; });
  for (unsigned number = size; number-- > 0;)
    for (unsigned edit = 0; edit < kNumEdits; ++edit) {
      OwningOpRef<ModuleOp> copy = best->clone();
      unsigned left = 0;
      best->walk([&](Operation *) { ++left; });
      if (number >= left || !applyEdit(*copy, number, edit) ||
          !isInteresting(*copy, tester))
        continue;
      best = std::move(copy);
      isReduced = true;
    }
  return isReduced;
}

void ReduceValuesPass::runOnOperation() {
  Tester tester(test, {});
  if (!isInteresting(getOperation(), tester)) {
    getOperation()->emitError("expected an interesting module: the program "
                              "exits with 1 on it");
    return signalPassFailure();
  }
  OwningOpRef<ModuleOp> best = getOperation().clone();
  while (sweep(best, tester))
    ;
  getOperation().getBodyRegion().takeBody(best->getBodyRegion());
}

void conorm::registerReduceValuesPass() {
  PassRegistration<ReduceValuesPass>();
}
