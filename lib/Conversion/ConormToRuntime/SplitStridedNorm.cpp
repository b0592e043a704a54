//===- SplitStridedNorm.cpp - Norms of strided buffers --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitStridedNorm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace conorm;

/// Everything of the input's shape.
static SmallVector<OpOperand *> getDataOperands(Operation *op,
                                                const RuntimeCall &call) {
  llvm::SmallPtrSet<void *, 4> data = {call.getInput().getAsOpaquePointer()};
  for (const RuntimeCall::Sizes &sizes : call.getSizes())
    if (sizes.isLikeInput)
      data.insert(sizes.buffer.getAsOpaquePointer());
  SmallVector<OpOperand *> operands;
  for (OpOperand &operand : op->getOpOperands())
    if (data.contains(operand.get().getAsOpaquePointer()))
      operands.push_back(&operand);
  return operands;
}

/// `buffer` at `indices` of its outer dimensions.
static Value takeInner(OpBuilder &builder, Location loc, Value buffer,
                       ArrayRef<Value> indices) {
  auto type = cast<MemRefType>(buffer.getType());
  unsigned numOuter = indices.size();
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<OpFoldResult> offsets(type.getRank(), zero);
  SmallVector<OpFoldResult> strides(type.getRank(), one);
  SmallVector<OpFoldResult> sizes = memref::getMixedSizes(builder, loc, buffer);
  for (unsigned dim = 0; dim < numOuter; ++dim) {
    offsets[dim] = indices[dim];
    sizes[dim] = one;
  }
  MemRefType inner = memref::SubViewOp::inferRankReducedResultType(
      type.getShape().drop_front(numOuter), type, offsets, sizes, strides);
  return memref::SubViewOp::create(builder, loc, inner, buffer, offsets, sizes,
                                   strides);
}

bool conorm::splitStridedNorm(Operation *op, const RuntimeCall &call) {
  if (!call.isSplittable())
    return false;
  SmallVector<OpOperand *> data = getDataOperands(op, call);
  auto type = cast<MemRefType>(data.front()->get().getType());
  int64_t numInner = type.getRank();
  for (OpOperand *operand : data) {
    // The call takes such an input as it is.
    if (operand->getOperandNumber() == 0 && call.hasRowGroups())
      continue;
    numInner = std::min(numInner, cast<MemRefType>(operand->get().getType())
                                      .getNumContiguousTrailingDims());
  }
  if (numInner == type.getRank() || numInner == 0)
    return false;

  OpBuilder builder(op);
  Location loc = op->getLoc();
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> indices;
  for (int64_t dim = 0; dim < type.getRank() - numInner; ++dim) {
    Value size = memref::DimOp::create(builder, loc, data.front()->get(), dim);
    auto loop = scf::ForOp::create(builder, loc, zero, size, one);
    indices.push_back(loop.getInductionVar());
    builder.setInsertionPointToStart(loop.getBody());
  }
  op->moveBefore(builder.getInsertionBlock(), builder.getInsertionPoint());
  builder.setInsertionPoint(op);
  for (OpOperand *operand : data)
    operand->set(takeInner(builder, loc, operand->get(), indices));
  return true;
}
