//===- LinalgToBlas.cpp - From linalg to blas -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Conversion/LinalgToBlas/Passes.h"

#include "Epilogue.h"
#include "Support/RemarkLocation.h"
#include "conorm/Dialect/Blas/IR/Blas.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTLINALGTOBLAS
#include "conorm/Conversion/LinalgToBlas/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using Arg = remark::detail::Remark::Arg;

/// Says why `op` stays a contraction.
static void explain(Operation *op, const Refusal &refusal) {
  StringRef function;
  if (auto parent = op->getParentOfType<FunctionOpInterface>())
    function = parent.getName();
  remark::missed(getRemarkLocation(op), remark::RemarkOpts::name("Matmul")
                                            .category("convert-linalg-to-blas")
                                            .function(function))
      << "left the contraction to loops"
      << Arg("Constraint", refusal.constraint) << Arg("Found", refusal.found);
}

/// Numbers of the dimensions of each group.
static SmallVector<unsigned> getSizes(ArrayRef<const DimGroup *> groups) {
  SmallVector<unsigned> sizes;
  for (const DimGroup *group : groups)
    sizes.push_back(group->size());
  // Without a batch there is no dimension for it.
  if (sizes.front() == 0)
    sizes.erase(sizes.begin());
  return sizes;
}

/// The sizes of the result's dimensions, where the operands have them.
static SmallVector<OpFoldResult> getResultSizes(OpBuilder &builder,
                                                const Contraction &c) {
  linalg::LinalgOp op = c.op;
  SmallVector<OpFoldResult> sizes;
  AffineMap output = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  for (AffineExpr loop : output.getResults())
    for (OpOperand *operand : op.getDpsInputOperands())
      if (std::optional<unsigned> dim =
              op.getMatchingIndexingMap(operand).getResultPosition(loop)) {
        sizes.push_back(
            tensor::getMixedSize(builder, op.getLoc(), operand->get(), *dim));
        break;
      }
  return sizes;
}

/// Makes the product of `c` with what follows it; returns what replaces that.
static Value makeMatmul(OpBuilder &builder, const Contraction &c,
                        const Epilogue &epilogue) {
  Location loc = c.getResult().getLoc();
  auto lhsSizes = getSizes(
      {&c.batch, c.transposeLhs ? &c.k : &c.m, c.transposeLhs ? &c.m : &c.k});
  auto rhsSizes = getSizes(
      {&c.batch, c.transposeRhs ? &c.n : &c.k, c.transposeRhs ? &c.k : &c.n});
  auto outputSizes = getSizes({&c.batch, &c.m, &c.n});
  Value lhs = collapseGroups(builder, loc, c.lhs, lhsSizes);
  Value rhs = collapseGroups(builder, loc, c.rhs, rhsSizes);
  Value init =
      c.init ? collapseGroups(builder, loc, c.init, outputSizes) : Value();
  Value lhsScale, rhsScale;
  if (epilogue.lhsScale)
    lhsScale = makeScale(builder, loc, *epilogue.lhsScale);
  if (epilogue.rhsScale)
    rhsScale = makeScale(builder, loc, *epilogue.rhsScale);
  auto type = cast<RankedTensorType>(
      cast<RankedTensorType>(c.getResult().getType()).clone(epilogue.element));
  auto matmul = blas::MatmulOp::create(
      builder, loc, type.clone(collapseShape(type.getShape(), outputSizes)),
      lhs, rhs, lhsScale, rhsScale, init, /*outs=*/Value(), c.transposeLhs,
      c.transposeRhs);
  SmallVector<OpFoldResult> sizes;
  if (matmul.getType(0) != type)
    sizes = getResultSizes(builder, c);
  return expandGroups(builder, loc, matmul.getOutput(), type, sizes,
                      outputSizes);
}

namespace {

struct ConvertLinalgToBlas
    : public conorm::impl::ConvertLinalgToBlasBase<ConvertLinalgToBlas> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (op.hasPureTensorSemantics() && linalg::isaContractionOpInterface(op))
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops)
      convert(rewriter, op);
  }

private:
  void convert(IRRewriter &rewriter, linalg::LinalgOp op) {
    Refusal refusal;
    FailureOr<Contraction> contraction = matchContraction(op, refusal);
    if (failed(contraction)) {
      explain(op, refusal);
      ++numLeft;
      return;
    }
    Epilogue epilogue = matchEpilogue(*contraction);
    numScales += epilogue.lhsScale.has_value() + epilogue.rhsScale.has_value();
    ++numConverted;
    Operation *last = epilogue.ops.empty() ? op : epilogue.ops.back();
    rewriter.setInsertionPoint(last);
    rewriter.replaceAllUsesWith(last->getResult(0),
                                makeMatmul(rewriter, *contraction, epilogue));
    eraseDead(rewriter, last);
  }

  /// Erases what nothing uses any more.
  static void eraseDead(IRRewriter &rewriter, Operation *op) {
    SetVector<Operation *> dead;
    dead.insert(op);
    while (!dead.empty()) {
      Operation *next = dead.pop_back_val();
      if (!isOpTriviallyDead(next))
        continue;
      for (Value operand : next->getOperands())
        if (Operation *definition = operand.getDefiningOp())
          dead.insert(definition);
      rewriter.eraseOp(next);
    }
  }
};

} // namespace
