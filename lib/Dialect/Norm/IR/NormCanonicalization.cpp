//===- NormCanonicalization.cpp - One form for equal norms ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

using namespace mlir;
using namespace conorm::norm;

/// Removes a rounding of the weight sum that changes nothing.
template <typename NormOp>
static LogicalResult dropWeightRounding(NormOp op, PatternRewriter &rewriter) {
  if (op.getWeightRounding() == WeightRounding::None ||
      !isWeightSumExact(cast<ShapedType>(op.getInput().getType()),
                        op.getWeight(), op.getWeightBias()))
    return failure();
  rewriter.modifyOpInPlace(op,
                           [&] { op.setWeightRounding(WeightRounding::None); });
  return success();
}

LogicalResult RMSNormOp::canonicalize(RMSNormOp op, PatternRewriter &rewriter) {
  return dropWeightRounding(op, rewriter);
}

LogicalResult AddRMSNormOp::canonicalize(AddRMSNormOp op,
                                         PatternRewriter &rewriter) {
  return dropWeightRounding(op, rewriter);
}
