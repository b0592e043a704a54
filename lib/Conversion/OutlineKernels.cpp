//===- OutlineKernels.cpp - Loops as functions ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringMap.h"

namespace conorm {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "conorm/Conversion/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Everything from outside that `op` uses: constants, and what has to be
/// passed.
static void findInputs(Operation *op, SmallVectorImpl<Operation *> &constants,
                       llvm::SetVector<Value> &arguments) {
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value value : used) {
    Operation *definition = value.getDefiningOp();
    if (definition && matchPattern(value, m_Constant()))
      constants.push_back(definition);
    else
      arguments.insert(value);
  }
}

/// A function, not in a module yet, that does what `op` does.
static func::FuncOp makeKernel(Operation *op, ArrayRef<Operation *> constants,
                               ValueRange arguments) {
  OpBuilder builder(op->getContext());
  // The place of one of many uses would be wrong for the others.
  Location loc = builder.getUnknownLoc();
  auto kernel =
      func::FuncOp::create(builder, loc, "conorm.kernel",
                           builder.getFunctionType(arguments.getTypes(), {}));
  kernel.setPrivate();
  Block *body = kernel.addEntryBlock();
  IRMapping mapping;
  mapping.map(arguments, body->getArguments());
  builder.setInsertionPointToStart(body);
  for (Operation *constant : constants)
    builder.clone(*constant, mapping);
  builder.clone(*op, mapping);
  func::ReturnOp::create(builder, loc);
  return kernel;
}

static std::string printKernel(func::FuncOp kernel) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel->print(stream, OpPrintingFlags().useLocalScope().printGenericOpForm());
  return text;
}

namespace {

struct OutlineKernels
    : public conorm::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk([&](linalg::LinalgOp op) {
        if (op.hasPureBufferSemantics())
          ops.push_back(op);
      });
    SymbolTable table(getOperation());
    llvm::StringMap<func::FuncOp> kernels;
    for (linalg::LinalgOp op : ops) {
      SmallVector<Operation *> constants;
      llvm::SetVector<Value> arguments;
      findInputs(op, constants, arguments);
      func::FuncOp kernel = makeKernel(op, constants, arguments.getArrayRef());
      auto [it, isNew] = kernels.try_emplace(printKernel(kernel), kernel);
      if (isNew) {
        table.insert(kernel);
        ++numKernels;
      } else {
        kernel.erase();
      }
      OpBuilder builder(op);
      func::CallOp::create(builder, op.getLoc(), it->second,
                           arguments.getArrayRef());
      op->erase();
    }
    numOutlined += ops.size();
  }
};

} // namespace
