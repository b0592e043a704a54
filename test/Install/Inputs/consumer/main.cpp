//===- main.cpp - A small compiler outside the tree -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds a module of its own with the C++ API, adds patterns to Conorm's passes
// that know this compiler's norm and the end of its fused operations, fuses the
// module, and prints it. Then fuses another one by a pass of its own that is
// made of Conorm's patterns.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Fusion/FusionPatterns.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/InitAll.h"
#include "conorm/Raise/Passes.h"
#include "conorm/Raise/RaisePatterns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

//===----------------------------------------------------------------------===//
// Patterns from outside
//===----------------------------------------------------------------------===//

namespace {

/// Raising: this compiler's norm, of an operation that no dialect registers, is
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

static void populateRaise(RewritePatternSet &patterns) {
  patterns.add<RaiseMyNorm>(patterns.getContext());
}

static void populateFusion(conorm::FusionStage stage,
                           RewritePatternSet &patterns) {
  if (stage == conorm::FusionStage::Quantize)
    patterns.add<MarkFused>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// A pass of Conorm's patterns
//===----------------------------------------------------------------------===//

namespace {
struct MyFusePass : public PassWrapper<MyFusePass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(MyFusePass)

  StringRef getArgument() const override { return "my-fuse"; }

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, pdl::PDLDialect,
                    pdl_interp::PDLInterpDialect, tensor::TensorDialect>();
  }

  LogicalResult initialize(MLIRContext *context) override {
    auto compile = [&](auto populate) {
      RewritePatternSet patterns(context);
      populate(patterns);
      stages.push_back(std::move(patterns));
    };
    compile([](RewritePatternSet &patterns) {
      populateRaise(patterns);
      conorm::populateRaiseQuantizePatterns(patterns);
    });
    compile([](RewritePatternSet &patterns) {
      conorm::populateNormalizePatterns(patterns, {/*weightBias=*/false});
    });
    compile(conorm::populateFuseSandwichPatterns);
    compile(conorm::populateFusePatterns);
    compile(conorm::populateFuseQuantizePatterns);
    return success();
  }

  void runOnOperation() override {
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    for (const FrozenRewritePatternSet &patterns : stages)
      if (failed(applyPatternsGreedily(getOperation(), patterns, config)))
        return signalPassFailure();
  }

  SmallVector<FrozenRewritePatternSet> stages;
};
} // namespace

//===----------------------------------------------------------------------===//
// The modules
//===----------------------------------------------------------------------===//

/// This compiler's norm, quantized by arithmetic. Whether the f32 `1 + weight`
/// of the other norm becomes `weight_bias` is this compiler's choice.
constexpr StringLiteral kQuantized = R"mlir(
  comm.group @tp
  func.func @quantized(%x: tensor<4x64xf32>, %w: tensor<64xf32>, %scale: f32) -> tensor<4x64xf8E4M3FN> {
    %low = arith.constant dense<-448.0> : tensor<4x64xf32>
    %high = arith.constant dense<448.0> : tensor<4x64xf32>
    %a = comm.all_reduce %x on @tp : tensor<4x64xf32>
    %y = "my.norm"(%a, %w) {my.epsilon = 0.5 : f32} : (tensor<4x64xf32>, tensor<64xf32>) -> tensor<4x64xf32>
    %s = tensor.splat %scale : tensor<4x64xf32>
    %0 = arith.divf %y, %s : tensor<4x64xf32>
    %1 = arith.maximumf %0, %low : tensor<4x64xf32>
    %2 = arith.minimumf %1, %high : tensor<4x64xf32>
    %q = arith.truncf %2 : tensor<4x64xf32> to tensor<4x64xf8E4M3FN>
    return %q : tensor<4x64xf8E4M3FN>
  }
  func.func @bias_kept(%x: tensor<4x64xf32>, %w: tensor<64xf32>) -> tensor<4x64xf32> {
    %one = arith.constant dense<1.0> : tensor<64xf32>
    %a = comm.all_reduce %x on @tp : tensor<4x64xf32>
    %gamma = arith.addf %w, %one : tensor<64xf32>
    %y = norm.rms_norm %a weight(%gamma : tensor<64xf32>) {epsilon = 0.5 : f32} : tensor<4x64xf32>
    return %y : tensor<4x64xf32>
  }
)mlir";

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

/// Runs what `build` adds on `module`, and prints it.
static bool fuse(ModuleOp module,
                 llvm::function_ref<void(PassManager &)> build) {
  PassManager manager(module.getContext());
  build(manager);
  if (failed(verify(module)) || failed(manager.run(module)))
    return false;
  module.print(llvm::outs());
  return true;
}

int main() {
  DialectRegistry registry;
  registry
      .insert<arith::ArithDialect, func::FuncDialect, tensor::TensorDialect>();
  conorm::registerAllDialects(registry);
  conorm::registerRaisePatterns(registry, populateRaise);
  conorm::registerFusionPatterns(registry, populateFusion);
  MLIRContext context(registry);
  context.allowUnregisteredDialects();
  context.loadAllAvailableDialects();

  auto addPasses = [](PassManager &manager) {
    manager.addPass(conorm::createRaiseQuantize());
    manager.addPass(conorm::createFuseAllReduceNorm());
  };
  OwningOpRef<ModuleOp> module = buildModule(context);
  bool ok = fuse(*module, addPasses);
  auto first = parseSourceString<ModuleOp>(kQuantized, &context);
  auto second = parseSourceString<ModuleOp>(kQuantized, &context);
  ok = ok && first && second && fuse(*first, addPasses) &&
       fuse(*second, [](PassManager &manager) {
         manager.addPass(std::make_unique<MyFusePass>());
       });
  return ok ? 0 : 1;
}
