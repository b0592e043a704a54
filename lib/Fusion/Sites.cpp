//===- Sites.cpp - The operations that the stages look at -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sites.h"

#include "../Raise/Reshapes.h"
#include "conorm/Dialect/Comm/IR/Comm.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

Sites::Sites(Operation *root, Predicate isRoot) : isRoot(isRoot) {
  root->walk([&](Operation *op) { add(op, /*isNew=*/false); });
}

void Sites::add(Operation *op, bool isNew) {
  if (!isa<AllReduceOp, AllReduceRMSNormOp, norm::RMSNormOp, norm::AddRMSNormOp,
           norm::QuantizeOp>(op) &&
      !raise::changesShape(op) && !isRoot(op))
    return;
  indices[op] = entries.size();
  entries.push_back({op, isNew});
  hasUnplaced = isNew;
}

void Sites::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  // One that is moved is inserted once more.
  if (!indices.contains(op))
    add(op, /*isNew=*/true);
}

void Sites::notifyOperationErased(Operation *op) {
  auto it = indices.find(op);
  if (it == indices.end())
    return;
  size_t index = it->second;
  entries[index].op = nullptr;
  indices.erase(it);
  // A pattern makes an operation before it erases those that it replaces.
  if (!std::exchange(hasUnplaced, false))
    return;
  Entry unplaced = entries.pop_back_val();
  if (!unplaced.op)
    return;
  entries[index] = unplaced;
  indices[unplaced.op] = index;
}

SmallVector<Operation *> Sites::get(Predicate accept) const {
  SmallVector<Operation *> found;
  for (const Entry &entry : entries)
    if (entry.op && accept(entry.op))
      found.push_back(entry.op);
  return found;
}

bool Sites::isNew(Operation *op) const {
  auto it = indices.find(op);
  return it != indices.end() && entries[it->second].isNew;
}
