//===- main.cpp - A small compiler outside the tree -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Builds a module of its own with the C++ API, fuses it, and prints it.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/InitAll.h"
#include "conorm/Fusion/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

/// norm.rms_norm(comm.all_reduce(x)) on the group @tp.
static OwningOpRef<ModuleOp> buildModule(MLIRContext &context) {
  ImplicitLocOpBuilder builder(UnknownLoc::get(&context), &context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  conorm::comm::GroupOp::create(builder, "tp", IntegerAttr(),
                                DenseIntElementsAttr());

  auto data = RankedTensorType::get({4, 64}, builder.getBF16Type());
  auto row = RankedTensorType::get({64}, builder.getBF16Type());
  auto function = func::FuncOp::create(
      builder, "site", builder.getFunctionType({data, row}, {data}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  auto reduced = conorm::comm::AllReduceOp::create(
      builder, function.getArgument(0), /*outs=*/Value(), "tp");
  auto norm = conorm::norm::RMSNormOp::create(
      builder, reduced.getReduced(), function.getArgument(1), /*outs=*/Value(),
      /*epsilon=*/llvm::APFloat(1.0e-6f), /*weight_bias=*/llvm::APFloat(1.0f));
  func::ReturnOp::create(builder, norm.getNormed());
  return module;
}

int main() {
  DialectRegistry registry;
  registry.insert<func::FuncDialect>();
  conorm::registerAllDialects(registry);
  MLIRContext context(registry);
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
