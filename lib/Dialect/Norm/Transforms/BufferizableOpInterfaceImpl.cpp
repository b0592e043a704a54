//===- BufferizableOpInterfaceImpl.cpp - Bufferization of norm ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/Transforms/BufferizableOpInterfaceImpl.h"

#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Interfaces/DestinationBufferization.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

void norm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, norm::NormDialect *) {
    attachDestinationModels<norm::RMSNormOp, norm::AddRMSNormOp,
                            norm::QuantizeOp>(context);
  });
}
