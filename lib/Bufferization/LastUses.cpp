//===- LastUses.cpp - Where tensors are used last -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LastUses.h"

#include "conorm/Interfaces/DestinationOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;
using namespace conorm;

bool conorm::needsDestinations(Operation *op) {
  auto destinations = dyn_cast<DestinationOpInterface>(op);
  return destinations && op->getNumResults() != 0 &&
         destinations.getNumDestinations() == 0;
}

/// Whether results of `op` are tensors of their own whatever destinations it
/// has: neither views nor values that come from elsewhere.
static bool makesFreshTensors(Operation *op) {
  if (isa<arith::SelectOp>(op))
    return false;
  return isa<tensor::EmptyOp, tensor::GenerateOp, tensor::SplatOp,
             tensor::FromElementsOp, tensor::PadOp,
             bufferization::AllocTensorOp>(op) ||
         op->hasTrait<OpTrait::Elementwise>() || needsDestinations(op);
}

bool conorm::makesOverwritableTensors(Operation *op) {
  if (makesFreshTensors(op))
    return true;
  return (isa<DestinationStyleOpInterface>(op) &&
          !isa<bufferization::MaterializeInDestinationOp>(op)) ||
         isa<DestinationOpInterface>(op);
}

/// Results that may share the buffer of `use`, conservatively.
static SmallVector<Value> getAliases(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op)) {
    if (!dps.isDpsInit(&use) || op->getNumResults() == 0)
      return {};
    return {dps.getTiedOpResult(&use)};
  }
  if (makesFreshTensors(op))
    return {};
  return llvm::to_vector_of<Value>(op->getResults());
}

void LastUses::findLastUse(Block &block, Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return;
  LastUse last;
  for (OpOperand &use : value.getUses()) {
    // What is overwritten keeps its sizes.
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    Operation *user = block.findAncestorOpInBlock(*use.getOwner());
    if (!user) {
      // Used in another block: it has to outlive this one.
      last.add(block.getTerminator(), /*isIndirect=*/true);
      continue;
    }
    bool isDirect = user == use.getOwner();
    last.add(user, !isDirect);
    // What a region uses may come out of it.
    SmallVector<Value> aliases =
        isDirect && user->getNumRegions() == 0
            ? getAliases(use)
            : llvm::to_vector_of<Value>(user->getResults());
    for (Value alias : aliases)
      last.add(lastUses.lookup(alias).user, /*isIndirect=*/true);
  }
  lastUses[value] = last;
}

// From the bottom up: aliases of a value stand further down and are done when
// the value is reached, so that the whole is linear.
void LastUses::find(Block &block) {
  for (Operation &op : llvm::reverse(block))
    for (Value result : op.getResults())
      findLastUse(block, result);
  for (Value argument : block.getArguments())
    findLastUse(block, argument);
}
