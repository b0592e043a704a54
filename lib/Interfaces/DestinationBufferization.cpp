//===- DestinationBufferization.cpp - Bufferization by destinations -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Interfaces/DestinationBufferization.h"

using namespace mlir;
using namespace conorm;

bool conorm::detail::isElementwiseAccess(DestinationOpInterface op,
                                         ArrayRef<OpOperand *> operands) {
  // The runtime allows an output in the place of an input of the same shape and
  // type, and nothing else.
  Type type = operands.front()->get().getType();
  return llvm::all_of(operands, [&](OpOperand *operand) {
    return operand->get().getType() == type &&
           (op.getOutputOf(*operand) || op.isElementwise(*operand));
  });
}

FailureOr<SmallVector<Value>> conorm::detail::getOperandBuffers(
    DestinationOpInterface op, RewriterBase &rewriter,
    const bufferization::BufferizationOptions &options,
    const bufferization::BufferizationState &state) {
  if (op.getNumDestinations() != op->getNumResults())
    return op->emitOpError("expected a destination for each result; run "
                           "--assign-destinations before bufferization");
  SmallVector<Value> buffers;
  for (Value operand : op->getOperands()) {
    FailureOr<Value> buffer =
        bufferization::getBuffer(rewriter, operand, options, state);
    if (failed(buffer))
      return failure();
    buffers.push_back(*buffer);
  }
  return buffers;
}
