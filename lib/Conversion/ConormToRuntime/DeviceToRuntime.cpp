//===- DeviceToRuntime.cpp - Launches, copies and memory of a device ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Conversion/ConormToRuntime/Passes.h"

#include "DeviceCalls.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTDEVICETORUNTIME
#include "conorm/Conversion/ConormToRuntime/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

namespace {

struct ConvertDeviceToRuntime
    : public conorm::impl::ConvertDeviceToRuntimeBase<ConvertDeviceToRuntime> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable table(module);
    RuntimeAbiTypes types(&getContext());
    DeviceCallBuilder calls(table, types);
    for (auto function : module.getOps<func::FuncOp>()) {
      SmallVector<Operation *> ops;
      function.walk([&](Operation *op) {
        if (isa<gpu::LaunchFuncOp, memref::CopyOp, memref::AllocOp,
                memref::DeallocOp, memref::GetGlobalOp>(op))
          ops.push_back(op);
      });
      for (Operation *op : ops)
        if (failed(calls.replace(op, function)))
          return signalPassFailure();
      numCalls += ops.size();
    }
    calls.finish();
    // Nothing is launched any more.
    module->removeAttr(gpu::GPUDialect::getContainerModuleAttrName());
  }
};

} // namespace
