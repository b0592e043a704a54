//===- DestinationBufferization.h - By destinations -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How an operation with destinations bufferizes: result i takes the buffer of
// destination i.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_DESTINATIONBUFFERIZATION_H
#define CONORM_INTERFACES_DESTINATIONBUFFERIZATION_H

#include "conorm/Interfaces/DestinationOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"

namespace conorm {
namespace detail {

/// Whether each of `operands` may be one buffer with the others.
bool isElementwiseAccess(DestinationOpInterface op,
                         llvm::ArrayRef<mlir::OpOperand *> operands);

/// The buffers of all operands of `op`, which has a destination for each
/// result.
mlir::FailureOr<llvm::SmallVector<mlir::Value>>
getOperandBuffers(DestinationOpInterface op, mlir::RewriterBase &rewriter,
                  const mlir::bufferization::BufferizationOptions &options,
                  const mlir::bufferization::BufferizationState &state);

} // namespace detail

/// Model of `BufferizableOpInterface` for an operation with destinations.
template <typename OpTy>
struct DestinationModel
    : public mlir::bufferization::BufferizableOpInterface::ExternalModel<
          DestinationModel<OpTy>, OpTy> {
  using AnalysisState = mlir::bufferization::AnalysisState;

  bool bufferizesToAllocation(mlir::Operation *op, mlir::Value) const {
    return mlir::cast<OpTy>(op).getNumDestinations() == 0;
  }

  bool bufferizesToMemoryRead(mlir::Operation *op, mlir::OpOperand &operand,
                              const AnalysisState &) const {
    return !mlir::cast<OpTy>(op).getOutputOf(operand);
  }

  bool bufferizesToMemoryWrite(mlir::Operation *op, mlir::OpOperand &operand,
                               const AnalysisState &) const {
    return mlir::cast<OpTy>(op).getOutputOf(operand).has_value();
  }

  bool bufferizesToElementwiseAccess(
      mlir::Operation *op, const AnalysisState &,
      llvm::ArrayRef<mlir::OpOperand *> operands) const {
    return detail::isElementwiseAccess(mlir::cast<DestinationOpInterface>(op),
                                       operands);
  }

  mlir::bufferization::AliasingValueList
  getAliasingValues(mlir::Operation *op, mlir::OpOperand &operand,
                    const AnalysisState &) const {
    if (std::optional<unsigned> output =
            mlir::cast<OpTy>(op).getOutputOf(operand))
      return {{op->getOpResult(*output),
               mlir::bufferization::BufferRelation::Equivalent}};
    return {};
  }

  mlir::LogicalResult
  bufferize(mlir::Operation *op, mlir::RewriterBase &rewriter,
            const mlir::bufferization::BufferizationOptions &options,
            mlir::bufferization::BufferizationState &state) const {
    mlir::FailureOr<llvm::SmallVector<mlir::Value>> buffers =
        detail::getOperandBuffers(mlir::cast<DestinationOpInterface>(op),
                                  rewriter, options, state);
    if (mlir::failed(buffers))
      return mlir::failure();
    typename OpTy::Properties properties = mlir::cast<OpTy>(op).getProperties();
    if constexpr (OpTy::template hasTrait<
                      mlir::OpTrait::AttrSizedResultSegments>())
      properties.resultSegmentSizes.fill(0);
    llvm::SmallVector<mlir::NamedAttribute> discardable(
        op->getDiscardableAttrs());
    OpTy::create(rewriter, op->getLoc(), mlir::TypeRange(), *buffers,
                 properties, discardable);
    mlir::bufferization::replaceOpWithBufferizedValues(
        rewriter, op, mlir::ArrayRef(*buffers).take_back(op->getNumResults()));
    return mlir::success();
  }
};

/// Makes operations with destinations bufferize. For an extension of their
/// dialect.
template <typename... OpTys>
void attachDestinationModels(mlir::MLIRContext *context) {
  (OpTys::template attachInterface<DestinationModel<OpTys>>(*context), ...);
}

} // namespace conorm

#endif // CONORM_INTERFACES_DESTINATIONBUFFERIZATION_H
