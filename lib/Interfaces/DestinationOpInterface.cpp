//===- DestinationOpInterface.cpp - Operations with destinations ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Interfaces/DestinationOpInterface.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace conorm;

#include "conorm/Interfaces/DestinationOpInterface.cpp.inc"

Value DestinationOpInterface::getDestination(StringRef name) {
  SmallVector<StringRef> names = getOutputNames();
  auto *it = llvm::find(names, name);
  OperandRange destinations = getDestinations();
  if (it == names.end() || destinations.empty())
    return nullptr;
  return destinations[std::distance(names.begin(), it)];
}

SmallVector<AffineExpr> conorm::getInputSizeExprs(Operation *op) {
  SmallVector<AffineExpr> sizes;
  auto input = cast<ShapedType>(op->getOperand(0).getType());
  for (int64_t dim = 0; dim < input.getRank(); ++dim)
    sizes.push_back(getAffineSymbolExpr(dim, op->getContext()));
  return sizes;
}

void conorm::getDestinationEffects(
    DestinationOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<BaseMemRefType>(operand.get().getType()))
      continue;
    if (op.getOutputOf(operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
  }
}

LogicalResult conorm::detail::verifyKinds(Operation *op) {
  if (op->getNumOperands() == 0)
    return op->emitOpError("expected an input, found no operands");
  Type input = op->getOperand(0).getType();
  bool onTensors = isa<RankedTensorType>(input);
  for (Value operand : op->getOperands())
    if (isa<RankedTensorType>(operand.getType()) != onTensors)
      return op->emitOpError("expected operands that are all tensors or all "
                             "memrefs, found ")
             << input << " and " << operand.getType();
  if (!onTensors && op->getNumResults() != 0)
    return op->emitOpError("expected no results on memrefs, found ")
           << op->getNumResults();
  return success();
}

LogicalResult
conorm::detail::verifyDestinationTypes(DestinationOpInterface op) {
  for (auto [destination, result] :
       llvm::zip(op.getDestinations(), op->getResults()))
    if (destination.getType() != result.getType())
      return op->emitOpError("expected destination of the result's type ")
             << result.getType() << ", found " << destination.getType();
  return success();
}

LogicalResult conorm::detail::verifyDestinations(DestinationOpInterface op) {
  if (failed(verifyKinds(op)))
    return failure();
  bool onTensors = isa<RankedTensorType>(op->getOperand(0).getType());
  if (onTensors && op->getNumResults() == 0)
    return op->emitOpError("expected results on tensors, found none");
  unsigned expected =
      onTensors ? op->getNumResults() : op.getOutputNames().size();
  OperandRange destinations = op.getDestinations();
  if (destinations.empty() ? !onTensors : destinations.size() != expected)
    return op->emitOpError("expected ")
           << expected << " destinations" << (onTensors ? " or none" : "")
           << ", found " << destinations.size();
  return verifyDestinationTypes(op);
}
