//===- CopyStridedResults.cpp - Results in one piece ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace conorm {
#define GEN_PASS_DEF_COPYSTRIDEDRESULTS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

static bool isStrided(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  return buffer && !buffer.getLayout().isIdentity();
}

namespace {

struct CopyStridedResults
    : public conorm::impl::CopyStridedResultsBase<CopyStridedResults> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!function.isPublic() || function.isExternal() ||
          llvm::none_of(function.getResultTypes(), isStrided))
        continue;
      if (!SymbolTable::symbolKnownUseEmpty(function, module)) {
        function.emitError("expected a function with results that are not "
                           "contiguous to be called from outside alone");
        return signalPassFailure();
      }
      makeContiguous(function);
    }
  }

private:
  void makeContiguous(func::FuncOp function) {
    function.walk([&](func::ReturnOp op) {
      OpBuilder builder(op);
      for (OpOperand &operand : op->getOpOperands()) {
        if (!isStrided(operand.get().getType()))
          continue;
        Location loc = op.getLoc();
        auto type = cast<MemRefType>(operand.get().getType());
        Value copy = memref::AllocOp::create(
            builder, loc, memref::getMixedSizes(builder, loc, operand.get()),
            type.getElementType());
        memref::CopyOp::create(builder, loc, operand.get(), copy);
        operand.set(copy);
        ++numCopied;
      }
    });
    SmallVector<Type> results;
    for (Type type : function.getResultTypes()) {
      auto buffer = dyn_cast<MemRefType>(type);
      results.push_back(
          buffer ? MemRefType::get(buffer.getShape(), buffer.getElementType())
                 : type);
    }
    function.setType(
        FunctionType::get(&getContext(), function.getArgumentTypes(), results));
  }
};

} // namespace
