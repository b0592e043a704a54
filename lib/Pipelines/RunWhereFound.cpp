//===- RunWhereFound.cpp - Passes for some operations only ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Pipelines/Passes.h"

namespace conorm {
#define GEN_PASS_DEF_RUNWHEREFOUND
#include "conorm/Pipelines/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {

struct RunWhereFound : public conorm::impl::RunWhereFoundBase<RunWhereFound> {
  using RunWhereFoundBase::RunWhereFoundBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    for (const OpPassManager &pipeline : pipelines)
      pipeline.getDependentDialects(registry);
  }

  bool canScheduleOn(RegisteredOperationName op) const override {
    return llvm::any_of(pipelines, [&](const OpPassManager &pipeline) {
      return isAnchoredOn(pipeline, op);
    });
  }

  void runOnOperation() override {
    if (!conorm::holdsOpOfKind(getOperation(), find))
      return markAllAnalysesPreserved();
    for (OpPassManager &pipeline : *pipelines)
      if (isAnchoredOn(pipeline, getOperation()->getName()) &&
          failed(runPipeline(pipeline, getOperation())))
        return signalPassFailure();
  }

private:
  static bool isAnchoredOn(const OpPassManager &pipeline, OperationName op) {
    return pipeline.getOpAnchorName() == op.getStringRef();
  }
};

} // namespace
