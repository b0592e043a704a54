//===- CUDATarget.cpp - Programs for NVIDIA's GPUs ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDATarget.h"

#include "DeviceCode.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Conversion/LinalgToBlas/Passes.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace conorm;

/// Kernels: loops, and arithmetic that the device has.
static void addKernelPasses(OpPassManager &kernels) {
  kernels.addPass(createExpandSmallFloats());
  kernels.addPass(createExpandMath());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createConvertMathToLLVMPass());
  kernels.addPass(createFinalizeKernels());
}

namespace {

class CUDATarget : public Target {
public:
  comm::Backend getBackend() const override { return comm::Backend::CUDA; }
  StringRef getDescription() const override { return "NVIDIA's GPUs"; }

  void addTensorPasses(OpPassManager &manager) const override {
    manager.addPass(createRefuseHostAccess());
    manager.addPass(createConvertLinalgToBlas());
    manager.addPass(createDecomposeAggregates());
    manager.addPass(createConvertElementwiseToLinalgPass());
    manager.addPass(createFuseElementwise());
    manager.addPass(createCanonicalizeSelected());
    manager.addPass(createCSEPass());
  }

  void addBufferPasses(OpPassManager &manager,
                       const CodegenSettings &settings) const override {
    auto addOutlining = [](OpPassManager &manager) {
      manager.addPass(createConvertStridedCopyToLinalg());
      manager.addPass(createOutlineKernels());
    };
    manager.addPass(createCopyStridedResults());
    addOutlining(manager);
    ConvertConormToRuntimeOptions conversion;
    conversion.numerics = settings.numerics;
    conversion.contextEverywhere = true;
    manager.addPass(createConvertConormToRuntime(conversion));
    addWhereFound(manager, OpKind::Copies, addOutlining);
    MapKernelsOptions mapping;
    mapping.checkBounds = settings.checkBounds;
    manager.addPass(createMapKernels(mapping));
    addKernelPasses(manager.nest<gpu::GPUModuleOp>());
    manager.addPass(createConvertDeviceToRuntime());
    addWhereFound(manager.nest<func::FuncOp>(), OpKind::HighLevel,
                  addHostPasses);
  }

  // The host cannot keep what it decides about ownership in device memory.
  bool freesAtEnd() const override { return true; }
  bool hasDeviceCode() const override { return true; }

  FailureOr<std::unique_ptr<DeviceCode>>
  createDeviceCode(const DeviceOptions &options, Location loc) const override {
    return createCUDADeviceCode(options, loc);
  }
};

} // namespace

const Target &conorm::getCUDATarget() {
  static const CUDATarget target;
  return target;
}
