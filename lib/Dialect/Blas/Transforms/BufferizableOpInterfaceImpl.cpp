//===- BufferizableOpInterfaceImpl.cpp - Bufferization of blas ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Blas/Transforms/BufferizableOpInterfaceImpl.h"

#include "conorm/Dialect/Blas/IR/Blas.h"
#include "conorm/Interfaces/DestinationBufferization.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

void blas::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, blas::BlasDialect *) {
    attachDestinationModels<blas::MatmulOp>(context);
  });
}
