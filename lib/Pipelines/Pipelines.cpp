//===- Pipelines.cpp - Named pipelines ------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Pipelines/Passes.h"

#include "RunWhereFound.h"
#include "conorm/Bufferization/Deallocation.h"
#include "conorm/Bufferization/Passes.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/Strategy/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace conorm;

void conorm::buildFusePipeline(OpPassManager &manager,
                               const FusePipelineOptions &options) {
  manager.addPass(createRefuseCircles());
  FuseAllReduceNormOptions fusion;
  fusion.weightBias = options.weightBias;
  fusion.numerics = options.numerics;
  // Before the canonicalizer, which folds the extension and the addition of a
  // constant weight, so that `1 + weight` is not recognized any more.
  manager.addPass(createFuseAllReduceNorm(fusion));
  // No common subexpressions are eliminated: the fusion makes none, and the
  // table of all operations costs more than the fusion where a model has more
  // than the caches hold.
  manager.addPass(createCanonicalizeSelected());
}

/// Adds what `build` makes as a pass that runs where `look` interrupts a walk.
static void addWhereFound(OpPassManager &manager, StringRef name,
                          std::function<WalkResult(Operation *)> look,
                          llvm::function_ref<void(OpPassManager &)> build) {
  // What is not nested is for modules, if it does not say so.
  OpPassManager pipeline(
      manager.getOpName().value_or(ModuleOp::getOperationName()),
      OpPassManager::Nesting::Explicit);
  build(pipeline);
  manager.addPass(createRunWhereFound(name, std::move(look), pipeline));
}

/// Adds what `build` makes as a pass that runs where `isFound` holds.
static void addWhereFound(OpPassManager &manager, StringRef name,
                          bool (*isFound)(Operation *),
                          llvm::function_ref<void(OpPassManager &)> build) {
  auto look = [isFound](Operation *op) {
    return isFound(op) ? WalkResult::interrupt() : WalkResult::advance();
  };
  addWhereFound(manager, name, look, build);
}

static bool hasBranches(Operation *op) {
  return llvm::any_of(op->getRegions(), [](Region &region) {
    return !region.empty() && !region.hasOneBlock();
  });
}

static void addBufferization(OpPassManager &manager) {
  // One-shot analysis takes what stands in another block of the same region for
  // something outside, and so overwrites what is read there later.
  addWhereFound(manager, "Lift", hasBranches, [](OpPassManager &manager) {
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
  manager.addPass(createBufferizeInPlace());
  manager.addPass(createCanonicalizeSelected());
  manager.addPass(createCSEPass());
}

void conorm::buildBufferizePipeline(OpPassManager &manager,
                                    const BufferizePipelineOptions &) {
  manager.addPass(createRefuseCircles());
  addBufferization(manager);
}

//===----------------------------------------------------------------------===//
// What passes are for
//===----------------------------------------------------------------------===//

template <typename... Dialects>
static bool isOf(Operation *op) {
  return isa_and_nonnull<Dialects...>(op->getDialect());
}

static bool isFloatArithmetic(Operation *op) {
  auto isFloat = [](Type type) {
    return isa<FloatType>(getElementTypeOrSelf(type));
  };
  return isOf<arith::ArithDialect, math::MathDialect>(op) &&
         !isa<arith::ConstantOp>(op) &&
         (llvm::any_of(op->getOperandTypes(), isFloat) ||
          llvm::any_of(op->getResultTypes(), isFloat));
}

static bool needsLoops(Operation *op) {
  return isOf<linalg::LinalgDialect, scf::SCFDialect>(op) ||
         isFloatArithmetic(op);
}

/// What has a layout that is not the identity, or makes one.
static bool isView(Operation *op) {
  return isOf<affine::AffineDialect>(op) ||
         (isOf<memref::MemRefDialect>(op) &&
          !isa<memref::AllocOp, memref::AllocaOp, memref::DeallocOp,
               memref::LoadOp, memref::StoreOp, memref::GlobalOp,
               memref::GetGlobalOp, memref::ExtractAlignedPointerAsIndexOp>(
              op));
}

static bool isHighLevel(Operation *op) {
  return needsLoops(op) || isView(op) || isOf<math::MathDialect>(op);
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
static void addDeallocation(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(createDeallocateAtLastUse());
  addWhereFound(
      manager, "BufferOwnership",
      [](Operation *op) {
        auto function = dyn_cast<func::FuncOp>(op);
        if (!function)
          return WalkResult::advance();
        return hasClearOwnership(function) ? WalkResult::skip()
                                           : WalkResult::interrupt();
      },
      [](OpPassManager &manager) {
        addOwnershipBasedDeallocation(manager);
        manager.addPass(createConvertBufferizationToMemRefPass());
      });
}

/// Loops and branches, with arithmetic that LLVM has on every processor, for
/// functions that have any.
static void addLoopPasses(OpPassManager &functions) {
  addWhereFound(functions, "Loops", needsLoops, [](OpPassManager &functions) {
    functions.addPass(createConvertLinalgToLoopsPass());
    functions.addPass(createForallToForLoopPass());
    functions.addPass(createExpandSmallFloats());
    functions.addPass(createCanonicalizeSelected());
  });
  addWhereFound(functions, "Views", isView, [](OpPassManager &functions) {
    // Upstream's next pass computes one size of a group, and no more.
    functions.addPass(createConvertExpandShapeToView());
    functions.addPass(memref::createExpandStridedMetadataPass());
    functions.addPass(createLowerAffinePass());
  });
  addWhereFound(functions, "Branches", isOf<scf::SCFDialect>,
                [](OpPassManager &functions) {
                  functions.addPass(createSCFToControlFlowPass());
                });
  addWhereFound(functions, "Math", isOf<math::MathDialect>,
                [](OpPassManager &functions) {
                  functions.addPass(createConvertMathToLLVMPass());
                });
}

/// What the loops of a model become functions by. The runtime's copies are
/// loops too, if they are of buffers that are not contiguous.
static void addKernels(OpPassManager &manager) {
  manager.addPass(createConvertStridedCopyToLinalg());
  manager.addPass(createOutlineKernels());
}

static void addLLVMPasses(OpPassManager &manager) {
  addWhereFound(
      manager, "Libm",
      [](Operation *op) { return isOf<math::MathDialect>(op); },
      [](OpPassManager &manager) {
        manager.addPass(createConvertMathToLibmPass());
      });
  manager.addPass(createFinalizeToLLVM());
}

void conorm::buildToLLVMPipeline(OpPassManager &manager,
                                 const ToLLVMPipelineOptions &options) {
  if (options.fuse) {
    FusePipelineOptions fusion;
    fusion.weightBias = options.weightBias;
    fusion.numerics = options.numerics;
    buildFusePipeline(manager, fusion);
  }
  if (!options.fuse)
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
  manager.addPass(createSelectStrategy(selection));
  addBufferization(manager);
  addDeallocation(manager);
  manager.addNestedPass<func::FuncOp>(createUnshareResults());
  manager.addPass(createInterchangeContractions());
  // Accesses of affine maps are checked as those of indices.
  if (options.checkBounds)
    manager.addNestedPass<func::FuncOp>(createLowerAffinePass());
  // Before the runtime's calls, which are many operations each.
  addKernels(manager);
  ConvertConormToRuntimeOptions conversion;
  conversion.checkBounds = options.checkBounds;
  manager.addPass(createConvertConormToRuntime(conversion));
  addWhereFound(
      manager, "Copies", [](Operation *op) { return isa<memref::CopyOp>(op); },
      addKernels);
  addWhereFound(manager.nest<func::FuncOp>(), "Kernels", isHighLevel,
                addLoopPasses);
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
