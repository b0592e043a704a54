//===- BufferizableOpInterfaceImpl.cpp - Bufferization of norm ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/Transforms/BufferizableOpInterfaceImpl.h"

#include "DestinationModel.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

template <>
bool DestinationTraits<norm::AddRMSNormOp>::isElementwise(norm::AddRMSNormOp,
                                                          OpOperand &operand) {
  return operand.getOperandNumber() < 2;
}

template <>
bool DestinationTraits<norm::RMSNormOp>::isElementwise(norm::RMSNormOp,
                                                       OpOperand &operand) {
  // Rows are read whole before they are written; the weight is not.
  return operand.getOperandNumber() == 0;
}

template <>
bool DestinationTraits<norm::QuantizeOp>::isElementwise(norm::QuantizeOp,
                                                        OpOperand &) {
  return false;
}

void norm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, norm::NormDialect *) {
    norm::RMSNormOp::attachInterface<DestinationModel<norm::RMSNormOp>>(
        *context);
    norm::AddRMSNormOp::attachInterface<DestinationModel<norm::AddRMSNormOp>>(
        *context);
    norm::QuantizeOp::attachInterface<DestinationModel<norm::QuantizeOp>>(
        *context);
  });
}
