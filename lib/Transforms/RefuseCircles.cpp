//===- RefuseCircles.cpp - No operation reads its own result --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Transforms/Passes.h"

#include "mlir/IR/RegionKindInterface.h"
#include "llvm/ADT/MapVector.h"

namespace conorm {
#define GEN_PASS_DEF_REFUSECIRCLES
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Calls `visit` with the operations of `block` that `op`, or what is inside
/// it, reads.
static void forEachProducer(Operation *op, Block &block,
                            function_ref<void(Operation *)> visit) {
  auto visitOperands = [&](Operation *reader) {
    for (Value operand : reader->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          producer && producer->getBlock() == &block)
        visit(producer);
  };
  if (op->hasTrait<OpTrait::IsIsolatedFromAbove>())
    visitOperands(op);
  else
    op->walk(visitOperands);
}

/// An operation of a circle; null if the operations of `block` have an order in
/// which each stands behind what it reads.
static Operation *findCircle(Block &block) {
  // How many uses in each are of what has not been reached.
  llvm::MapVector<Operation *, unsigned> missing;
  for (Operation &op : block)
    forEachProducer(&op, block, [&](Operation *) { ++missing[&op]; });
  SmallVector<Operation *> reached;
  for (Operation &op : block)
    if (!missing.contains(&op))
      reached.push_back(&op);
  while (!reached.empty())
    for (Operation *user : reached.pop_back_val()->getUsers()) {
      Operation *reader = block.findAncestorOpInBlock(*user);
      if (--missing[reader] == 0)
        reached.push_back(reader);
    }
  // Each that is left reads another one that is left.
  missing.remove_if([](const auto &entry) { return entry.second == 0; });
  if (missing.empty())
    return nullptr;
  llvm::SmallPtrSet<Operation *, 8> seen;
  Operation *op = missing.front().first;
  while (seen.insert(op).second) {
    Operation *next = nullptr;
    forEachProducer(op, block, [&](Operation *producer) {
      if (missing.contains(producer))
        next = producer;
    });
    op = next;
  }
  return op;
}

namespace {

struct RefuseCircles : public conorm::impl::RefuseCirclesBase<RefuseCircles> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    WalkResult walked = getOperation()->walk([](Operation *op) {
      for (Region &region : op->getRegions()) {
        if (!mayBeGraphRegion(region))
          continue;
        for (Block &block : region)
          if (Operation *circle = findCircle(block)) {
            circle->emitOpError("expected operands that do not depend on its "
                                "own results, found a circle in the graph "
                                "region of '")
                << op->getName() << "'";
            return WalkResult::interrupt();
          }
      }
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
