//===- Rewriting.cpp - What all rewrites share ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rewriting.h"

#include "../Support/RemarkLocation.h"
#include "Constraint.h"
#include "Steps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace conorm;

remark::RemarkOpts raise::getRemarkOptions(Operation *op, StringRef name) {
  StringRef function;
  if (auto parent = op->getParentOfType<FunctionOpInterface>())
    function = parent.getName();
  return remark::RemarkOpts::name(name)
      .category("fuse-all-reduce-norm")
      .function(function);
}

Location raise::fuseLocations(RewriterBase &rewriter,
                              ArrayRef<Operation *> ops) {
  SmallVector<Location> locations;
  for (Operation *op : ops)
    locations.push_back(op->getLoc());
  return rewriter.getFusedLoc(locations);
}

void raise::keepAttributes(Operation *merged, ArrayRef<Operation *> replaced) {
  using Arg = remark::detail::Remark::Arg;
  NamedAttrList kept;
  for (Operation *op : replaced)
    for (NamedAttribute attribute : op->getDiscardableAttrs()) {
      // Those of an operation that is not registered may be its own.
      if (!op->isRegistered() && !attribute.getName().strref().contains('.'))
        continue;
      Attribute dropped = kept.set(attribute.getName(), attribute.getValue());
      if (!dropped || dropped == attribute.getValue())
        continue;
      remark::analysis(getRemarkLocation(merged),
                       getRemarkOptions(merged, "AttributeConflict"))
          << Arg("Attribute", attribute.getName().getValue())
          << Arg("Kept", toString(attribute.getValue()))
          << Arg("Dropped", toString(dropped));
    }
  merged->setDiscardableAttrs(kept.getDictionary(merged->getContext()));
}

void raise::eraseIfDead(RewriterBase &rewriter, ArrayRef<Operation *> ops) {
  // One of them may produce for another: each is looked at only while it is
  // there.
  llvm::SetVector<Operation *> candidates(ops.begin(), ops.end());
  candidates.remove(nullptr);
  while (!candidates.empty()) {
    Operation *next = candidates.pop_back_val();
    bool isDead =
        isOpTriviallyDead(next) ||
        (next->use_empty() && !next->isRegistered() && hasNoEffects(next));
    if (!isDead)
      continue;
    for (Value operand : next->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        candidates.insert(producer);
    rewriter.eraseOp(next);
  }
}

LogicalResult raise::applyAtRoots(ArrayRef<Operation *> roots,
                                  const FrozenRewritePatternSet &patterns,
                                  RewriterBase::Listener *listener,
                                  bool *changed) {
  if (roots.empty())
    return success();
  // The driver takes the last one first. Of several norms of one value it is
  // the first that the fused operation shall have.
  SmallVector<Operation *> reversed(llvm::reverse(roots));
  GreedyRewriteConfig config;
  config.setListener(listener)
      .setStrictness(GreedyRewriteStrictness::ExistingAndNewOps)
      .enableFolding(false)
      .enableConstantCSE(false);
  return applyOpPatternsGreedily(reversed, patterns, config, changed);
}
