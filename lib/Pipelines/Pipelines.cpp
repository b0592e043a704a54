//===- Pipelines.cpp - Named pipelines ------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Pipelines/Passes.h"

#include "conorm/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace conorm;

void conorm::buildFusePipeline(OpPassManager &, const FusePipelineOptions &) {}

void conorm::buildToLLVMPipeline(OpPassManager &,
                                 const ToLLVMPipelineOptions &) {}

void conorm::registerPipelines() {
  PassPipelineRegistration<FusePipelineOptions>(
      "conorm-fuse", "Fuse communication with normalization and clean up",
      buildFusePipeline);
  PassPipelineRegistration<ToLLVMPipelineOptions>(
      "conorm-to-llvm",
      "Take a module on tensors to the LLVM dialect with runtime calls",
      buildToLLVMPipeline);
}
