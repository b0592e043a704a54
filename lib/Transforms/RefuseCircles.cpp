//===- RefuseCircles.cpp - No operation reads its own result --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Transforms/Passes.h"

#include "mlir/IR/RegionKindInterface.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SCCIterator.h"

namespace conorm {
#define GEN_PASS_DEF_REFUSECIRCLES
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {

/// An operation of a block, and what it reads of the block, itself or by what
/// is nested in it.
struct Reader {
  Operation *op = nullptr;
  SmallVector<Reader *, 2> producers;
};

} // namespace

template <>
struct llvm::GraphTraits<Reader *> {
  using NodeRef = Reader *;
  using ChildIteratorType = SmallVectorImpl<Reader *>::iterator;
  static NodeRef getEntryNode(Reader *reader) { return reader; }
  static ChildIteratorType child_begin(Reader *reader) {
    return reader->producers.begin();
  }
  static ChildIteratorType child_end(Reader *reader) {
    return reader->producers.end();
  }
};

static bool isBefore(Reader *left, Reader *right) {
  return left->op->isBeforeInBlock(right->op);
}

/// The first operation of a circle; null if the operations of `block` have an
/// order in which each stands behind what it reads.
static Operation *findCircle(Block &block) {
  llvm::DenseMap<Operation *, Reader> readers;
  for (Operation &op : block)
    readers[&op].op = &op;
  // Reads everything, so that everything is reached from it.
  Reader all;
  for (Operation &op : block) {
    Reader *reader = &readers[&op];
    all.producers.push_back(reader);
    auto addOperands = [&](Operation *user) {
      for (Value operand : user->getOperands())
        if (Operation *producer = operand.getDefiningOp();
            producer && producer->getBlock() == &block)
          reader->producers.push_back(&readers[producer]);
    };
    if (op.hasTrait<OpTrait::IsIsolatedFromAbove>())
      addOperands(&op);
    else
      op.walk(addOperands);
  }
  for (auto it = llvm::scc_begin(&all); !it.isAtEnd(); ++it)
    if (it.hasCycle())
      return (*llvm::min_element(*it, isBefore))->op;
  return nullptr;
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
