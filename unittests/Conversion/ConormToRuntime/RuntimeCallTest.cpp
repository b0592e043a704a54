//===- RuntimeCallTest.cpp - Calls of another dialect's operations --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An operation that this project does not know becomes a call through
// `RuntimeCallOpInterface` alone, and what it describes wrongly is an error.
// Copies of buffers stand in for such an operation.
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace conorm;

namespace {

/// What the operation is in the runtime, and how it describes itself.
llvm::StringRef runtimeOperation;
std::function<void(memref::CopyOp, RuntimeCall &)> describe;

struct CopyModel
    : public RuntimeCallOpInterface::ExternalModel<CopyModel, memref::CopyOp> {
  llvm::StringRef getRuntimeOperation(Operation *) const {
    return runtimeOperation;
  }
  void describeRuntimeCall(Operation *op, RuntimeCall &call) const {
    describe(cast<memref::CopyOp>(op), call);
  }
};

class RuntimeCallTest : public testing::Test {
protected:
  RuntimeCallTest() {
    DialectRegistry registry;
    registry.insert<func::FuncDialect, memref::MemRefDialect>();
    registry.addExtension(+[](MLIRContext *context, memref::MemRefDialect *) {
      memref::CopyOp::attachInterface<CopyModel>(*context);
    });
    context.appendDialectRegistry(registry);
    runtimeOperation = "norm.rms_norm";
    describe = [](memref::CopyOp op, RuntimeCall &call) {
      call.setRowsAndCols();
      FloatAttr half = Builder(op).getF32FloatAttr(0.5f);
      call.setNorm("norm", half, half, norm::Rounding::ScaleThenRound,
                   norm::WeightRounding::None, Value(), "weight");
      call.setOutput("normed", op.getTarget());
      call.expectSizes(op.getTarget(), "normed", getInputSizeExprs(op));
      call.setSplittable();
    };
  }

  /// Converts a function with a copy between buffers of these types; returns
  /// whether that succeeds.
  bool convert(const std::string &source, const std::string &target) {
    std::string text = "func.func @f(%x: " + source + ", %y: " + target +
                       ") { memref.copy %x, %y : " + source + " to " + target +
                       " return }";
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str();
      return success();
    });
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << errors;
    PassManager manager(&context);
    manager.addPass(createConvertConormToRuntime());
    return succeeded(manager.run(*module));
  }

  /// The functions that are called, in order.
  std::vector<std::string> getCalls() {
    std::vector<std::string> calls;
    module->walk(
        [&](LLVM::CallOp call) { calls.push_back(call.getCallee()->str()); });
    return calls;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string errors;
};

TEST_F(RuntimeCallTest, BecomesACall) {
  ASSERT_TRUE(convert("memref<4x8xf32>", "memref<4x8xf32>")) << errors;
  EXPECT_THAT(getCalls(), testing::ElementsAre("conorm_rms_norm"));
  unsigned numCopies = 0;
  module->walk([&](memref::CopyOp) { ++numCopies; });
  EXPECT_EQ(numCopies, 0u);
}

TEST_F(RuntimeCallTest, IsCheckedWhereSizesAreNotKnown) {
  ASSERT_TRUE(convert("memref<?x8xf32>", "memref<?x8xf32>")) << errors;
  EXPECT_THAT(getCalls(),
              testing::ElementsAre("conorm_expect_size", "conorm_rms_norm"));
}

TEST_F(RuntimeCallTest, IsSplitWhereOnlyRowsAreContiguous) {
  ASSERT_TRUE(convert("memref<4x8xf32, strided<[16, 1]>>", "memref<4x8xf32>"))
      << errors;
  EXPECT_THAT(getCalls(), testing::ElementsAre("conorm_rms_norm"));
  module->walk([&](LLVM::CallOp call) {
    EXPECT_EQ(call->getParentOp()->getName().getStringRef(), "scf.for");
  });
}

TEST_F(RuntimeCallTest, UnknownOperation) {
  runtimeOperation = "norm.layer_norm";
  EXPECT_FALSE(convert("memref<4x8xf32>", "memref<4x8xf32>"));
  EXPECT_EQ(errors, "'memref.copy' op expected to be an operation of the "
                    "runtime, found 'norm.layer_norm'");
}

TEST_F(RuntimeCallTest, UnknownField) {
  describe = [](memref::CopyOp, RuntimeCall &call) {
    call.setNumber("norm.weigth_type", 1);
  };
  EXPECT_FALSE(convert("memref<4x8xf32>", "memref<4x8xf32>"));
  EXPECT_EQ(errors, "'memref.copy' op expected to set fields that "
                    "conorm_rms_norm_args has, found a number for "
                    "'norm.weigth_type'");
}

TEST_F(RuntimeCallTest, FieldOfAnotherKind) {
  describe = [](memref::CopyOp op, RuntimeCall &call) {
    call.setOutput("rows", op.getTarget());
  };
  EXPECT_FALSE(convert("memref<4x8xf32>", "memref<4x8xf32>"));
  EXPECT_EQ(errors, "'memref.copy' op expected to set fields that "
                    "conorm_rms_norm_args has, found a buffer for 'rows'");
}

TEST_F(RuntimeCallTest, StructureAsAWhole) {
  describe = [](memref::CopyOp, RuntimeCall &call) {
    call.setNumber("norm", 1);
  };
  EXPECT_FALSE(convert("memref<4x8xf32>", "memref<4x8xf32>"));
  EXPECT_EQ(errors, "'memref.copy' op expected to set fields that "
                    "conorm_rms_norm_args has, found a number for 'norm'");
}

} // namespace
