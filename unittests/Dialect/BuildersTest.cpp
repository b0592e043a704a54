//===- BuildersTest.cpp - Building operations in C++ ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace conorm;
using testing::HasSubstr;

namespace {

/// A module with a function of (data, row, scale), and a builder in its body.
class BuildersTest : public testing::Test {
protected:
  BuildersTest() : builder(UnknownLoc::get(&context), &context) {
    context.loadDialect<comm::CommDialect, func::FuncDialect>();
    module = ModuleOp::create(builder.getLoc());
    builder.setInsertionPointToEnd(module->getBody());
    comm::GroupOp::create(builder, "tp");
    data = RankedTensorType::get({4, 64}, builder.getBF16Type());
    Type row = RankedTensorType::get({64}, builder.getBF16Type());
    Type scale = RankedTensorType::get({1}, builder.getF32Type());
    function = func::FuncOp::create(
        builder, "f", builder.getFunctionType({data, row, scale}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    x = function.getArgument(0);
    w = function.getArgument(1);
    s = function.getArgument(2);
  }

  /// The text of what was built; empty, with the errors in `errors`, if it does
  /// not verify.
  std::string print() {
    func::ReturnOp::create(builder);
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.str() + "\n";
    });
    if (failed(verify(*module)))
      return "";
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    return text;
  }

  MLIRContext context;
  ImplicitLocOpBuilder builder;
  OwningOpRef<ModuleOp> module;
  RankedTensorType data;
  func::FuncOp function;
  Value x, w, s;
  std::string errors;
};

TEST_F(BuildersTest, DoublesAreRoundedToF32) {
  auto norm = norm::RMSNormOp::create(builder, x, 1e-6);
  EXPECT_EQ(&norm.getEpsilon().getSemantics(), &APFloat::IEEEsingle());
  EXPECT_EQ(norm.getEpsilon().convertToFloat(), 1e-6f);
  EXPECT_THAT(print(), HasSubstr("{epsilon = 9.99999997E-7 : f32}")) << errors;
}

TEST_F(BuildersTest, ValuesOfOtherFormatsAreRoundedToF32) {
  // The builder that takes an APFloat, and the setter.
  auto norm = norm::RMSNormOp::create(builder, x, w, Value(), APFloat(1e-6),
                                      APFloat(0.1));
  EXPECT_EQ(norm.getEpsilon().convertToFloat(), 1e-6f);
  EXPECT_EQ(norm.getWeightBias().convertToFloat(), 0.1f);
  norm.setEpsilon(APFloat(1e-5));
  EXPECT_EQ(norm.getEpsilon().convertToFloat(), 1e-5f);
  EXPECT_THAT(print(), HasSubstr("epsilon = 9.99999974E-6 : f32")) << errors;
}

TEST_F(BuildersTest, ValuesOfOtherFormatsDoNotVerify) {
  // As a caller makes it that does not go by our builders: MLIR does not look.
  FloatAttr wrong = builder.getFloatAttr(builder.getF32Type(), APFloat(1e-6));
  ASSERT_NE(&wrong.getValue().getSemantics(), &APFloat::IEEEsingle());
  FloatAttr right = norm::getF32Attr(builder, 1.0);
  for (StringRef name : {"epsilon", "weight_bias"}) {
    auto norm = norm::RMSNormOp::create(builder, x, w, 1.0, 1.0);
    norm->setAttr(name, wrong);
    errors.clear();
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diagnostic) { errors += diagnostic.str(); });
    EXPECT_TRUE(failed(verify(norm)));
    EXPECT_THAT(errors, HasSubstr("'" + name.str() +
                                  "' failed to satisfy "
                                  "constraint: 32-bit float attribute whose "
                                  "value is in f32"));
    norm->setAttr(name, right);
    EXPECT_TRUE(succeeded(verify(norm)));
  }
}

TEST_F(BuildersTest, EveryFloatAttributeIsChecked) {
  FloatAttr wrong = builder.getFloatAttr(builder.getF32Type(), APFloat(0.5));
  auto add = norm::AddRMSNormOp::create(builder, x, x, w, 1.0, 1.0);
  auto fused = comm::AllReduceRMSNormOp::create(builder, x, w, x, "tp", 1.0);
  fused.setPostNormEpsilonAttr(norm::getF32Attr(builder, 1.0));
  ScopedDiagnosticHandler handler(&context,
                                  [](Diagnostic &) { return success(); });
  for (Operation *op : {add.getOperation(), fused.getOperation()}) {
    ASSERT_TRUE(succeeded(verify(op)));
    for (StringRef name : {"epsilon", "weight_bias", "post_norm_epsilon",
                           "post_norm_weight_bias"}) {
      if (!llvm::is_contained(op->getName().getAttributeNames(), name))
        continue;
      Attribute before = op->getAttr(name);
      op->setAttr(name, wrong);
      EXPECT_TRUE(failed(verify(op))) << name.str();
      op->setAttr(name, before ? before : norm::getF32Attr(builder, 0.0));
    }
    EXPECT_TRUE(succeeded(verify(op)));
  }
}

TEST_F(BuildersTest, GroupsWithoutNulls) {
  builder.setInsertionPoint(function);
  comm::GroupOp::create(builder, "four", 4);
  comm::GroupOp::create(builder, "pairs",
                        SmallVector<SmallVector<int64_t>>{{0, 1}, {2, 3}});
  builder.setInsertionPointToEnd(&function.getBody().front());
  std::string text = print();
  EXPECT_THAT(text, HasSubstr("comm.group @tp\n")) << errors;
  EXPECT_THAT(text, HasSubstr("comm.group @four {size = 4 : i64}"));
  EXPECT_THAT(text, HasSubstr("comm.group @pairs {replica_groups = dense<"
                              "[[0, 1], [2, 3]]> : tensor<2x2xi64>}"));
}

TEST_F(BuildersTest, NormsWithoutNulls) {
  norm::RMSNormOp::create(builder, x, 0.5);
  norm::RMSNormOp::create(builder, x, w, 0.5, 1.0,
                          norm::Rounding::RoundThenScale);
  norm::RMSNormOp::create(builder, x, w, /*outs=*/x, 0.25);
  norm::AddRMSNormOp::create(builder, x, x, 0.5);
  norm::AddRMSNormOp::create(builder, x, x, w, 0.5, 1.0);
  std::string text = print();
  EXPECT_THAT(text, HasSubstr("norm.rms_norm %arg0 {epsilon = 5.0")) << errors;
  EXPECT_THAT(text, HasSubstr("rounding = #norm.rounding<round_then_scale>"));
  EXPECT_THAT(text,
              HasSubstr("outs(%arg0 : tensor<4x64xbf16>) {epsilon = 2.5"));
  EXPECT_THAT(text, HasSubstr("norm.add_rms_norm %arg0, %arg0 {epsilon"));
  EXPECT_THAT(text, HasSubstr("norm.add_rms_norm %arg0, %arg0 weight(%arg1"));
}

TEST_F(BuildersTest, QuantizationsInferTheirTypes) {
  using namespace norm;
  auto scheme = [&](SchemeKind kind, int64_t size = 0,
                    ScaleLayout layout = ScaleLayout::Linear) {
    return SchemeAttr::get(&context, kind, size, layout,
                           ScaleMode::MultiplyReciprocal);
  };
  QuantizeOp::create(builder, x, scheme(SchemeKind::PerToken));
  QuantizeOp::create(builder, x, s, scheme(SchemeKind::PerTensor),
                     Float8E5M2Type::get(&context));
  QuantizeOp::create(builder, x, s, scheme(SchemeKind::NVFP4));
  QuantizeOp::create(builder, x, scheme(SchemeKind::MXFP8));
  QuantizeOp::create(builder, x, scheme(SchemeKind::PerGroup, 16), Type(),
                     Float8E8M0FNUType::get(&context));
  QuantizeOp::create(
      builder, x,
      scheme(SchemeKind::PerGroup, 16, ScaleLayout::PackedColumnMajor));
  std::string text = print();
  EXPECT_THAT(text, HasSubstr("-> tensor<4x64xf8E4M3FN>, tensor<4x1xf32>"))
      << errors;
  EXPECT_THAT(text, HasSubstr("-> tensor<4x64xf8E5M2>"));
  EXPECT_THAT(text, HasSubstr("-> tensor<4x32xi8>, tensor<4x4xf8E4M3FN>"));
  EXPECT_THAT(text, HasSubstr("tensor<4x2xf8E8M0FNU>"));
  EXPECT_THAT(text, HasSubstr("tensor<4x4xf8E8M0FNU>"));
  EXPECT_THAT(text, HasSubstr("tensor<1x4xi32>"));
}

TEST_F(BuildersTest, CollectivesWithoutNulls) {
  comm::AllReduceOp::create(builder, x, "tp");
  comm::AllReduceOp::create(builder, x, "tp", comm::Reduction::Max);
  comm::ReduceScatterOp::create(
      builder, RankedTensorType::get({2, 64}, builder.getBF16Type()), x, "tp",
      0);
  comm::AllGatherOp::create(
      builder, RankedTensorType::get({8, 64}, builder.getBF16Type()), x, "tp",
      0);
  comm::AllReduceRMSNormOp::create(builder, x, "tp", 0.5);
  comm::AllReduceRMSNormOp::create(builder, x, w, "tp", 0.5, 1.0);
  comm::AllReduceRMSNormOp::create(builder, x, w, x, "tp", 0.5);
  std::string text = print();
  EXPECT_THAT(text, HasSubstr("comm.all_reduce %arg0 on @tp :")) << errors;
  EXPECT_THAT(text, HasSubstr("on @tp reduction<max>"));
  EXPECT_THAT(text, HasSubstr("-> tensor<2x64xbf16>"));
  EXPECT_THAT(text, HasSubstr("-> tensor<8x64xbf16>"));
  EXPECT_THAT(text, HasSubstr("weight(%arg1 : tensor<64xbf16>) "
                              "residual(%arg0 : tensor<4x64xbf16>)"));
  EXPECT_THAT(text, HasSubstr("-> (residual_out: tensor<4x64xbf16>, "
                              "normed: tensor<4x64xbf16>)"));
}

} // namespace
