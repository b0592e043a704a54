//===- MapKernels.cpp - Launches of kernels -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "Schedules.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace conorm {
#define GEN_PASS_DEF_MAPKERNELS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

/// What is left on the host may not touch memory of the device.
static LogicalResult checkHost(ModuleOp module) {
  WalkResult checked = module.walk<WalkOrder::PreOrder>([](Operation *op) {
    // Bodies of these run in kernels.
    if (isa<linalg::LinalgOp, gpu::GPUModuleOp>(op))
      return WalkResult::skip();
    StringRef dialect = op->getName().getDialectNamespace();
    if (!isa<memref::LoadOp, memref::StoreOp, memref::AllocaOp,
             memref::ReallocOp, memref::AtomicRMWOp,
             memref::GenericAtomicRMWOp>(op) &&
        dialect != "vector")
      return WalkResult::advance();
    op->emitOpError("works on memory of the host, but buffers are in the "
                    "memory of the device");
    return WalkResult::interrupt();
  });
  return failure(checked.wasInterrupted());
}

/// An output that differs from one step of a reduction to the next is no sum.
static bool hasOutputsOfReductions(linalg::LinalgOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    return llvm::any_of(reductions,
                        [&](unsigned dim) { return map.isFunctionOfDim(dim); });
  });
}

namespace {

struct MapKernels : public conorm::impl::MapKernelsBase<MapKernels> {
  using MapKernelsBase::MapKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (checkBounds) {
      emitError(module.getLoc(), "expected no check-bounds for a device, whose "
                                 "kernels do not check their accesses");
      return signalPassFailure();
    }
    if (failed(checkHost(module)))
      return signalPassFailure();
    SmallVector<linalg::LinalgOp> ops;
    for (auto function : module.getOps<func::FuncOp>())
      function.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    if (ops.empty())
      return markAllAnalysesPreserved();
    gpu::GPUModuleOp kernels = getDeviceModule(module);
    for (linalg::LinalgOp op : ops)
      if (failed(map(op, kernels)))
        return signalPassFailure();
    inlineStubs(module);
    numKernels += llvm::range_size(kernels.getOps<gpu::GPUFuncOp>());
  }

private:
  static gpu::GPUModuleOp getDeviceModule(ModuleOp module) {
    if (auto kernels = module.lookupSymbol<gpu::GPUModuleOp>(kDeviceModuleName))
      return kernels;
    OpBuilder builder(module.getContext());
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    builder.getUnitAttr());
    builder.setInsertionPointToEnd(module.getBody());
    return gpu::GPUModuleOp::create(builder, module.getLoc(),
                                    kDeviceModuleName);
  }

  LogicalResult map(linalg::LinalgOp op, gpu::GPUModuleOp kernels) {
    if (failed(checkKernel(op)))
      return failure();
    if (hasOutputsOfReductions(op))
      return op.emitOpError(
          "expected outputs that the steps of a reduction share");
    Kernel kernel(op);
    if (op.getNumParallelLoops() == op.getNumLoops())
      buildElementwise(kernel, kernels);
    else if (!buildRowReduction(kernel, kernels))
      buildSequential(kernel, kernels);
    op->erase();
    return success();
  }

  static bool isStub(StringRef name) { return name.starts_with(kKernelPrefix); }

  /// Puts what is left of outlined operations in place of their calls: a launch
  /// is not worth a function, and has a place in the program.
  void inlineStubs(ModuleOp module) {
    SymbolTable table(module);
    SmallVector<func::CallOp> calls;
    auto collect = [&](Operation *op) {
      op->walk([&](func::CallOp call) {
        if (isStub(call.getCallee()))
          calls.push_back(call);
      });
    };
    for (auto function : module.getOps<func::FuncOp>())
      if (!isStub(function.getSymName()))
        collect(function);
    while (!calls.empty()) {
      func::CallOp call = calls.pop_back_val();
      auto stub = table.lookup<func::FuncOp>(call.getCallee());
      OpBuilder builder(call);
      IRMapping mapping;
      mapping.map(stub.getArguments(), call.getOperands());
      for (Operation &op : stub.front().without_terminator()) {
        Operation *copy = builder.clone(op, mapping);
        copy->walk([&](Operation *inner) { inner->setLoc(call.getLoc()); });
        numLaunches += isa<gpu::LaunchFuncOp>(copy);
        collect(copy);
      }
      call.erase();
    }
    for (auto stub : llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (isStub(stub.getSymName()))
        stub.erase();
  }
};

} // namespace
