//===- DestinationOpInterface.h - Operations with destinations --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_DESTINATIONOPINTERFACE_H
#define CONORM_INTERFACES_DESTINATIONOPINTERFACE_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <optional>

namespace conorm {

class DestinationOpInterface;

/// A result, and the operands whose buffers it may take, best first.
struct ReusableOperands {
  mlir::OpResult result;
  llvm::SmallVector<mlir::OpOperand *, 2> operands;
};

/// The sizes of the input, operand 0 of `op`, as one symbol each.
llvm::SmallVector<mlir::AffineExpr> getInputSizeExprs(mlir::Operation *op);

/// Reports reads of all memref operands but the destinations, and writes of
/// these.
void getDestinationEffects(
    DestinationOpInterface op,
    llvm::SmallVectorImpl<
        mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>>
        &effects);

namespace detail {

/// Checks that operands are all tensors or all memrefs, that there are results
/// on tensors only, and that there is a destination for each output, or on
/// tensors none at all.
llvm::LogicalResult verifyDestinations(DestinationOpInterface op);

/// Parts of it: operands are all tensors or all memrefs, and there are no
/// results on these; destinations are of the results' types.
llvm::LogicalResult verifyKinds(mlir::Operation *op);
llvm::LogicalResult verifyDestinationTypes(DestinationOpInterface op);

} // namespace detail
} // namespace conorm

#include "conorm/Interfaces/DestinationOpInterface.h.inc"

#endif // CONORM_INTERFACES_DESTINATIONOPINTERFACE_H
