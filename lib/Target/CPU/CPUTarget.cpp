//===- CPUTarget.cpp - Programs for processors ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CPUTarget.h"

#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"

using namespace mlir;
using namespace conorm;

/// Loops and branches, with arithmetic that LLVM has on every processor, for
/// functions that have any.
static void addLoopPasses(OpPassManager &functions) {
  addWhereFound(functions, OpKind::Loops, [](OpPassManager &functions) {
    functions.addPass(createConvertLinalgToLoopsPass());
    functions.addPass(createForallToForLoopPass());
    functions.addPass(createExpandSmallFloats());
    functions.addPass(createCanonicalizeSelected());
  });
  addHostPasses(functions);
}

/// What the loops of a model become functions by. The runtime's copies are
/// loops too, if they are of buffers that are not contiguous.
static void addKernels(OpPassManager &manager) {
  manager.addPass(createConvertStridedCopyToLinalg());
  manager.addPass(createOutlineKernels());
}

namespace {

class CPUTarget : public Target {
public:
  comm::Backend getBackend() const override { return comm::Backend::CPU; }
  StringRef getDescription() const override { return "Processors"; }

  void addTensorPasses(OpPassManager &) const override {}

  void addBufferPasses(OpPassManager &manager,
                       const CodegenSettings &settings) const override {
    manager.addPass(createInterchangeContractions());
    // Accesses of affine maps are checked as those of indices.
    if (settings.checkBounds)
      manager.addNestedPass<func::FuncOp>(createLowerAffinePass());
    // Before the runtime's calls, which are many operations each.
    addKernels(manager);
    ConvertConormToRuntimeOptions conversion;
    conversion.checkBounds = settings.checkBounds;
    conversion.numerics = settings.numerics;
    manager.addPass(createConvertConormToRuntime(conversion));
    addWhereFound(manager, OpKind::Copies, addKernels);
    addWhereFound(manager.nest<func::FuncOp>(), OpKind::HighLevel,
                  addLoopPasses);
  }

  FailureOr<std::unique_ptr<DeviceCode>>
  createDeviceCode(const DeviceOptions &options, Location loc) const override {
    if (!options.archs.empty())
      return emitError(loc) << "expected no architectures of devices for the "
                               "target cpu, which has no device code";
    return std::unique_ptr<DeviceCode>();
  }
};

} // namespace

const Target &conorm::getCPUTarget() {
  static const CPUTarget target;
  return target;
}
