//===- RemarkLocation.cpp - Where remarks are -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemarkLocation.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace conorm;

/// The first place in a file that `loc` has, null if it has none.
static FileLineColLoc findPlace(Location loc) {
  FileLineColLoc place;
  loc->walk([&](Location part) {
    auto range = dyn_cast<FileLineColRange>(part);
    if (!range || range.getStartLine() == 0)
      return WalkResult::advance();
    place = FileLineColLoc::get(range.getFilename(), range.getStartLine(),
                                range.getStartColumn());
    return WalkResult::interrupt();
  });
  return place;
}

Location conorm::getRemarkLocation(Operation *op) {
  if (FileLineColLoc place = findPlace(op->getLoc()))
    return place;
  return op->getLoc();
}

Location conorm::getSummaryLocation(Operation *root) {
  if (FileLineColLoc place = findPlace(root->getLoc()))
    return place;
  FileLineColLoc first;
  for (Region &region : root->getRegions())
    for (Operation &op : region.getOps())
      if (FileLineColLoc place = findPlace(op.getLoc())) {
        if (isa<FunctionOpInterface>(op))
          return place;
        if (!first)
          first = place;
      }
  return first ? Location(first) : root->getLoc();
}
