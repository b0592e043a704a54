//===- DestinationModel.h - Bufferization by destinations -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How every `comm` and `norm` operation bufferizes: result i takes the buffer
// of destination i. Destinations are the operation's last operands, in the
// order of its results.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_DIALECT_NORM_TRANSFORMS_DESTINATIONMODEL_H
#define CONORM_LIB_DIALECT_NORM_TRANSFORMS_DESTINATIONMODEL_H

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"

namespace conorm {

/// What an operation tells the model, specialized where the default is wrong.
template <typename OpTy>
struct DestinationTraits {
  /// Number of destinations: none or as many as results.
  static unsigned getNumDestinations(OpTy op) {
    return op.getOutsMutable().size();
  }
  /// Whether element i of an output depends on no other element of `operand`
  /// once it is written, so that both may be one buffer.
  static bool isElementwise(OpTy op, mlir::OpOperand &operand);
};

/// Model of the interface for an operation with optional destinations.
template <typename OpTy>
struct DestinationModel
    : public mlir::bufferization::BufferizableOpInterface::ExternalModel<
          DestinationModel<OpTy>, OpTy> {
  using Traits = DestinationTraits<OpTy>;
  using AnalysisState = mlir::bufferization::AnalysisState;

  /// Index of the destination that `operand` is, if it is one.
  static std::optional<unsigned> getDestination(mlir::Operation *op,
                                                mlir::OpOperand &operand) {
    unsigned count = Traits::getNumDestinations(mlir::cast<OpTy>(op));
    unsigned first = op->getNumOperands() - count;
    if (operand.getOperandNumber() < first)
      return std::nullopt;
    return operand.getOperandNumber() - first;
  }

  bool bufferizesToAllocation(mlir::Operation *op, mlir::Value) const {
    return Traits::getNumDestinations(mlir::cast<OpTy>(op)) == 0;
  }

  bool bufferizesToMemoryRead(mlir::Operation *op, mlir::OpOperand &operand,
                              const AnalysisState &) const {
    return !getDestination(op, operand);
  }

  bool bufferizesToMemoryWrite(mlir::Operation *op, mlir::OpOperand &operand,
                               const AnalysisState &) const {
    return getDestination(op, operand).has_value();
  }

  bool bufferizesToElementwiseAccess(
      mlir::Operation *op, const AnalysisState &,
      llvm::ArrayRef<mlir::OpOperand *> operands) const {
    // The runtime allows an output in the place of an input of the same shape
    // and type, and nothing else.
    mlir::Type type = op->getOperand(0).getType();
    return llvm::all_of(operands, [&](mlir::OpOperand *operand) {
      return operand->get().getType() == type &&
             (getDestination(op, *operand) ||
              Traits::isElementwise(mlir::cast<OpTy>(op), *operand));
    });
  }

  mlir::bufferization::AliasingValueList
  getAliasingValues(mlir::Operation *op, mlir::OpOperand &operand,
                    const AnalysisState &) const {
    if (std::optional<unsigned> index = getDestination(op, operand))
      return {{op->getOpResult(*index),
               mlir::bufferization::BufferRelation::Equivalent}};
    return {};
  }

  mlir::LogicalResult
  bufferize(mlir::Operation *op, mlir::RewriterBase &rewriter,
            const mlir::bufferization::BufferizationOptions &options,
            mlir::bufferization::BufferizationState &state) const {
    unsigned count = Traits::getNumDestinations(mlir::cast<OpTy>(op));
    if (count != op->getNumResults())
      return op->emitOpError("expected a destination for each result; run "
                             "--assign-destinations before bufferization");
    llvm::SmallVector<mlir::Value> buffers;
    for (mlir::Value operand : op->getOperands()) {
      mlir::FailureOr<mlir::Value> buffer =
          mlir::bufferization::getBuffer(rewriter, operand, options, state);
      if (mlir::failed(buffer))
        return mlir::failure();
      buffers.push_back(*buffer);
    }
    typename OpTy::Properties properties = mlir::cast<OpTy>(op).getProperties();
    if constexpr (OpTy::template hasTrait<
                      mlir::OpTrait::AttrSizedResultSegments>())
      properties.resultSegmentSizes.fill(0);
    llvm::SmallVector<mlir::NamedAttribute> discardable(
        op->getDiscardableAttrs());
    OpTy::create(rewriter, op->getLoc(), mlir::TypeRange(), buffers, properties,
                 discardable);
    mlir::bufferization::replaceOpWithBufferizedValues(
        rewriter, op, mlir::ArrayRef(buffers).take_back(count));
    return mlir::success();
  }
};

} // namespace conorm

#endif // CONORM_LIB_DIALECT_NORM_TRANSFORMS_DESTINATIONMODEL_H
