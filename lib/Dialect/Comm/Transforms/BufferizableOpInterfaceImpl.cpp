//===- BufferizableOpInterfaceImpl.cpp - Bufferization of comm ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/Transforms/BufferizableOpInterfaceImpl.h"

#include "../../Norm/Transforms/DestinationModel.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

/// First of the fused operation's destination segments.
static constexpr unsigned kFirstOut = 5;

template <>
unsigned DestinationTraits<comm::AllReduceRMSNormOp>::getNumDestinations(
    comm::AllReduceRMSNormOp op) {
  return op->getNumOperands() - op.getODSOperandIndexAndLength(kFirstOut).first;
}

template <>
bool DestinationTraits<comm::AllReduceRMSNormOp>::isElementwise(
    comm::AllReduceRMSNormOp op, OpOperand &operand) {
  unsigned index = operand.getOperandNumber();
  auto [residual, count] = op.getODSOperandIndexAndLength(2);
  return index == 0 || (count && index == residual);
}

template <>
bool DestinationTraits<comm::AllReduceOp>::isElementwise(comm::AllReduceOp,
                                                         OpOperand &operand) {
  return operand.getOperandNumber() == 0;
}

// Blocks move: no element stays where it was, even where the types agree.
template <>
bool DestinationTraits<comm::ReduceScatterOp>::isElementwise(
    comm::ReduceScatterOp, OpOperand &) {
  return false;
}

template <>
bool DestinationTraits<comm::AllGatherOp>::isElementwise(comm::AllGatherOp,
                                                         OpOperand &) {
  return false;
}

void comm::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, comm::CommDialect *) {
    comm::AllReduceOp::attachInterface<DestinationModel<comm::AllReduceOp>>(
        *context);
    comm::ReduceScatterOp::attachInterface<
        DestinationModel<comm::ReduceScatterOp>>(*context);
    comm::AllGatherOp::attachInterface<DestinationModel<comm::AllGatherOp>>(
        *context);
    comm::AllReduceRMSNormOp::attachInterface<
        DestinationModel<comm::AllReduceRMSNormOp>>(*context);
  });
}
