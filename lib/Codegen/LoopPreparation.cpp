//===- LoopPreparation.cpp - What loops need before they are made ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTSTRIDEDCOPYTOLINALG
#define GEN_PASS_DEF_DECOMPOSEAGGREGATES
#define GEN_PASS_DEF_INTERCHANGECONTRACTIONS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// The dimension that should be the innermost loop, if it is not yet: the last
/// one of the output, where all operands that have it have it last.
static std::optional<unsigned> getInnermost(linalg::LinalgOp op) {
  if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1)
    return std::nullopt;
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (output.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(output.getResults().back());
  if (!last || last.getPosition() + 1 == op.getNumLoops())
    return std::nullopt;
  bool isShared = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    for (auto [index, result] : llvm::enumerate(map.getResults())) {
      if (!result.isFunctionOfDim(last.getPosition()))
        continue;
      if (result != last || index + 1 != map.getNumResults())
        return std::nullopt;
      isShared = true;
    }
  }
  if (!isShared)
    return std::nullopt;
  return last.getPosition();
}

namespace {

struct InterchangeContractions
    : public conorm::impl::InterchangeContractionsBase<
          InterchangeContractions> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (getInnermost(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops)
      numInterchanged += succeeded(interchange(rewriter, op));
    if (ops.empty())
      markAllAnalysesPreserved();
  }

  static LogicalResult interchange(RewriterBase &rewriter,
                                   linalg::LinalgOp op) {
    unsigned innermost = *getInnermost(op);
    SmallVector<unsigned> order;
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      if (loop != innermost)
        order.push_back(loop);
    order.push_back(innermost);
    auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
    rewriter.setInsertionPoint(op);
    if (!generic) {
      FailureOr<linalg::GenericOp> made =
          linalg::generalizeNamedOp(rewriter, op);
      if (failed(made))
        return failure();
      generic = *made;
    }
    return linalg::interchangeGenericOp(rewriter, generic, order);
  }
};

struct DecomposeAggregates
    : public conorm::impl::DecomposeAggregatesBase<DecomposeAggregates> {
  void runOnOperation() override {
    SmallVector<linalg::AggregatedOpInterface> ops;
    getOperation()->walk([&](linalg::AggregatedOpInterface op) {
      if (op->getNumResults() != 0)
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::AggregatedOpInterface op : ops) {
      rewriter.setInsertionPoint(op);
      FailureOr<SmallVector<Value>> parts = op.decomposeOperation(rewriter);
      if (failed(parts)) {
        op->emitOpError("cannot be split into loops");
        return signalPassFailure();
      }
      rewriter.replaceOp(op, *parts);
    }
    numDecomposed += ops.size();
    if (ops.empty())
      markAllAnalysesPreserved();
  }
};

struct ConvertStridedCopyToLinalg
    : public conorm::impl::ConvertStridedCopyToLinalgBase<
          ConvertStridedCopyToLinalg> {
  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp copy) {
      auto isIdentity = [](Value buffer) {
        auto type = dyn_cast<MemRefType>(buffer.getType());
        return !type || type.getLayout().isIdentity();
      };
      if (!isIdentity(copy.getSource()) || !isIdentity(copy.getTarget()))
        copies.push_back(copy);
    });
    for (memref::CopyOp copy : copies) {
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy.erase();
    }
    numConverted += copies.size();
    if (copies.empty())
      markAllAnalysesPreserved();
  }
};

} // namespace
