//===- DeallocateAtLastUse.cpp - Buffers that stay in their block ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Bufferization/Deallocation.h"
#include "conorm/Bufferization/Passes.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace conorm {
#define GEN_PASS_DEF_DEALLOCATEATLASTUSE
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using bufferization::BufferizationDialect;

static bool isBuffer(Type type) { return isa<BaseMemRefType>(type); }

/// Whether `op` makes other values for a buffer that it is given.
static bool makesViews(Operation *op) {
  return isa<ViewLikeOpInterface, arith::SelectOp>(op);
}

/// Whether `op` uses buffers while it runs and not longer.
static bool usesForItself(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>() ||
      llvm::any_of(op->getResultTypes(), isBuffer))
    return false;
  // A buffer that is stored somewhere, as an element or as a number.
  for (Type type : op->getOperandTypes())
    if (auto buffer = dyn_cast<BaseMemRefType>(type))
      if (isBuffer(buffer.getElementType()))
        return false;
  if (isa<memref::ExtractAlignedPointerAsIndexOp>(op))
    return false;
  if (isa<func::CallOp>(op) || conorm::comm::isCollective(op))
    return true;
  if (auto effects = dyn_cast<MemoryEffectOpInterface>(op))
    return !effects.hasEffect<MemoryEffects::Free>();
  return false;
}

namespace {

/// How an allocation is used.
struct BufferUse {
  /// The last operation of its block that uses it.
  Operation *last = nullptr;
  /// How often the function returns it as it is.
  unsigned numReturns = 0;
  /// Something else may keep it.
  bool isKept = false;

  bool isLocal() const {
    return !isKept && numReturns == 0 &&
           !last->hasTrait<OpTrait::IsTerminator>();
  }
};

} // namespace

static BufferUse findUses(memref::AllocOp alloc) {
  Block *block = alloc->getBlock();
  BufferUse result{alloc};
  SmallVector<Value> aliases{alloc.getResult()};
  llvm::SmallDenseSet<Value> seen{alloc.getResult()};
  while (!aliases.empty()) {
    Value alias = aliases.pop_back_val();
    for (OpOperand &use : alias.getUses()) {
      Operation *user = use.getOwner();
      Operation *ancestor = block->findAncestorOpInBlock(*user);
      if (makesViews(user)) {
        for (Value made : user->getResults())
          if (isBuffer(made.getType()) && seen.insert(made).second)
            aliases.push_back(made);
      } else if (isa<func::ReturnOp>(user) && alias == alloc.getResult()) {
        ++result.numReturns;
      } else if (!usesForItself(user)) {
        result.isKept = true;
      }
      if (!ancestor)
        result.isKept = true;
      else if (result.last->isBeforeInBlock(ancestor))
        result.last = ancestor;
    }
  }
  return result;
}

//===----------------------------------------------------------------------===//
// What is left
//===----------------------------------------------------------------------===//

static bool isFreedByHand(memref::AllocOp alloc) {
  return alloc->hasAttr(BufferizationDialect::kManualDeallocation);
}

/// Whether what `op` makes or takes has an owner that is known.
static bool hasClearOwnership(Operation *op) {
  if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
    if (isFreedByHand(alloc))
      return true;
    BufferUse use = findUses(alloc);
    return !use.isKept && use.numReturns == 1;
  }
  if (isa<func::ReturnOp>(op))
    return llvm::all_of(op->getOperands(), [](Value value) {
      auto alloc = value.getDefiningOp<memref::AllocOp>();
      return !isBuffer(value.getType()) || (alloc && !isFreedByHand(alloc));
    });
  for (Region &region : op->getRegions())
    for (Block &block : region)
      if (llvm::any_of(block.getArgumentTypes(), isBuffer))
        return false;
  return makesViews(op) || isa<memref::GetGlobalOp, memref::AllocaOp>(op) ||
         llvm::none_of(op->getResultTypes(), isBuffer);
}

bool conorm::hasClearOwnership(func::FuncOp function) {
  if (function.isExternal())
    return true;
  if (!function.getBody().hasOneBlock())
    return false;
  return !function.getBody()
              .walk([](Operation *op) {
                return ::hasClearOwnership(op) ? WalkResult::advance()
                                               : WalkResult::interrupt();
              })
              .wasInterrupted();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct DeallocateAtLastUse
    : public conorm::impl::DeallocateAtLastUseBase<DeallocateAtLastUse> {
  void runOnOperation() override {
    SmallVector<std::pair<memref::AllocOp, Operation *>> found;
    getOperation().walk([&](memref::AllocOp alloc) {
      if (isFreedByHand(alloc))
        return;
      BufferUse use = findUses(alloc);
      if (use.isLocal())
        found.emplace_back(alloc, use.last);
    });
    OpBuilder builder(&getContext());
    for (auto [alloc, last] : found) {
      builder.setInsertionPointAfter(last);
      auto dealloc =
          memref::DeallocOp::create(builder, alloc.getLoc(), alloc.getResult());
      for (Operation *op : {alloc.getOperation(), dealloc.getOperation()})
        op->setAttr(BufferizationDialect::kManualDeallocation,
                    builder.getUnitAttr());
    }
    numDeallocated += found.size();
    if (found.empty())
      markAllAnalysesPreserved();
  }
};

} // namespace
