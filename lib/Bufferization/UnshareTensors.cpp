//===- UnshareTensors.cpp - Tensors of their own before bufferization -----===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Bufferization/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

namespace conorm {
#define GEN_PASS_DEF_ALLOCATEPOISON
#define GEN_PASS_DEF_UNSHARESTARTS
#define GEN_PASS_DEF_UNSHAREYIELDS
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {

struct AllocatePoison
    : public conorm::impl::AllocatePoisonBase<AllocatePoison> {
  void runOnOperation() override {
    getOperation()->walk([&](ub::PoisonOp op) {
      auto type = dyn_cast<RankedTensorType>(op.getType());
      if (!type)
        return;
      OpBuilder builder(op);
      SmallVector<Value> sizes;
      if (!type.hasStaticShape())
        sizes.append(type.getNumDynamicDims(),
                     arith::ConstantIndexOp::create(builder, op.getLoc(), 0));
      op.replaceAllUsesWith(
          tensor::EmptyOp::create(builder, op.getLoc(), type, sizes)
              .getResult());
      op.erase();
      ++numAllocated;
    });
  }
};

struct UnshareStarts : public conorm::impl::UnshareStartsBase<UnshareStarts> {
  void runOnOperation() override {
    SmallVector<DestinationStyleOpInterface> ops;
    getOperation()->walk(
        [&](DestinationStyleOpInterface op) { ops.push_back(op); });
    for (DestinationStyleOpInterface op : ops)
      for (OpOperand &init : op.getDpsInitsMutable())
        unshare(init);
  }

  /// Clones the start that `init` shares with something else, and what that
  /// starts from.
  void unshare(OpOperand &init) {
    Operation *start = init.get().getDefiningOp();
    if (!isa_and_nonnull<linalg::FillOp, tensor::EmptyOp>(start) ||
        init.get().hasOneUse())
      return;
    OpBuilder builder(init.getOwner());
    Operation *clone = builder.clone(*start);
    init.set(clone->getResult(0));
    ++numCloned;
    if (auto fill = dyn_cast<linalg::FillOp>(clone))
      unshare(fill.getDpsInitsMutable()[0]);
  }
};

struct UnshareYields : public conorm::impl::UnshareYieldsBase<UnshareYields> {
  void runOnOperation() override {
    SmallVector<scf::YieldOp> yields;
    getOperation()->walk([&](scf::YieldOp yield) {
      if (isa<scf::WhileOp, scf::IndexSwitchOp>(yield->getParentOp()))
        yields.push_back(yield);
    });
    for (scf::YieldOp yield : yields)
      for (OpOperand &yielded : yield->getOpOperands())
        copy(yielded);
    if (yields.empty())
      markAllAnalysesPreserved();
  }

  void copy(OpOperand &yielded) {
    Value value = yielded.get();
    Operation *yield = yielded.getOwner();
    auto type = dyn_cast<RankedTensorType>(value.getType());
    bool isOwnArgument = isa<BlockArgument>(value) &&
                         value.getParentBlock() == yield->getBlock();
    if (!type || isOwnArgument)
      return;
    OpBuilder builder(yield);
    yielded.set(bufferization::AllocTensorOp::create(
        builder, yield->getLoc(), type, /*dynamicSizes=*/ValueRange(), value));
    ++numCopied;
  }
};

} // namespace
