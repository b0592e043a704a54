//===- Passes.h - Named pipelines -------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The named pipelines, and the pass by which a part of one is skipped where it
// has nothing to do. Each pipeline is text: what `--dump-pass-pipeline` prints
// can be given to `--pass-pipeline`.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_PIPELINES_PASSES_H
#define CONORM_PIPELINES_PASSES_H

#include "conorm/Bufferization/Passes.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/Pipelines/OpKinds.h"
#include "conorm/Support/Numerics.h"
#include "conorm/Support/OptionText.h"
#include "conorm/Target/Target.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace conorm {

#define GEN_PASS_DECL
#include "conorm/Pipelines/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "conorm/Pipelines/Passes.h.inc"

//===----------------------------------------------------------------------===//
// Options that pipelines share
//===----------------------------------------------------------------------===//

/// Which bits are kept.
struct NumericsOptionSet : public virtual mlir::detail::PassOptions {
  Option<Numerics> numerics{
      *this, "numerics", llvm::cl::desc("Which bits to keep"),
      llvm::cl::init(Numerics::Exact), getNumericsValues()};
};

/// What programs are compiled for.
struct TargetOptionSet : public virtual mlir::detail::PassOptions {
  Option<const Target *> target{
      *this, "target", llvm::cl::desc("What programs are compiled for"),
      llvm::cl::init(getTargets().front()), TargetValues()};
};

/// How the fusion works.
struct FusionOptionSet : public virtual mlir::detail::PassOptions {
  Option<bool> weightBias{
      *this, "weight-bias",
      llvm::cl::desc("Turn norms over 1 + weight into weight_bias = 1.0 when "
                     "fusing"),
      llvm::cl::init(true)};
};

/// How tensors become buffers.
struct BufferizationOptionSet : public virtual mlir::detail::PassOptions {
  Option<BufferAnalysis> bufferization{
      *this, "bufferization",
      llvm::cl::desc("What decides which buffers are overwritten"),
      llvm::cl::init(BufferAnalysis::Linear),
      llvm::cl::values(
          clEnumValN(BufferAnalysis::Linear, "linear",
                     "The linear rule, and one-shot analysis for the rest"),
          clEnumValN(BufferAnalysis::OneShot, "one-shot",
                     "Upstream's one-shot analysis, to compare with"))};
};

/// What becomes of a module on tensors.
struct ToBuffersOptionSet : public FusionOptionSet,
                            public BufferizationOptionSet,
                            public virtual TargetOptionSet {
  Option<bool> fuse{*this, "fuse",
                    llvm::cl::desc("Run the fusion pipeline first; without it "
                                   "fused operations stay as they are"),
                    llvm::cl::init(true)};
  Option<bool> decompose{
      *this, "decompose",
      llvm::cl::desc("Take fused operations apart, after fusion if any"),
      llvm::cl::init(false)};
  Option<OptionText> targetDescription{
      *this, "target-description",
      llvm::cl::desc(
          "Where the module runs, a #comm.target, by which strategies "
          "are chosen (default: the module's comm.target)"),
      llvm::cl::init("")};
  Option<OptionText> tuningFile{
      *this, "tuning-file",
      llvm::cl::desc(
          "JSON file of constants and thresholds by which strategies "
          "are chosen"),
      llvm::cl::init("")};
};

/// What code is made.
struct CodegenOptionSet : public NumericsOptionSet,
                          public virtual TargetOptionSet {
  Option<bool> checkBounds{
      *this, "check-bounds",
      llvm::cl::desc(
          "Check at run time that accesses to buffers are within bounds"),
      llvm::cl::init(false)};
};

//===----------------------------------------------------------------------===//
// Pipelines
//===----------------------------------------------------------------------===//

struct FusePipelineOptions
    : public mlir::PassPipelineOptions<FusePipelineOptions>,
      public FusionOptionSet {};

struct BufferizePipelineOptions
    : public mlir::PassPipelineOptions<BufferizePipelineOptions>,
      public BufferizationOptionSet {};

struct ToBuffersPipelineOptions
    : public mlir::PassPipelineOptions<ToBuffersPipelineOptions>,
      public ToBuffersOptionSet {};

struct CodegenPipelineOptions
    : public mlir::PassPipelineOptions<CodegenPipelineOptions>,
      public CodegenOptionSet {};

struct ToLLVMPipelineOptions
    : public mlir::PassPipelineOptions<ToLLVMPipelineOptions>,
      public ToBuffersOptionSet,
      public CodegenOptionSet {};

/// `raise-to-conorm`: reads the collectives, norms and quantizations of other
/// dialects. On a function, the quantizations alone.
void buildRaisePipeline(mlir::OpPassManager &manager);

/// `conorm-fuse`: raises, fuses communication with normalization and cleans up.
/// Module or function.
void buildFusePipeline(mlir::OpPassManager &manager,
                       const FusionOptionSet &options);

/// `conorm-bufferize`: takes a module on tensors to buffers: elementwise
/// operations become linalg, destinations are assigned, and functions are
/// bufferized, in place where that is possible.
void buildBufferizePipeline(mlir::OpPassManager &manager,
                            const BufferizationOptionSet &options);

/// `conorm-to-buffers`, the first part of `conorm-to-llvm`: fusion, strategies,
/// bufferization and deallocation. What is left are `comm`, `norm` and linalg
/// operations on buffers.
void buildToBuffersPipeline(mlir::OpPassManager &manager,
                            const ToBuffersOptionSet &options);

/// `conorm-codegen`, the second part: kernels, calls of the runtime, and loops.
/// What is left is converted operation by operation.
void buildCodegenPipeline(mlir::OpPassManager &manager,
                          const CodegenOptionSet &options);

/// `conorm-finalize-to-llvm`, the third part: the LLVM dialect.
void buildFinalizeToLLVMPipeline(mlir::OpPassManager &manager);

/// `conorm-to-llvm`: takes a module on tensors to the LLVM dialect with calls
/// of the runtime. It is the three parts in a row.
void buildToLLVMPipeline(mlir::OpPassManager &manager,
                         const ToLLVMPipelineOptions &options);

/// Adds what `build` makes as a pass that runs where there is a `kind`.
void addWhereFound(mlir::OpPassManager &manager, OpKind kind,
                   llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Views, branches and functions of math in functions of the host, where there
/// are any, down to what `conorm-finalize-to-llvm` takes: for every target.
void addHostPasses(mlir::OpPassManager &functions);

/// Registers them by the names that stand before each.
void registerPipelines();

} // namespace conorm

#endif // CONORM_PIPELINES_PASSES_H
