//===- Placement.cpp -  ---------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Placement.h"

#include "Reshapes.h"
#include "mlir/IR/Block.h"

using namespace mlir;
using namespace conorm;

bool raise::isAvailable(Value value, Operation *point) {
  // A definition in any other block dominates the whole block.
  Operation *definition = value.getDefiningOp();
  return !definition || definition->getBlock() != point->getBlock() ||
         definition->isBeforeInBlock(point);
}

/// Whether `user` comes after `point` in point's block, or stands inside an
/// operation that does.
static bool follows(Operation *user, Operation *point) {
  Operation *ancestor = point->getBlock()->findAncestorOpInBlock(*user);
  return !ancestor || point->isBeforeInBlock(ancestor);
}

raise::Places raise::findPlaces(ArrayRef<Operation *> replaced) {
  Operation *first = replaced.front(), *last = replaced.back();
  Places places{true, true};
  for (Operation *op : replaced.drop_front())
    for (Value operand : op->getOperands())
      if (!llvm::is_contained(replaced, operand.getDefiningOp()))
        places.first = places.first && isAvailable(operand, first);
  for (Operation *op : replaced.drop_back())
    for (Operation *user : op->getUsers())
      if (!llvm::is_contained(replaced, user) && !readsSize(user))
        places.last = places.last && follows(user, last);
  return places;
}
