//===- RuntimeCallModels.cpp - Calls of the dialects' operations ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How the operations of the dialects, which know nothing of the C ABI, become
// calls. Each is the operation of the runtime of the same name.
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.h"

#include "conorm-runtime/device.h"
#include "conorm/Dialect/Blas/IR/Blas.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.cpp.inc"

static unsigned getRank(Value buffer) {
  return cast<ShapedType>(buffer.getType()).getRank();
}

/// Maxima and minima have no order.
static bool isSum(comm::Reduction reduction) {
  return reduction == comm::Reduction::Sum ||
         reduction == comm::Reduction::Prod;
}

static void describe(comm::AllReduceOp op, RuntimeCall &call) {
  call.setCollective(op, isSum(op.getReduction()));
  call.setReduction(op.getReduction());
  call.setCount("count", 0, getRank(op.getInput()));
  call.setOutputs(op);
}

/// The input is [outer, dim, inner].
static void describeBlocks(RuntimeCall &call, Value output, unsigned dim,
                           bool gathers) {
  call.setCount("outer", 0, dim);
  call.setCount("dim", dim, 1);
  call.setCount("inner", dim + 1, getRank(call.getInput()) - dim - 1);
  call.setBlockOutput(output, dim, gathers);
}

static void describe(comm::ReduceScatterOp op, RuntimeCall &call) {
  call.setCollective(op, isSum(op.getReduction()));
  call.setReduction(op.getReduction());
  describeBlocks(call, op.getOuts(), op.getDim(), /*gathers=*/false);
}

static void describe(comm::AllGatherOp op, RuntimeCall &call) {
  call.setCollective(op, /*isSum=*/false);
  describeBlocks(call, op.getOuts(), op.getDim(), /*gathers=*/true);
}

void conorm::describeNorm(norm::NormOpInterface op, RuntimeCall &call) {
  if (auto collective = dyn_cast<comm::CollectiveOpInterface>(*op))
    call.setCollective(collective);
  else
    call.setSplittable();
  call.setRowsAndCols();
  call.setNorm(op);
  call.setOutputs(cast<DestinationOpInterface>(*op));
}

static void describe(norm::RMSNormOp op, RuntimeCall &call) {
  describeNorm(op, call);
  call.setRowGroups();
}

static void describe(norm::AddRMSNormOp op, RuntimeCall &call) {
  describeNorm(op, call);
  call.setRowGroups();
}

static void describe(norm::QuantizeOp op, RuntimeCall &call) {
  auto outputs = cast<DestinationOpInterface>(*op);
  call.setRowsAndCols();
  call.setQuantization(op.getScheme(), op.getScale(),
                       outputs.getDestination("quantized"),
                       outputs.getDestination("scales"));
  call.setOutputs(outputs);
}

static void describe(comm::AllReduceRMSNormOp op, RuntimeCall &call) {
  call.setCollective(op);
  call.setRowsAndCols();
  call.setNorm(op);
  if (op.isSandwich())
    call.setNorm("post_norm", op.getPostNormEpsilonAttr(),
                 op.getPostNormWeightBiasAttr(), op.getPostNormRounding(),
                 op.getPostNormWeightRounding(), op.getPostNormWeight(),
                 "post_norm_weight");
  call.setNumber("has_post_norm", op.isSandwich());
  call.setNumber("replicated", op.getReplicated());
  if (norm::SchemeAttr scheme = op.getQuantizationAttr())
    call.setQuantization(scheme, op.getScale(), op.getOutQuantized(),
                         op.getOutScales());
  call.setOutputs(op);
}

/// Sets the scale `name`, and how many values have each.
static void setScale(RuntimeCall &call, StringRef name, Value scale,
                     AffineExpr size) {
  if (!scale)
    return;
  auto type = cast<ShapedType>(scale.getType());
  bool isScalar = type.getRank() == 0 || type.getDimSize(0) == 1;
  call.setInput(name, scale);
  call.setNumber((name + "_kind").str(), isScalar ? CONORM_MATMUL_SCALE_SCALAR
                                                  : CONORM_MATMUL_SCALE_VECTOR);
  if (!isScalar)
    call.expectSizes(scale, name, size);
}

static void describe(blas::MatmulOp op, RuntimeCall &call) {
  Value lhs = op.getLhs(), rhs = op.getRhs(), output = op.getOuts();
  auto size = [&](Value buffer, unsigned dim) {
    unsigned first = buffer == rhs ? getRank(lhs) : 0;
    return getAffineSymbolExpr(first + dim, op.getContext());
  };
  call.addGiven(rhs);
  SmallVector<AffineExpr> rhsSizes = {size(rhs, op.getNDim()),
                                      size(lhs, op.getLhsKDim())};
  if (!op.getTransposeRhs())
    std::swap(rhsSizes[0], rhsSizes[1]);
  if (getRank(rhs) == 3)
    rhsSizes.insert(rhsSizes.begin(),
                    getRank(lhs) == 3 ? size(lhs, 0) : size(rhs, 0));
  call.expectSizes(rhs, "rhs", rhsSizes);
  call.expectSizes(op.getInit(), "init", op.getOutputSizeExprs(0));
  call.expectSizes(output, "output", op.getOutputSizeExprs(0));

  call.setElementType("lhs_type", lhs);
  call.setElementType("rhs_type", rhs);
  call.setElementType("output_type", output);
  call.setMatrix("lhs", lhs, /*isOutput=*/false);
  call.setMatrix("rhs", rhs, /*isOutput=*/false);
  call.setMatrix("init", op.getInit(), /*isOutput=*/false);
  call.setMatrix("output", output, /*isOutput=*/true);
  if (op.isBatched())
    call.setSize("batch", output, 0);
  else
    call.setNumber("batch", 1);
  call.setSize("m", lhs, op.getMDim());
  call.setSize("n", rhs, op.getNDim());
  call.setSize("k", lhs, op.getLhsKDim());
  call.setNumber("lhs_transposed", op.getTransposeLhs());
  call.setNumber("rhs_transposed", op.getTransposeRhs());
  setScale(call, "lhs_scale", op.getLhsScale(), size(lhs, op.getMDim()));
  setScale(call, "rhs_scale", op.getRhsScale(), size(rhs, op.getNDim()));
}

namespace {

template <typename OpTy>
struct CallModel
    : public RuntimeCallOpInterface::ExternalModel<CallModel<OpTy>, OpTy> {
  void describeRuntimeCall(Operation *op, RuntimeCall &call) const {
    describe(cast<OpTy>(op), call);
  }
};

} // namespace

template <typename... OpTys>
static void attachModels(MLIRContext *context) {
  (OpTys::template attachInterface<CallModel<OpTys>>(*context), ...);
}

void conorm::registerRuntimeCallModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, blas::BlasDialect *) {
    attachModels<blas::MatmulOp>(context);
  });
  registry.addExtension(+[](MLIRContext *context, comm::CommDialect *) {
    attachModels<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
                 comm::AllReduceRMSNormOp>(context);
  });
  registry.addExtension(+[](MLIRContext *context, norm::NormDialect *) {
    attachModels<norm::RMSNormOp, norm::AddRMSNormOp, norm::QuantizeOp>(
        context);
  });
}
