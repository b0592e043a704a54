//===- Pipelines.cpp - Named pipelines ------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Pipelines/Passes.h"

#include "conorm/Bufferization/Passes.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/StablehloToConorm/Passes.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/Raise/Passes.h"
#include "conorm/Strategy/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
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

void conorm::buildRaisePipeline(OpPassManager &manager) {
  // Groups are symbols of a module: what runs on functions finds none to make.
  if (manager.getOpName() == ModuleOp::getOperationName())
    manager.addPass(createConvertStablehloToConorm());
  manager.addPass(createRaiseQuantize());
}

void conorm::buildFusePipeline(OpPassManager &manager,
                               const FusionOptionSet &options) {
  manager.addPass(createRefuseCircles());
  FuseAllReduceNormOptions fusion;
  fusion.weightBias = options.weightBias;
  // Both before the canonicalizer, which folds the extension and the addition
  // of a constant weight, so that `1 + weight` is not recognized any more.
  buildRaisePipeline(manager);
  manager.addPass(createFuseAllReduceNorm(fusion));
  // No common subexpressions are eliminated: the fusion makes none, and the
  // table of all operations costs more than the fusion where a model has more
  // than the caches hold.
  manager.addPass(createCanonicalizeSelected());
}

//===----------------------------------------------------------------------===//
// From tensors to buffers
//===----------------------------------------------------------------------===//

void conorm::addWhereFound(OpPassManager &manager, OpKind kind,
                           llvm::function_ref<void(OpPassManager &)> build) {
  // What is not nested is for modules, if it does not say so.
  OpPassManager pipeline(
      manager.getOpName().value_or(ModuleOp::getOperationName()),
      OpPassManager::Nesting::Explicit);
  build(pipeline);
  manager.addPass(createRunWhereFound({kind, {pipeline}}));
}

void conorm::addHostPasses(OpPassManager &functions) {
  addWhereFound(functions, OpKind::Views, [](OpPassManager &functions) {
    // Upstream's next pass computes one size of a group, and no more.
    functions.addPass(createConvertShapeToView());
    functions.addPass(memref::createExpandStridedMetadataPass());
    functions.addPass(createLowerAffinePass());
  });
  addWhereFound(functions, OpKind::SCF, [](OpPassManager &functions) {
    functions.addPass(createSCFToControlFlowPass());
  });
  addWhereFound(functions, OpKind::Math, [](OpPassManager &functions) {
    functions.addPass(createConvertMathToLLVMPass());
  });
}

static void addBufferization(OpPassManager &manager,
                             const BufferizationOptionSet &options) {
  // One-shot analysis takes what stands in another block of the same region for
  // something outside, and so overwrites what is read there later.
  addWhereFound(manager, OpKind::Branches, [](OpPassManager &manager) {
    manager.addPass(createLiftControlFlowToSCFPass());
    manager.addPass(createCanonicalizeSelected());
  });
  manager.addPass(createAllocatePoison());
  manager.addPass(createDecomposeAggregates());
  manager.addPass(createConvertElementwiseToLinalgPass());
  manager.addPass(createUnshareStarts());
  manager.addPass(createUnshareYields());
  // Nothing may merge the new tensors that this makes before they are buffers.
  manager.addPass(createAssignDestinations());
  BufferizeInPlaceOptions bufferize;
  bufferize.analysis = options.bufferization;
  manager.addPass(createBufferizeInPlace(bufferize));
  manager.addPass(createCanonicalizeSelected());
  manager.addPass(createCSEPass());
}

void conorm::buildBufferizePipeline(OpPassManager &manager,
                                    const BufferizationOptionSet &options) {
  manager.addPass(createRefuseCircles());
  addBufferization(manager, options);
}

//===----------------------------------------------------------------------===//
// From buffers down
//===----------------------------------------------------------------------===//

/// As upstream's pipeline of that name does it, with our canonicalizations.
static void addOwnershipBasedDeallocation(OpPassManager &manager) {
  memref::ExpandReallocPassOptions expandRealloc;
  expandRealloc.emitDeallocs = false;
  manager.addPass(memref::createExpandReallocPass(expandRealloc));
  manager.addPass(createCanonicalizeSelected());
  manager.addPass(bufferization::createOwnershipBasedBufferDeallocationPass());
  manager.addPass(createCanonicalizeSelected());
  manager.addPass(bufferization::createBufferDeallocationSimplificationPass());
  manager.addPass(bufferization::createLowerDeallocationsPass());
  manager.addPass(createCSEPass());
  manager.addPass(createCanonicalizeSelected());
}

/// Most buffers are freed after their last use; ownership is for the others.
static void addDeallocation(OpPassManager &manager, const Target &target) {
  manager.addNestedPass<func::FuncOp>(createDeallocateAtLastUse());
  if (target.freesAtEnd())
    return;
  addWhereFound(manager, OpKind::UnclearOwnership, [](OpPassManager &manager) {
    addOwnershipBasedDeallocation(manager);
    manager.addPass(createConvertBufferizationToMemRefPass());
  });
}

void conorm::buildToBuffersPipeline(OpPassManager &manager,
                                    const ToBuffersOptionSet &options) {
  if (options.fuse)
    buildFusePipeline(manager, options);
  else
    manager.addPass(createRefuseCircles());
  if (options.decompose)
    manager.addPass(createDecomposeFusedNorm());
  // The fusion pipeline has done that last.
  if (options.decompose || !options.fuse)
    manager.addPass(createCanonicalizeSelected());
  manager.addPass(createCSEPass());
  manager.addPass(createMarkReplicated());
  SelectStrategyOptions selection;
  selection.targetDescription = options.targetDescription;
  selection.tuningFile = options.tuningFile;
  selection.backend = options.target->getName().str();
  manager.addPass(createSelectStrategy(selection));
  options.target->addTensorPasses(manager);
  addBufferization(manager, options);
  addDeallocation(manager, *options.target);
  manager.addNestedPass<func::FuncOp>(createUnshareResults());
}

void conorm::buildCodegenPipeline(OpPassManager &manager,
                                  const CodegenOptionSet &options) {
  options.target->addBufferPasses(manager,
                                  {options.checkBounds, options.numerics});
}

void conorm::buildFinalizeToLLVMPipeline(OpPassManager &manager) {
  addWhereFound(manager, OpKind::Math, [](OpPassManager &manager) {
    manager.addPass(createConvertMathToLibmPass());
  });
  manager.addPass(createFinalizeToLLVM());
}

void conorm::buildToLLVMPipeline(OpPassManager &manager,
                                 const ToLLVMPipelineOptions &options) {
  buildToBuffersPipeline(manager, options);
  buildCodegenPipeline(manager, options);
  buildFinalizeToLLVMPipeline(manager);
}

void conorm::registerPipelines() {
  PassPipelineRegistration<>(
      "raise-to-conorm",
      "Read the collectives, norms and quantizations of other dialects",
      buildRaisePipeline);
  PassPipelineRegistration<FusePipelineOptions>(
      "conorm-fuse", "Fuse communication with normalization and clean up",
      buildFusePipeline);
  PassPipelineRegistration<BufferizePipelineOptions>(
      "conorm-bufferize",
      "Take a module on tensors to buffers, in place where that is possible",
      buildBufferizePipeline);
  PassPipelineRegistration<ToBuffersPipelineOptions>(
      "conorm-to-buffers",
      "Fuse, choose strategies, and take a module on tensors to buffers that "
      "are freed",
      buildToBuffersPipeline);
  PassPipelineRegistration<CodegenPipelineOptions>(
      "conorm-codegen",
      "Take a module on buffers to loops, branches and runtime calls",
      buildCodegenPipeline);
  PassPipelineRegistration<>(
      "conorm-finalize-to-llvm",
      "Take loops, branches and runtime calls to the LLVM dialect",
      buildFinalizeToLLVMPipeline);
  PassPipelineRegistration<ToLLVMPipelineOptions>(
      "conorm-to-llvm",
      "Take a module on tensors to the LLVM dialect with runtime calls",
      buildToLLVMPipeline);
}
