//===- RunWhereFound.cpp - Passes for some operations only ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RunWhereFound.h"

#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {

class RunWhereFound : public PassWrapper<RunWhereFound, OperationPass<>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RunWhereFound)

  RunWhereFound(StringRef name, std::function<WalkResult(Operation *)> look,
                const OpPassManager &pipeline)
      : name(name), look(std::move(look)), pipeline(pipeline) {}
  RunWhereFound(const RunWhereFound &other) = default;

  StringRef getName() const override { return name; }

  void getDependentDialects(DialectRegistry &registry) const override {
    pipeline.getDependentDialects(registry);
  }

  bool canScheduleOn(RegisteredOperationName op) const override {
    return op.getStringRef() == pipeline.getOpAnchorName();
  }

  void runOnOperation() override {
    if (!getOperation()->walk<WalkOrder::PreOrder>(look).wasInterrupted())
      return markAllAnalysesPreserved();
    if (failed(runPipeline(pipeline, getOperation())))
      signalPassFailure();
  }

private:
  std::string name;
  std::function<WalkResult(Operation *)> look;
  OpPassManager pipeline;
};

} // namespace

std::unique_ptr<Pass>
conorm::createRunWhereFound(StringRef name,
                            std::function<WalkResult(Operation *)> look,
                            const OpPassManager &pipeline) {
  return std::make_unique<RunWhereFound>(name, std::move(look), pipeline);
}
