//===- Pipelines.cpp - Named pipelines ------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Pipelines/Passes.h"

#include "conorm/Conversion/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace conorm;

void conorm::buildFusePipeline(OpPassManager &manager,
                               const FusePipelineOptions &options) {
  FuseAllReduceNormOptions fusion;
  fusion.weightBias = options.weightBias;
  fusion.numerics = options.numerics;
  // Before the canonicalizer, which folds the extension and the addition of a
  // constant weight, so that `1 + weight` is not recognized any more.
  manager.addPass(createFuseAllReduceNorm(fusion));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void conorm::buildBufferizePipeline(OpPassManager &manager,
                                    const BufferizePipelineOptions &) {
  manager.addPass(createDecomposeAggregates());
  manager.addPass(createConvertElementwiseToLinalgPass());
  manager.addPass(createUnshareStarts());
  // Nothing may merge the new tensors that this makes before they are buffers.
  manager.addPass(createAssignDestinations());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  options.allowReturnAllocsFromLoops = true;
  manager.addPass(bufferization::createOneShotBufferizePass(options));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

/// Loops and branches, with arithmetic that LLVM has on every processor.
static void addLoopPasses(OpPassManager &manager) {
  manager.addPass(createInterchangeContractions());
  manager.addPass(createConvertStridedCopyToLinalg());
  manager.addPass(createOutlineKernels());
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createConvertLinalgToLoopsPass());
  functions.addPass(createForallToForLoopPass());
  functions.addPass(createExpandSmallFloats());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
}

static void addLLVMPasses(OpPassManager &manager) {
  manager.addPass(arith::createArithExpandOpsPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createUBToLLVMConversionPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
}

void conorm::buildToLLVMPipeline(OpPassManager &manager,
                                 const ToLLVMPipelineOptions &options) {
  if (options.fuse) {
    FusePipelineOptions fusion;
    fusion.weightBias = options.weightBias;
    fusion.numerics = options.numerics;
    buildFusePipeline(manager, fusion);
  }
  if (options.decompose)
    manager.addPass(createDecomposeFusedNorm());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  buildBufferizePipeline(manager, {});
  bufferization::buildBufferDeallocationPipeline(manager);
  manager.addPass(createConvertBufferizationToMemRefPass());
  manager.addNestedPass<func::FuncOp>(createUnshareResults());
  manager.addPass(createConvertConormToRuntime());
  addLoopPasses(manager);
  addLLVMPasses(manager);
}

void conorm::registerPipelines() {
  PassPipelineRegistration<FusePipelineOptions>(
      "conorm-fuse", "Fuse communication with normalization and clean up",
      buildFusePipeline);
  PassPipelineRegistration<BufferizePipelineOptions>(
      "conorm-bufferize",
      "Take a module on tensors to buffers, in place where that is possible",
      buildBufferizePipeline);
  PassPipelineRegistration<ToLLVMPipelineOptions>(
      "conorm-to-llvm",
      "Take a module on tensors to the LLVM dialect with runtime calls",
      buildToLLVMPipeline);
}
