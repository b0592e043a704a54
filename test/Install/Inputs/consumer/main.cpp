//===- main.cpp - A small compiler outside the tree -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds a module of its own with the C++ API, adds patterns to the fusion that
// know this compiler's norm and the end of its fused operations, fuses the
// module, and prints it.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Fusion/FusionPatterns.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/InitAll.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Patterns from outside
//===----------------------------------------------------------------------===//

namespace {

/// Stage 1: this compiler's norm, of an operation that no dialect registers, is
/// norm.rms_norm.
struct RaiseMyNorm : public RewritePattern {
  RaiseMyNorm(MLIRContext *context)
      : RewritePattern("my.norm", /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto epsilon = op->getAttrOfType<FloatAttr>("my.epsilon");
    if (!epsilon || op->getNumOperands() != 2)
      return failure();
    rewriter.replaceOpWithNewOp<conorm::norm::RMSNormOp>(
        op, op->getOperand(0), op->getOperand(1), epsilon.getValueAsDouble());
    return success();
  }
};

/// Stage 3: marks fused operations, a root that the stage itself has not.
struct MarkFused : public OpRewritePattern<conorm::comm::AllReduceRMSNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(conorm::comm::AllReduceRMSNormOp op,
                                PatternRewriter &rewriter) const override {
    if (op->hasAttr("my.mark"))
      return failure();
    rewriter.modifyOpInPlace(
        op, [&] { op->setAttr("my.mark", rewriter.getUnitAttr()); });
    return success();
  }
};

} // namespace

static void populate(conorm::FusionStage stage, RewritePatternSet &patterns) {
  if (stage == conorm::FusionStage::Normalize)
    patterns.add<RaiseMyNorm>(patterns.getContext());
  if (stage == conorm::FusionStage::Quantize)
    patterns.add<MarkFused>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// The module
//===----------------------------------------------------------------------===//

/// norm(comm.all_reduce(x)) on the group @tp, with each spelling of the norm.
static OwningOpRef<ModuleOp> buildModule(MLIRContext &context) {
  ImplicitLocOpBuilder builder(UnknownLoc::get(&context), &context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  conorm::comm::GroupOp::create(builder, "tp");

  auto data = RankedTensorType::get({4, 64}, builder.getBF16Type());
  auto row = RankedTensorType::get({64}, builder.getBF16Type());
  auto addFunction = [&](StringRef name) {
    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(
        builder, name, builder.getFunctionType({data, row}, {data}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    return function;
  };
  func::FuncOp site = addFunction("site");
  auto reduced =
      conorm::comm::AllReduceOp::create(builder, site.getArgument(0), "tp");
  auto norm = conorm::norm::RMSNormOp::create(
      builder, reduced.getReduced(), site.getArgument(1), /*epsilon=*/1.0e-6,
      /*weight_bias=*/1.0);
  func::ReturnOp::create(builder, norm.getNormed());

  func::FuncOp mine = addFunction("mine");
  reduced =
      conorm::comm::AllReduceOp::create(builder, mine.getArgument(0), "tp");
  OperationState state(builder.getLoc(), "my.norm");
  state.addOperands({reduced.getReduced(), mine.getArgument(1)});
  state.addTypes(data);
  state.addAttribute("my.epsilon", builder.getF32FloatAttr(0.5f));
  func::ReturnOp::create(builder, builder.create(state)->getResults());
  return module;
}

int main() {
  DialectRegistry registry;
  registry.insert<func::FuncDialect>();
  conorm::registerAllDialects(registry);
  conorm::registerFusionPatterns(registry, populate);
  MLIRContext context(registry);
  context.allowUnregisteredDialects();
  context.loadAllAvailableDialects();

  OwningOpRef<ModuleOp> module = buildModule(context);
  if (failed(verify(*module)))
    return 1;
  PassManager manager(&context);
  manager.addPass(conorm::createFuseAllReduceNorm());
  if (failed(manager.run(*module)))
    return 1;
  module->print(llvm::outs());
  return 0;
}
