//===- DecomposeFusedNorm.cpp -  ------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Fusion/Passes.h"

#include "conorm/Dialect/Comm/IR/Comm.h"

namespace conorm {
#define GEN_PASS_DEF_DECOMPOSEFUSEDNORM
#include "conorm/Fusion/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

namespace {
struct DecomposeFusedNormPass
    : public conorm::impl::DecomposeFusedNormBase<DecomposeFusedNormPass> {
  void runOnOperation() override {
    SmallVector<comm::AllReduceRMSNormOp> ops;
    WalkResult result = getOperation()->walk([&](comm::AllReduceRMSNormOp op) {
      if (llvm::any_of(op.getPartOuts(), [](Value out) { return out; })) {
        op.emitOpError("expected no destinations: decompose before "
                       "--assign-destinations");
        return WalkResult::interrupt();
      }
      ops.push_back(op);
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    for (comm::AllReduceRMSNormOp op : ops) {
      rewriter.setInsertionPoint(op);
      rewriter.replaceOp(op, comm::decomposeFusedNorm(rewriter, op));
    }
    numDecomposed += ops.size();
  }
};
} // namespace
