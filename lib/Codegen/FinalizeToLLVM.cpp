//===- FinalizeToLLVM.cpp - All that is left to the LLVM dialect ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace conorm {
#define GEN_PASS_DEF_FINALIZETOLLVM
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {

/// A pattern on accesses to buffers of bf16.
template <typename OpTy>
struct AccessPattern : ConvertOpToLLVMPattern<OpTy> {
  using ConvertOpToLLVMPattern<OpTy>::ConvertOpToLLVMPattern;

protected:
  Value getAddress(ConversionPatternRewriter &rewriter, OpTy op,
                   typename OpTy::Adaptor adaptor) const {
    return this->getStridedElementPtr(rewriter, op.getLoc(), op.getMemRefType(),
                                      adaptor.getMemref(), adaptor.getIndices(),
                                      LLVM::GEPNoWrapFlags::inbounds |
                                          LLVM::GEPNoWrapFlags::nuw);
  }
};

/// Stores a bf16, and LoadBits loads it, as the integer of its bits. What LLVM
/// keeps as a bf16 from one block to another, or in a vector with undefined
/// elements, it extends and rounds again with `__truncsfbf2`, which the C
/// library need not have.
struct StoreBits : AccessPattern<memref::StoreOp> {
  using AccessPattern::AccessPattern;

  LogicalResult
  matchAndRewrite(memref::StoreOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getValue().getType().isBF16())
      return failure();
    auto made = op.getValue().getDefiningOp<arith::BitcastOp>();
    Value bits = made && made.getIn().getType().isInteger()
                     ? rewriter.getRemappedValue(made.getIn())
                     : LLVM::BitcastOp::create(rewriter, op.getLoc(),
                                               rewriter.getI16Type(),
                                               adaptor.getValue());
    Value address = getAddress(rewriter, op, adaptor);
    rewriter.replaceOpWithNewOp<LLVM::StoreOp>(op, bits, address,
                                               /*alignment=*/0,
                                               /*isVolatile=*/false,
                                               op.getNontemporal());
    return success();
  }
};

struct LoadBits : AccessPattern<memref::LoadOp> {
  using AccessPattern::AccessPattern;

  LogicalResult
  matchAndRewrite(memref::LoadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isBF16())
      return failure();
    Value address = getAddress(rewriter, op, adaptor);
    Value bits = LLVM::LoadOp::create(
        rewriter, op.getLoc(), rewriter.getI16Type(), address, /*alignment=*/0,
        /*isVolatile=*/false, op.getNontemporal());
    rewriter.replaceOpWithNewOp<LLVM::BitcastOp>(op, rewriter.getBF16Type(),
                                                 bits);
    return success();
  }
};

/// Returns where the assertion does not hold.
struct ReturnAssertion : ConvertOpToLLVMPattern<cf::AssertOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  LogicalResult
  matchAndRewrite(cf::AssertOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto function = op->getParentOfType<LLVM::LLVMFuncOp>();
    if (op.getMsg() != conorm::kReturnAssertion || !function)
      return failure();
    Block *block = rewriter.getInsertionBlock();
    Block *rest = rewriter.splitBlock(block, rewriter.getInsertionPoint());
    rewriter.createBlock(block->getParent());
    Block *exit = rewriter.getInsertionBlock();
    Type type = function.getFunctionType().getReturnType();
    SmallVector<Value> results;
    if (!isa<LLVM::LLVMVoidType>(type))
      results.push_back(LLVM::ZeroOp::create(rewriter, op.getLoc(), type));
    LLVM::ReturnOp::create(rewriter, op.getLoc(), results);
    rewriter.setInsertionPointToEnd(block);
    rewriter.replaceOpWithNewOp<LLVM::CondBrOp>(op, adaptor.getArg(), rest,
                                                exit);
    return success();
  }
};

} // namespace

/// Whether `module`, one around it, or one in it may say how it lays out data.
/// Only then is the analysis worth its walk over everything.
static bool mayDescribeLayouts(ModuleOp module) {
  return module->getParentOp() || module.getDataLayoutSpec() ||
         module.getTargetSystemSpec() ||
         llvm::any_of(*module.getBody(), [](Operation &op) {
           return isa<ModuleOp, DataLayoutOpInterface>(op);
         });
}

namespace {

struct FinalizeToLLVM
    : public conorm::impl::FinalizeToLLVMBase<FinalizeToLLVM> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // Its folder makes constants itself. In the middle of a conversion nobody
    // would convert them.
    module.walk([](memref::ExtractStridedMetadataOp op) {
      SmallVector<OpFoldResult> results;
      while (succeeded(op->fold(results)))
        results.clear();
    });
    const DataLayoutAnalysis *layouts = mayDescribeLayouts(module)
                                            ? &getAnalysis<DataLayoutAnalysis>()
                                            : nullptr;
    LowerToLLVMOptions options(&getContext(), DataLayout(module));
    // One call in place of the arithmetic that aligns what malloc returns.
    options.allocLowering = LowerToLLVMOptions::AllocLowering::AlignedAlloc;
    LLVMTypeConverter converter(&getContext(), options, layouts);
    // What the one inserts, the other need not know: allocation functions.
    SymbolTableCollection bufferTables, functionTables;
    RewritePatternSet patterns(&getContext());
    // Not all of `arith-expand`: a comparison is no maximum, for which +0 is
    // greater than -0. LLVM has an intrinsic function.
    arith::populateCeilFloorDivExpandOpsPatterns(patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    cf::populateAssertToLLVMConversionPattern(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns,
                                                   &bufferTables);
    patterns.add<StoreBits, LoadBits, ReturnAssertion>(converter,
                                                       /*benefit=*/2);
    populateFuncToLLVMConversionPatterns(converter, patterns, &functionTables);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    LLVMConversionTarget target(getContext());
    // Casts that the module came with: the conversion meets them anyway, and
    // removes only its own.
    bool hasCasts = false;
    target.addDynamicallyLegalOp<UnrealizedConversionCastOp>(
        [&](UnrealizedConversionCastOp) { return hasCasts = true; });
    if (failed(applyPartialConversion(module, target, std::move(patterns))))
      return signalPassFailure();
    if (hasCasts)
      reconcileCasts(module);
  }

  static void reconcileCasts(ModuleOp module) {
    SmallVector<UnrealizedConversionCastOp> casts;
    module.walk([&](UnrealizedConversionCastOp op) { casts.push_back(op); });
    reconcileUnrealizedCasts(casts);
  }
};

} // namespace
