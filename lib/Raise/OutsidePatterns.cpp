//===- OutsidePatterns.cpp - Patterns from outside ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutsidePatterns.h"

#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Raise/RaisePatterns.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace conorm;

void raise::OutsideRoots::add(RewritePatternSet &patterns) {
  auto insert = [&](std::optional<OperationName> kind) {
    if (kind)
      kinds.insert(*kind);
    else
      any = true;
  };
  for (const std::unique_ptr<RewritePattern> &pattern :
       patterns.getNativePatterns())
    insert(pattern->getRootKind());
  ModuleOp module = patterns.getPDLPatterns().getModule();
  if (!module)
    return;
  module.walk([&](pdl::PatternOp pattern) {
    Value value = pattern.getRewriter().getRoot();
    auto root = value ? value.getDefiningOp<pdl::OperationOp>() : nullptr;
    std::optional<StringRef> name = root ? root.getOpName() : std::nullopt;
    insert(name ? std::optional(OperationName(*name, patterns.getContext()))
                : std::nullopt);
  });
}

void raise::addOutsidePatterns(RewritePatternSet &patterns,
                               RewritePatternSet added, OutsideRoots &roots) {
  roots.add(added);
  for (std::unique_ptr<RewritePattern> &pattern : added.getNativePatterns())
    patterns.add(std::move(pattern));
  patterns.getPDLPatterns().mergeIn(std::move(added.getPDLPatterns()));
}

using OutsideRaisePatterns =
    raise::OutsidePatterns<norm::NormDialect, PopulateRaisePatterns>;

void conorm::registerRaisePatterns(DialectRegistry &registry,
                                   PopulateRaisePatterns populate) {
  OutsideRaisePatterns::registerIn(registry, populate);
}

raise::OutsideRoots
raise::populateOutsideRaisePatterns(RewritePatternSet &patterns) {
  OutsideRoots roots;
  MLIRContext *context = patterns.getContext();
  for (PopulateRaisePatterns populate : OutsideRaisePatterns::get(context)) {
    RewritePatternSet added(context);
    populate(added);
    addOutsidePatterns(patterns, std::move(added), roots);
  }
  return roots;
}
