//===- InitAll.cpp -  -----------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/InitAll.h"

#include "conorm/Bufferization/Passes.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Conversion/ConormToStablehlo/Passes.h"
#include "conorm/Conversion/LinalgToBlas/Passes.h"
#include "conorm/Conversion/StablehloToConorm/Passes.h"
#include "conorm/Dialect/Blas/IR/Blas.h"
#include "conorm/Dialect/Blas/Transforms/BufferizableOpInterfaceImpl.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Comm/Transforms/BufferizableOpInterfaceImpl.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Dialect/Norm/Transforms/BufferizableOpInterfaceImpl.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Raise/Passes.h"
#include "conorm/Strategy/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/IR/DialectRegistry.h"

void conorm::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<blas::BlasDialect, comm::CommDialect, norm::NormDialect>();
  blas::registerBufferizableOpInterfaceExternalModels(registry);
  comm::registerBufferizableOpInterfaceExternalModels(registry);
  norm::registerBufferizableOpInterfaceExternalModels(registry);
}

void conorm::registerAllPasses() {
  registerConormBufferizationPasses();
  registerConormCodegenPasses();
  registerConormFusionPasses();
  registerConormLinalgToBlasPasses();
  registerConormPipelinesPasses();
  registerConormRaisePasses();
  registerConormStrategyPasses();
  registerConormToRuntimePasses();
  registerConormToStablehloPasses();
  registerStablehloToConormPasses();
  registerConormTransformsPasses();
  registerPipelines();
}
