//===- MarkReplicated.cpp - Whose rows one rank may finish for all --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One walk forward for each group: in a module of many layers, following each
// residual back to where it came from would be quadratic, or deeply recursive.
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Strategy/Passes.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace conorm {
#define GEN_PASS_DEF_MARKREPLICATED
#include "conorm/Strategy/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using comm::CollectiveOpInterface;

namespace {

/// The values that hold equal data on all members of one group.
class ReplicatedValues {
public:
  ReplicatedValues(Operation *groupSymbol, SymbolTableCollection &tables)
      : group(groupSymbol), tables(tables) {}

  void addArguments(func::FuncOp function);
  /// Add what `op` makes, whose operands have been seen. The latter is for what
  /// is no collective.
  void addResults(CollectiveOpInterface op);
  void addResults(Operation *op);

  bool contains(Value value) const { return values.contains(value); }
  bool isGroupOf(CollectiveOpInterface op) const {
    return tables.lookupNearestSymbolFrom(op, op.getGroupAttr()) == group;
  }

private:
  bool reachesAllMembers(CollectiveOpInterface op) const;
  bool isFunctionOfReplicated(Operation *op) const;

  Operation *group;
  SymbolTableCollection &tables;
  DenseSet<Value> values;
};

struct MarkReplicatedPass
    : public conorm::impl::MarkReplicatedBase<MarkReplicatedPass> {
  void runOnOperation() override;
};

} // namespace

void ReplicatedValues::addArguments(func::FuncOp function) {
  for (auto [index, argument] : llvm::enumerate(function.getArguments()))
    if (!function.getArgAttr(index, comm::kPerRankAttrName))
      values.insert(argument);
}

/// Whether every member takes part in what `op` does: its group is this one, or
/// one of all ranks.
bool ReplicatedValues::reachesAllMembers(CollectiveOpInterface op) const {
  auto other =
      tables.lookupNearestSymbolFrom<comm::GroupOp>(op, op.getGroupAttr());
  return other && (other == group || !other.getReplicaGroupsAttr());
}

/// Not every operation without effects gives equal results for equal operands:
/// some ask which process they run in. No norm does, nor any operation of these
/// dialects. What `tensor.empty` holds is for no program to see.
static bool isDeterministic(Operation *op) {
  return isa_and_present<arith::ArithDialect, index::IndexDialect,
                         linalg::LinalgDialect, math::MathDialect,
                         norm::NormDialect, tensor::TensorDialect>(
             op->getDialect()) ||
         isa<norm::NormOpInterface>(op);
}

bool ReplicatedValues::isFunctionOfReplicated(Operation *op) const {
  auto isReplicated = [&](Value value) { return contains(value); };
  if (!isDeterministic(op) || !isMemoryEffectFree(op) ||
      !llvm::all_of(op->getOperands(), isReplicated))
    return false;
  if (op->getNumRegions() == 0)
    return true;
  WalkResult inner = op->walk([](Operation *nested) {
    return isDeterministic(nested) ? WalkResult::advance()
                                   : WalkResult::interrupt();
  });
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  return !inner.wasInterrupted() && llvm::all_of(captured, isReplicated);
}

void ReplicatedValues::addResults(CollectiveOpInterface op) {
  if (!reachesAllMembers(op))
    return;
  auto isReplicated = [&](Value value) { return contains(value); };
  for (OpResult result : op->getResults())
    if (op.isReplicated(result, isReplicated))
      values.insert(result);
}

void ReplicatedValues::addResults(Operation *op) {
  if (isFunctionOfReplicated(op))
    values.insert_range(op->getResults());
}

/// The functions that nothing in `module` refers to: whoever calls them has
/// read what `comm.per_rank` says. Of a module inside another, all may be
/// called from there.
static SmallVector<func::FuncOp> getEntries(ModuleOp module) {
  if (module->getParentOp())
    return {};
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return {};
  DenseSet<StringAttr> used;
  for (SymbolTable::SymbolUse use : *uses)
    used.insert(use.getSymbolRef().getRootReference());
  return llvm::filter_to_vector(
      module.getOps<func::FuncOp>(), [&](func::FuncOp function) {
        return function.isPublic() && !used.contains(function.getSymNameAttr());
      });
}

void MarkReplicatedPass::runOnOperation() {
  SymbolTableCollection tables;
  SetVector<Operation *> groups;
  getOperation().walk([&](CollectiveOpInterface op) {
    if (!op.canMarkReplicated())
      return;
    if (Operation *group =
            tables.lookupNearestSymbolFrom(op, op.getGroupAttr()))
      groups.insert(group);
  });
  if (groups.empty())
    return markAllAnalysesPreserved();
  SmallVector<func::FuncOp> entries = getEntries(getOperation());
  for (Operation *group : groups) {
    ReplicatedValues replicated(group, tables);
    for (func::FuncOp function : entries)
      replicated.addArguments(function);
    auto isReplicated = [&](Value value) { return replicated.contains(value); };
    getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      auto collective = dyn_cast<CollectiveOpInterface>(op);
      if (!collective)
        return replicated.addResults(op);
      if (collective.canMarkReplicated() && replicated.isGroupOf(collective))
        numMarked += collective.markReplicated(isReplicated);
      replicated.addResults(collective);
    });
  }
}
