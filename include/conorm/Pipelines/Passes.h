//===- Passes.h -  ----------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pipelines `--conorm-fuse`, `--conorm-bufferize` and `--conorm-to-llvm`.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_PIPELINES_PASSES_H
#define CONORM_PIPELINES_PASSES_H

#include "conorm/Fusion/Passes.h"
#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace conorm {

/// Options of the fusion pipeline.
struct FusePipelineOptions
    : public mlir::PassPipelineOptions<FusePipelineOptions> {
  Option<bool> weightBias{
      *this, "weight-bias",
      llvm::cl::desc(
          "Turn norms over an f32 1 + weight into weight_bias = 1.0"),
      llvm::cl::init(true)};
  Option<Numerics> numerics{
      *this, "numerics", llvm::cl::desc("Which bits the fusion keeps"),
      llvm::cl::init(Numerics::Exact),
      llvm::cl::values(
          clEnumValN(Numerics::Exact, "exact", "All of them"),
          clEnumValN(Numerics::Relaxed, "relaxed",
                     "Fold a 1 + weight that is rounded to bf16 or f16"))};
};

/// Options of the pipeline to buffers.
struct BufferizePipelineOptions
    : public mlir::PassPipelineOptions<BufferizePipelineOptions> {};

/// Options of the pipeline to the LLVM dialect.
struct ToLLVMPipelineOptions
    : public mlir::PassPipelineOptions<ToLLVMPipelineOptions> {
  Option<bool> fuse{*this, "fuse",
                    llvm::cl::desc("Run the fusion pipeline first; without it "
                                   "fused operations stay as they are"),
                    llvm::cl::init(true)};
  Option<bool> weightBias{
      *this, "weight-bias",
      llvm::cl::desc("Turn norms over an f32 1 + weight into weight_bias = 1.0 "
                     "when fusing"),
      llvm::cl::init(true)};
  Option<Numerics> numerics{
      *this, "numerics", llvm::cl::desc("Which bits the fusion keeps"),
      llvm::cl::init(Numerics::Exact),
      llvm::cl::values(
          clEnumValN(Numerics::Exact, "exact", "All of them"),
          clEnumValN(Numerics::Relaxed, "relaxed",
                     "Fold a 1 + weight that is rounded to bf16 or f16"))};
  Option<std::string> targetDescription{
      *this, "target-description",
      llvm::cl::desc(
          "Where the module runs, a #comm.target, by which strategies "
          "are chosen (default: the module's comm.target)"),
      llvm::cl::init("")};
  Option<std::string> tuningFile{
      *this, "tuning-file",
      llvm::cl::desc(
          "JSON file of constants and thresholds by which strategies "
          "are chosen"),
      llvm::cl::init("")};
  Option<bool> checkBounds{
      *this, "check-bounds",
      llvm::cl::desc(
          "Check at run time that accesses to buffers are within bounds"),
      llvm::cl::init(false)};
  Option<bool> decompose{
      *this, "decompose",
      llvm::cl::desc("Take fused operations apart, after fusion if any"),
      llvm::cl::init(false)};
};

/// Fuses communication with normalization and cleans up. Module or function.
void buildFusePipeline(mlir::OpPassManager &manager,
                       const FusePipelineOptions &options);

/// Takes a module on tensors to buffers: elementwise operations become linalg,
/// destinations are assigned, and one-shot bufferization runs over functions.
void buildBufferizePipeline(mlir::OpPassManager &manager,
                            const BufferizePipelineOptions &options);

/// Takes a module on tensors to the LLVM dialect with calls of the runtime.
void buildToLLVMPipeline(mlir::OpPassManager &manager,
                         const ToLLVMPipelineOptions &options);

/// Registers them by the names `conorm-fuse`, `conorm-bufferize` and
/// `conorm-to-llvm`.
void registerPipelines();

} // namespace conorm

#endif // CONORM_PIPELINES_PASSES_H
