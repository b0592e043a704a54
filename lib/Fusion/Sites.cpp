//===- Sites.cpp - The operations that the stages look at -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sites.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::fusion;

Sites::Sites(const raise::Candidates &candidates) {
  for (Operation *op : candidates.getSites())
    add(op, /*isNew=*/false);
}

Sites::Sites(Operation *root, Predicate isRoot) : isRoot(isRoot) {
  root->walk([&](Operation *op) {
    if (isWanted(op))
      add(op, /*isNew=*/false);
  });
}

bool Sites::isWanted(Operation *op) const {
  return raise::Candidates::isSite(op) || (isRoot && isRoot(op));
}

void Sites::add(Operation *op, bool isNew) {
  indices[op] = entries.size();
  entries.push_back({op, isNew});
  hasUnplaced = isNew;
}

void Sites::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  // One that is moved is inserted once more.
  if (!indices.contains(op) && isWanted(op))
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
