//===- RefuseHostAccess.cpp - Tensors that the host cannot read -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "Kernel.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace conorm {
#define GEN_PASS_DEF_REFUSEHOSTACCESS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

/// What `op` does to elements of tensors by itself, if anything.
static StringRef getAccess(Operation *op) {
  if (isa<tensor::ExtractOp, memref::LoadOp>(op))
    return "reads";
  if (isa<tensor::FromElementsOp, tensor::InsertOp, memref::StoreOp>(op))
    return "writes";
  StringRef dialect = op->getName().getDialectNamespace();
  bool hasTensors =
      llvm::any_of(op->getOperandTypes(), llvm::IsaPred<TensorType>);
  return dialect == "vector" && hasTensors ? "reads or writes" : "";
}

/// Bodies of linalg operations run in kernels; what they hold is checked there.
static bool runsInKernel(Operation *op) {
  return op->getParentOfType<linalg::LinalgOp>() ||
         op->getParentOfType<tensor::GenerateOp>();
}

static LogicalResult checkTypes(Operation *op) {
  for (Type type : op->getResultTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && !getStoredType(tensor.getElementType()))
      return op->emitOpError("expected element types that kernels have, found ")
             << type;
  }
  return success();
}

namespace {

struct RefuseHostAccess
    : public conorm::impl::RefuseHostAccessBase<RefuseHostAccess> {
  void runOnOperation() override {
    WalkResult checked = getOperation()->walk([](Operation *op) {
      if (runsInKernel(op))
        return WalkResult::advance();
      StringRef access = getAccess(op);
      if (!access.empty()) {
        op->emitOpError() << access
                          << " elements of a tensor on the host, but tensors "
                             "are in the memory of the device";
        return WalkResult::interrupt();
      }
      return WalkResult(checkTypes(op));
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
