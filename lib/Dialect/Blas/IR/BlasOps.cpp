//===- BlasOps.cpp - Operations of the blas dialect -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Blas/IR/Blas.h"

#include "../../Norm/IR/Assembly.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::blas;
using norm::parseResultType;
using norm::printResultType;

#define GET_OP_CLASSES
#include "conorm/Dialect/Blas/IR/BlasOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

ShapedType MatmulOp::getOutputType() {
  Value output = getOutput() ? Value(getOutput()) : getOuts();
  return output ? cast<ShapedType>(output.getType()) : ShapedType();
}

MatmulOp::Sizes MatmulOp::getSizes() {
  ShapedType lhs = getLhsType(), rhs = getRhsType();
  int64_t batch = 1;
  for (ShapedType type : {rhs, lhs})
    if (type.getRank() == 3)
      batch = type.getDimSize(0);
  return {batch, lhs.getDimSize(getMDim()), rhs.getDimSize(getNDim()),
          lhs.getDimSize(getLhsKDim())};
}

SmallVector<AffineExpr> MatmulOp::getOutputSizeExprs(unsigned) {
  auto size = [&](unsigned symbol) {
    return getAffineSymbolExpr(symbol, getContext());
  };
  unsigned lhsRank = getLhsType().getRank();
  SmallVector<AffineExpr> sizes;
  if (isBatched())
    sizes.push_back(size(lhsRank == 3 ? 0 : lhsRank));
  sizes.push_back(size(getMDim()));
  sizes.push_back(size(lhsRank + getNDim()));
  return sizes;
}

LogicalResult MatmulOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  if (!getOutput())
    return success();
  SmallVector<OpFoldResult> sizes =
      norm::getMixedSizes(builder, getLoc(), getLhs());
  llvm::append_range(sizes, norm::getMixedSizes(builder, getLoc(), getRhs()));
  shapes.push_back(norm::reifySizes(builder, getLoc(), getOutputSizeExprs(0),
                                    sizes, getOutputType()));
  return success();
}

//===----------------------------------------------------------------------===//
// Destinations
//===----------------------------------------------------------------------===//

SmallVector<StringRef> MatmulOp::getOutputNames() { return {"output"}; }

SmallVector<ReusableOperands> MatmulOp::getReusableOperands() {
  if (!getInit())
    return {};
  return {{getOperation()->getResult(0), {&*getInitMutable().begin()}}};
}

// Each element of init is read before that of the output is written.
bool MatmulOp::isElementwise(OpOperand &operand) {
  return llvm::is_contained(llvm::make_pointer_range(getInitMutable()),
                            &operand);
}
