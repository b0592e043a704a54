//===- DestinationTest.cpp - What the interfaces say of destinations ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace conorm;
using testing::ElementsAre;

namespace {

class DestinationTest : public testing::Test {
protected:
  DestinationTest() {
    context.loadDialect<comm::CommDialect, func::FuncDialect>();
  }

  /// The operation with destinations in a function with `body` on %x, %r and
  /// %q, memrefs or tensors of 4 rows of 8 bf16, and of f8E4M3FN.
  DestinationOpInterface parse(StringRef kind, StringRef body) {
    std::string text = R"(
      comm.group @tp
      func.func @f(%x: KIND<4x8xbf16>, %r: KIND<4x8xbf16>, %q: KIND<4x8xf8E4M3FN>,
                   %s: KIND<1xf32>) { BODY return })";
    auto replace = [&](StringRef from, StringRef to) {
      for (size_t at; (at = text.find(from)) != std::string::npos;)
        text.replace(at, from.size(), to);
    };
    replace("BODY", body);
    replace("KIND", kind);
    module = parseSourceString<ModuleOp>(text, &context);
    DestinationOpInterface found;
    if (module)
      module->walk([&](DestinationOpInterface op) { found = op; });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(DestinationTest, OutputsOfTheFusedOperationAreThoseThatAreThere) {
  DestinationOpInterface op = parse("memref", R"(
    comm.all_reduce_rms_norm %x on @tp residual(%r : KIND<4x8xbf16>)
      scale(%s : KIND<1xf32>)
      outs(residual_out = %r : KIND<4x8xbf16>, quantized = %q : KIND<4x8xf8E4M3FN>)
      {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
      : KIND<4x8xbf16>)");
  ASSERT_TRUE(op);
  EXPECT_THAT(op.getOutputNames(), ElementsAre("residual_out", "quantized"));
  EXPECT_EQ(op.getNumDestinations(), 2u);
  auto arguments = module->lookupSymbol<func::FuncOp>("f").getArguments();
  EXPECT_EQ(op.getDestination("residual_out"), arguments[1]);
  EXPECT_EQ(op.getDestination("quantized"), arguments[2]);
  EXPECT_FALSE(op.getDestination("normed"));
  EXPECT_EQ(op.getOutputOf(op->getOpOperands().back()), 1u);
  EXPECT_EQ(op.getOutputOf(op->getOpOperands().front()), std::nullopt);
}

TEST_F(DestinationTest, SizesOfOutputsFollowFromTheInput) {
  DestinationOpInterface op = parse("tensor", R"(
    %0, %1 = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 4>}
      : KIND<4x8xbf16> -> KIND<4x8xf8E4M3FN>, KIND<4x2xf32>)");
  ASSERT_TRUE(op);
  EXPECT_THAT(op.getOutputNames(), ElementsAre("quantized", "scales"));
  AffineExpr rows = getAffineSymbolExpr(0, &context);
  AffineExpr columns = getAffineSymbolExpr(1, &context);
  EXPECT_THAT(op.getOutputSizeExprs(0), ElementsAre(rows, columns));
  EXPECT_THAT(op.getOutputSizeExprs(1), ElementsAre(rows, columns.floorDiv(4)));
}

TEST_F(DestinationTest, DestinationsReplaceEarlierOnes) {
  DestinationOpInterface op = parse("tensor", R"(
    %0:2 = comm.all_reduce_rms_norm %x on @tp residual(%r : KIND<4x8xbf16>)
      {epsilon = 1.0e-6 : f32}
      : KIND<4x8xbf16> -> (residual_out: KIND<4x8xbf16>, normed: KIND<4x8xbf16>))");
  ASSERT_TRUE(op);
  auto arguments = module->lookupSymbol<func::FuncOp>("f").getArguments();
  op.setDestinations({arguments[1], arguments[0]});
  EXPECT_EQ(op.getDestination("residual_out"), arguments[1]);
  EXPECT_EQ(op.getDestination("normed"), arguments[0]);
  op.setDestinations({arguments[0], arguments[1]});
  EXPECT_EQ(op.getDestination("residual_out"), arguments[0]);
  EXPECT_EQ(op.getDestination("normed"), arguments[1]);
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(DestinationTest, TheSumTakesTheResidualFirst) {
  DestinationOpInterface op = parse("tensor", R"(
    %0, %1 = norm.add_rms_norm %x, %r {epsilon = 1.0e-6 : f32}
      : KIND<4x8xbf16>, KIND<4x8xbf16>)");
  ASSERT_TRUE(op);
  SmallVector<ReusableOperands> reusable = op.getReusableOperands();
  ASSERT_EQ(reusable.size(), 2u);
  OpOperand *input = &op->getOpOperand(0), *residual = &op->getOpOperand(1);
  EXPECT_EQ(reusable[0].result, op->getResult(1));
  EXPECT_THAT(reusable[0].operands, ElementsAre(residual, input));
  EXPECT_EQ(reusable[1].result, op->getResult(0));
  EXPECT_THAT(reusable[1].operands, ElementsAre(input, residual));
}

} // namespace
