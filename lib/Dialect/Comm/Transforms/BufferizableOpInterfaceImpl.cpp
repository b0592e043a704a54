//===- BufferizableOpInterfaceImpl.cpp - Bufferization of comm ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/Transforms/BufferizableOpInterfaceImpl.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Interfaces/DestinationBufferization.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

void comm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, comm::CommDialect *) {
    attachDestinationModels<comm::AllReduceOp, comm::ReduceScatterOp,
                            comm::AllGatherOp, comm::AllReduceRMSNormOp>(
        context);
  });
}
