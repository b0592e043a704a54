//===- FusionPatterns.cpp - Patterns from outside -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FusionPatterns.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"
#include "mlir/IR/DialectInterface.h"

using namespace mlir;
using namespace conorm;

namespace {

/// What was registered for a context; the `comm` dialect keeps it.
class OutsidePatterns : public DialectInterface::Base<OutsidePatterns> {
public:
  OutsidePatterns(Dialect *dialect) : Base(dialect) {}

  SmallVector<PopulateFusionPatterns, 1> populate;
};

/// Puts one function there when the dialect is loaded.
class OutsidePatternsExtension
    : public DialectExtension<OutsidePatternsExtension, comm::CommDialect> {
public:
  OutsidePatternsExtension(PopulateFusionPatterns populate)
      : populate(populate) {}

  void apply(MLIRContext *, comm::CommDialect *dialect) const override {
    if (!dialect->getRegisteredInterface<OutsidePatterns>())
      dialect->addInterfaces<OutsidePatterns>();
    dialect->getRegisteredInterface<OutsidePatterns>()->populate.push_back(
        populate);
  }

private:
  PopulateFusionPatterns populate;
};

} // namespace

void conorm::registerFusionPatterns(DialectRegistry &registry,
                                    PopulateFusionPatterns populate) {
  // A function that is registered twice is one extension.
  registry.addExtension(
      TypeID::getFromOpaquePointer(reinterpret_cast<const void *>(populate)),
      std::make_unique<OutsidePatternsExtension>(populate));
}

void fusion::OutsideRoots::add(RewritePatternSet &patterns) {
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

fusion::OutsideRoots
fusion::populateOutsidePatterns(FusionStage stage,
                                RewritePatternSet &patterns) {
  OutsideRoots roots;
  auto *dialect = patterns.getContext()->getLoadedDialect<comm::CommDialect>();
  auto *outside =
      dialect ? dialect->getRegisteredInterface<OutsidePatterns>() : nullptr;
  if (!outside)
    return roots;
  for (PopulateFusionPatterns populate : outside->populate) {
    RewritePatternSet added(patterns.getContext());
    populate(stage, added);
    roots.add(added);
    for (std::unique_ptr<RewritePattern> &pattern : added.getNativePatterns())
      patterns.add(std::move(pattern));
    patterns.getPDLPatterns().mergeIn(std::move(added.getPDLPatterns()));
  }
  return roots;
}
