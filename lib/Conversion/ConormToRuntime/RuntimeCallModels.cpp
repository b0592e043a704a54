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

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace conorm;

#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.cpp.inc"

static void describe(comm::AllReduceOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setCollective(op.getGroupAttr(), op.getStrategy(), op.getDispatchAttr());
  call.setReduction(op.getReduction());
  call.setOutputLikeInput("output", op.getOuts());
  call.setCount("count", 0,
                cast<ShapedType>(op.getInput().getType()).getRank());
}

/// The input is [outer, dim, inner].
static void describeBlocks(RuntimeCall &call, Value output, unsigned dim,
                           bool gathers) {
  unsigned rank = cast<ShapedType>(call.getInput().getType()).getRank();
  call.setBlockOutput(output, dim, gathers);
  call.setCount("outer", 0, dim);
  call.setCount("dim", dim, 1);
  call.setCount("inner", dim + 1, rank - dim - 1);
}

static void describe(comm::ReduceScatterOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setCollective(op.getGroupAttr(), op.getStrategy());
  call.setReduction(op.getReduction());
  describeBlocks(call, op.getOuts(), op.getDim(), /*gathers=*/false);
}

static void describe(comm::AllGatherOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setCollective(op.getGroupAttr(), op.getStrategy());
  describeBlocks(call, op.getOuts(), op.getDim(), /*gathers=*/true);
}

static void describe(norm::RMSNormOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setRowsAndCols();
  call.setNorm("norm", op.getEpsilonAttr(), op.getWeightBiasAttr(),
               op.getRounding(), op.getWeight());
  call.setOutputLikeInput("normed", op.getOuts());
  call.setSplittable();
}

static void describe(norm::AddRMSNormOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setRowsAndCols();
  call.setInputLikeInput("residual", op.getResidual());
  call.setNorm("norm", op.getEpsilonAttr(), op.getWeightBiasAttr(),
               op.getRounding(), op.getWeight());
  call.setOutputLikeInput("normed", op.getOuts()[0]);
  call.setOutputLikeInput("residual_out", op.getOuts()[1]);
  call.setSplittable();
}

static void describe(norm::QuantizeOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setRowsAndCols();
  call.setQuantization(op.getScheme(), op.getScale(), op.getOuts()[0],
                       op.getOuts().size() > 1 ? op.getOuts()[1] : Value());
}

static void describe(comm::AllReduceRMSNormOp op, RuntimeCall &call) {
  call.setInput(op.getInput());
  call.setCollective(op.getGroupAttr(), op.getStrategy(), op.getDispatchAttr());
  call.setRowsAndCols();
  call.setInputLikeInput("residual", op.getResidual());
  call.setNorm("norm", op.getEpsilonAttr(), op.getWeightBiasAttr(),
               op.getRounding(), op.getWeight());
  if (op.isSandwich())
    call.setNorm("post_norm", op.getPostNormEpsilonAttr(),
                 op.getPostNormWeightBiasAttr(), op.getPostNormRounding(),
                 op.getPostNormWeight(), "post_norm_weight");
  call.setNumber("has_post_norm", op.isSandwich());
  call.setNumber("replicated", op.getReplicated());
  call.setOutputLikeInput("reduced", op.getOutReduced());
  call.setOutputLikeInput("residual_out", op.getOutResidualOut());
  call.setOutputLikeInput("normed", op.getOutNormed());
  if (norm::SchemeAttr scheme = op.getQuantizationAttr())
    call.setQuantization(scheme, op.getScale(), op.getOutQuantized(),
                         op.getOutScales());
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
  registry.addExtension(+[](MLIRContext *context, comm::CommDialect *) {
    attachModels<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
                 comm::AllReduceRMSNormOp>(context);
  });
  registry.addExtension(+[](MLIRContext *context, norm::NormDialect *) {
    attachModels<norm::RMSNormOp, norm::AddRMSNormOp, norm::QuantizeOp>(
        context);
  });
}
