//===- UnshareResults.cpp - Returned buffers ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Bufferization/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace conorm {
#define GEN_PASS_DEF_UNSHARERESULTS
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Whether two values are certainly different allocations.
static bool areDifferent(Value first, Value second) {
  return first != second && first.getDefiningOp<memref::AllocOp>() &&
         second.getDefiningOp<memref::AllocOp>();
}

static Value getAddress(OpBuilder &builder, Location loc, Value buffer) {
  return memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
}

static Value makeCopy(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  Value copy = memref::AllocOp::create(
      builder, loc, memref::getMixedSizes(builder, loc, buffer),
      type.getElementType(), type.getMemorySpace());
  memref::CopyOp::create(builder, loc, buffer, copy);
  return copy;
}

namespace {

struct UnshareResults
    : public conorm::impl::UnshareResultsBase<UnshareResults> {
  void runOnOperation() override {
    if (!getOperation().isPublic())
      return;
    getOperation().walk([&](func::ReturnOp op) { unshare(op); });
  }

  void unshare(func::ReturnOp op) {
    OpBuilder builder(op);
    Location loc = op.getLoc();
    SmallVector<Value> earlier;
    for (OpOperand &operand : op->getOpOperands()) {
      Value buffer = operand.get();
      if (!isa<MemRefType>(buffer.getType()))
        continue;
      Value isShared;
      for (Value other : earlier) {
        if (areDifferent(other, buffer))
          continue;
        Value isSame = arith::CmpIOp::create(
            builder, loc, arith::CmpIPredicate::eq,
            getAddress(builder, loc, other), getAddress(builder, loc, buffer));
        isShared =
            isShared
                ? Value(arith::OrIOp::create(builder, loc, isShared, isSame))
                : isSame;
      }
      earlier.push_back(buffer);
      if (!isShared)
        continue;
      ++numCompared;
      auto choice = scf::IfOp::create(
          builder, loc, isShared,
          [&](OpBuilder &inner, Location loc) {
            scf::YieldOp::create(inner, loc, makeCopy(inner, loc, buffer));
          },
          [&](OpBuilder &inner, Location loc) {
            scf::YieldOp::create(inner, loc, buffer);
          });
      operand.set(choice.getResult(0));
    }
  }
};

} // namespace
