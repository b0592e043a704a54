//===- SharedBuffers.cpp - Tensors that share a buffer unseen -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedBuffers.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace conorm;

/// Whether two operands of a terminator may lie in one buffer.
using MayShare = llvm::function_ref<bool(Value, Value)>;

/// What a loop is given back as it was: whether that shares a buffer with
/// another is known where the loop starts.
static bool isOwnArgument(OpOperand &operand) {
  auto loop = dyn_cast<scf::ForOp>(operand.getOwner()->getParentOp());
  return loop &&
         operand.get() == loop.getRegionIterArg(operand.getOperandNumber());
}

/// Copies what may share a buffer with a tensor before it; adds the copies.
static LogicalResult unshareOperands(Operation *terminator, MayShare mayShare,
                                     const OneShotBufferizationOptions &options,
                                     const BufferizationState &buffers,
                                     SmallVectorImpl<Value> &copies) {
  SmallVector<Value> kept;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = operand.get();
    if (!isa<TensorType>(value.getType()))
      continue;
    bool isShared =
        llvm::any_of(kept, [&](Value other) { return mayShare(value, other); });
    kept.push_back(value);
    if (!isShared || isOwnArgument(operand))
      continue;
    OpBuilder builder(terminator);
    FailureOr<Value> copy = allocateTensorForShapedValue(
        builder, terminator->getLoc(), value, options, buffers);
    if (failed(copy))
      return failure();
    operand.set(*copy);
    copies.push_back(*copy);
  }
  return success();
}

/// The same for all that returns from `function`, if it is called, or yields
/// from its loops.
static LogicalResult unshareAll(func::FuncOp function, bool isCalled,
                                MayShare mayShare,
                                const OneShotBufferizationOptions &options,
                                const BufferizationState &buffers,
                                SmallVectorImpl<Value> &copies) {
  SmallVector<Operation *> terminators;
  function.walk([&](Operation *op) {
    if ((isa<scf::YieldOp>(op) && isa<scf::ForOp>(op->getParentOp())) ||
        isa<scf::ConditionOp>(op) || (isCalled && isa<func::ReturnOp>(op)))
      terminators.push_back(op);
  });
  for (Operation *terminator : terminators)
    if (failed(unshareOperands(terminator, mayShare, options, buffers, copies)))
      return failure();
  return success();
}

LogicalResult conorm::unshareAnalyzed(func::FuncOp function, bool isCalled,
                                      OneShotAnalysisState &state,
                                      const BufferizationState &buffers) {
  auto mayShare = [&](Value value, Value other) {
    return state.areAliasingBufferizedValues(value, other);
  };
  SmallVector<Value> copies;
  if (failed(unshareAll(function, isCalled, mayShare, state.getOptions(),
                        buffers, copies)))
    return failure();
  for (Value copy : copies) {
    state.createAliasInfoEntry(copy);
    for (OpOperand &operand : copy.getDefiningOp()->getOpOperands())
      if (isa<TensorType>(operand.get().getType()))
        state.bufferizeInPlace(operand);
  }
  return success();
}

LogicalResult
conorm::unshareUnanalyzed(ModuleOp module,
                          const OneShotBufferizationOptions &options,
                          const BufferizationState &buffers) {
  llvm::DenseSet<Attribute> used;
  if (auto uses = SymbolTable::getSymbolUses(&module.getBodyRegion()))
    for (SymbolTable::SymbolUse use : *uses)
      used.insert(use.getSymbolRef().getRootReference());
  SmallVector<Value> copies;
  for (auto function : module.getOps<func::FuncOp>())
    if (failed(unshareAll(
            function, used.contains(function.getSymNameAttr()),
            [](Value, Value) { return true; }, options, buffers, copies)))
      return failure();
  return success();
}
