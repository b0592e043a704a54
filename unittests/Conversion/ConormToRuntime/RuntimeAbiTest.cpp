//===- RuntimeAbiTest.cpp - The compiler's view of the C ABI --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structures that compiled code writes, held against the C headers that the
// runtime is compiled with: sizes, and offset and type of every field.
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm-runtime/ops.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/TypeToLLVM.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "gtest/gtest.h"

using namespace conorm;

namespace {

/// What C says of a field.
struct Field {
  const char *name;
  size_t offset;
  size_t size;
};

#define FIELD(type, name)                                                      \
  Field { #name, offsetof(type, name), sizeof(type::name) }

class RuntimeAbiTest : public testing::Test {
protected:
  RuntimeAbiTest()
      : types(&(context.loadDialect<mlir::LLVM::LLVMDialect>(), context)) {
    llvm::InitializeNativeTarget();
    std::string error;
    llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
    const llvm::Target *target =
        llvm::TargetRegistry::lookupTarget(triple, error);
    EXPECT_NE(target, nullptr) << error;
    machine.reset(target->createTargetMachine(triple, "", "", {}, {}));
  }

  void compare(mlir::LLVM::LLVMStructType type, size_t size,
               llvm::ArrayRef<Field> fields) {
    llvm::DataLayout layout = machine->createDataLayout();
    mlir::LLVM::TypeToLLVMIRTranslator translator(llvmContext);
    auto *structure =
        llvm::cast<llvm::StructType>(translator.translateType(type));
    const llvm::StructLayout *offsets = layout.getStructLayout(structure);
    EXPECT_EQ(layout.getTypeAllocSize(structure), size);
    ASSERT_EQ(structure->getNumElements(), fields.size());
    for (auto [index, field] : llvm::enumerate(fields)) {
      EXPECT_EQ(offsets->getElementOffset(index), field.offset) << field.name;
      EXPECT_EQ(layout.getTypeAllocSize(structure->getElementType(index)),
                field.size)
          << field.name;
    }
  }

  mlir::MLIRContext context;
  RuntimeAbiTypes types;
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::TargetMachine> machine;
};

TEST_F(RuntimeAbiTest, Site) {
  compare(types.site, sizeof(conorm_site),
          {FIELD(conorm_site, struct_size), FIELD(conorm_site, reserved),
           FIELD(conorm_site, id), FIELD(conorm_site, label)});
}

TEST_F(RuntimeAbiTest, Group) {
  compare(types.group, sizeof(conorm_group),
          {FIELD(conorm_group, struct_size), FIELD(conorm_group, num_groups),
           FIELD(conorm_group, group_size), FIELD(conorm_group, reserved),
           FIELD(conorm_group, name), FIELD(conorm_group, ranks)});
}

TEST_F(RuntimeAbiTest, Norm) {
  compare(types.norm, sizeof(conorm_norm),
          {FIELD(conorm_norm, epsilon), FIELD(conorm_norm, weight_bias),
           FIELD(conorm_norm, rounding), FIELD(conorm_norm, weight_type),
           FIELD(conorm_norm, weight)});
}

TEST_F(RuntimeAbiTest, Quant) {
  compare(types.quant, sizeof(conorm_quant),
          {FIELD(conorm_quant, scheme), FIELD(conorm_quant, quantized_type),
           FIELD(conorm_quant, scale_type), FIELD(conorm_quant, scale_layout),
           FIELD(conorm_quant, scale_mode), FIELD(conorm_quant, group_size)});
}

TEST_F(RuntimeAbiTest, AllReduceArgs) {
  using Args = conorm_all_reduce_args;
  compare(types.allReduceArgs, sizeof(Args),
          {FIELD(Args, struct_size), FIELD(Args, element_type),
           FIELD(Args, site), FIELD(Args, group), FIELD(Args, reduction),
           FIELD(Args, strategy), FIELD(Args, numerics), FIELD(Args, reserved),
           FIELD(Args, input), FIELD(Args, output), FIELD(Args, count),
           FIELD(Args, dispatch)});
}

TEST_F(RuntimeAbiTest, ScatterGatherArgs) {
  using Args = conorm_scatter_gather_args;
  compare(types.scatterGatherArgs, sizeof(Args),
          {FIELD(Args, struct_size), FIELD(Args, element_type),
           FIELD(Args, site), FIELD(Args, group), FIELD(Args, reduction),
           FIELD(Args, strategy), FIELD(Args, numerics), FIELD(Args, reserved),
           FIELD(Args, input), FIELD(Args, output), FIELD(Args, outer),
           FIELD(Args, dim), FIELD(Args, inner)});
}

TEST_F(RuntimeAbiTest, RMSNormArgs) {
  using Args = conorm_rms_norm_args;
  compare(types.rmsNormArgs, sizeof(Args),
          {FIELD(Args, struct_size), FIELD(Args, element_type),
           FIELD(Args, site), FIELD(Args, input), FIELD(Args, residual),
           FIELD(Args, residual_out), FIELD(Args, normed), FIELD(Args, rows),
           FIELD(Args, cols), FIELD(Args, norm)});
}

TEST_F(RuntimeAbiTest, QuantizeArgs) {
  using Args = conorm_quantize_args;
  compare(types.quantizeArgs, sizeof(Args),
          {FIELD(Args, struct_size), FIELD(Args, element_type),
           FIELD(Args, site), FIELD(Args, input), FIELD(Args, scale),
           FIELD(Args, quantized), FIELD(Args, scales), FIELD(Args, rows),
           FIELD(Args, cols), FIELD(Args, quant)});
}

TEST_F(RuntimeAbiTest, SizeCheck) {
  using Check = conorm_size_check;
  compare(types.sizeCheck, sizeof(Check),
          {FIELD(Check, struct_size), FIELD(Check, op), FIELD(Check, site),
           FIELD(Check, group), FIELD(Check, operand), FIELD(Check, dim),
           FIELD(Check, relation), FIELD(Check, reserved)});
}

TEST_F(RuntimeAbiTest, BoundsCheck) {
  using Check = conorm_bounds_check;
  compare(types.boundsCheck, sizeof(Check),
          {FIELD(Check, struct_size), FIELD(Check, kind), FIELD(Check, site),
           FIELD(Check, access), FIELD(Check, dim)});
}

TEST_F(RuntimeAbiTest, AllReduceRMSNormArgs) {
  using Args = conorm_all_reduce_rms_norm_args;
  compare(types.allReduceRMSNormArgs, sizeof(Args),
          {FIELD(Args, struct_size),   FIELD(Args, element_type),
           FIELD(Args, site),          FIELD(Args, group),
           FIELD(Args, strategy),      FIELD(Args, numerics),
           FIELD(Args, input),         FIELD(Args, residual),
           FIELD(Args, scale),         FIELD(Args, reduced),
           FIELD(Args, residual_out),  FIELD(Args, normed),
           FIELD(Args, quantized),     FIELD(Args, scales),
           FIELD(Args, rows),          FIELD(Args, cols),
           FIELD(Args, norm),          FIELD(Args, quant),
           FIELD(Args, has_post_norm), FIELD(Args, replicated),
           FIELD(Args, post_norm),     FIELD(Args, dispatch)});
}

TEST_F(RuntimeAbiTest, Dispatch) {
  using Range = conorm_strategy_range;
  compare(types.strategyRange, sizeof(Range),
          {FIELD(Range, group_size), FIELD(Range, strategy),
           FIELD(Range, from_bytes)});
  using Table = conorm_dispatch;
  compare(types.dispatch, sizeof(Table),
          {FIELD(Table, struct_size), FIELD(Table, backend),
           FIELD(Table, num_ranges), FIELD(Table, reserved),
           FIELD(Table, ranges)});
}

/// The dialects' enumerators are written into the structures as they are.
TEST_F(RuntimeAbiTest, Enumerators) {
  auto number = [](auto value) { return static_cast<uint32_t>(value); };
  using comm::Reduction;
  EXPECT_EQ(number(Reduction::Sum), CONORM_REDUCTION_SUM);
  EXPECT_EQ(number(Reduction::Max), CONORM_REDUCTION_MAX);
  EXPECT_EQ(number(Reduction::Min), CONORM_REDUCTION_MIN);
  EXPECT_EQ(number(Reduction::Prod), CONORM_REDUCTION_PROD);
  using comm::Strategy;
  EXPECT_EQ(number(Strategy::Auto), CONORM_STRATEGY_AUTO);
  EXPECT_EQ(number(Strategy::OneShot), CONORM_STRATEGY_ONE_SHOT);
  EXPECT_EQ(number(Strategy::TwoShot), CONORM_STRATEGY_TWO_SHOT);
  EXPECT_EQ(number(Strategy::NCCL), CONORM_STRATEGY_NCCL);
  EXPECT_EQ(number(Strategy::Multimem), CONORM_STRATEGY_MULTIMEM);
  EXPECT_EQ(number(comm::Backend::CPU), CONORM_BACKEND_CPU);
  EXPECT_EQ(number(comm::Backend::CUDA), CONORM_BACKEND_CUDA);
  using norm::Rounding;
  EXPECT_EQ(number(Rounding::ScaleThenRound), CONORM_ROUNDING_SCALE_THEN_ROUND);
  EXPECT_EQ(number(Rounding::RoundThenScale), CONORM_ROUNDING_ROUND_THEN_SCALE);
  using norm::SchemeKind;
  EXPECT_EQ(number(SchemeKind::PerTensor), CONORM_QUANT_PER_TENSOR);
  EXPECT_EQ(number(SchemeKind::PerToken), CONORM_QUANT_PER_TOKEN);
  EXPECT_EQ(number(SchemeKind::PerGroup), CONORM_QUANT_PER_GROUP);
  EXPECT_EQ(number(SchemeKind::NVFP4), CONORM_QUANT_NVFP4);
  EXPECT_EQ(number(SchemeKind::MXFP8), CONORM_QUANT_MXFP8);
  using norm::ScaleLayout;
  EXPECT_EQ(number(ScaleLayout::Linear), CONORM_SCALE_LAYOUT_LINEAR);
  EXPECT_EQ(number(ScaleLayout::Swizzled128x4),
            CONORM_SCALE_LAYOUT_SWIZZLED_128X4);
  EXPECT_EQ(number(ScaleLayout::PackedColumnMajor),
            CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR);
  using norm::ScaleMode;
  EXPECT_EQ(number(ScaleMode::MultiplyReciprocal),
            CONORM_SCALE_MODE_MULTIPLY_RECIPROCAL);
  EXPECT_EQ(number(ScaleMode::Divide), CONORM_SCALE_MODE_DIVIDE);
}

TEST_F(RuntimeAbiTest, ElementTypes) {
  mlir::Builder builder(&context);
  EXPECT_EQ(getRuntimeType(builder.getF32Type()), CONORM_TYPE_F32);
  EXPECT_EQ(getRuntimeType(builder.getF16Type()), CONORM_TYPE_F16);
  EXPECT_EQ(getRuntimeType(builder.getBF16Type()), CONORM_TYPE_BF16);
  EXPECT_EQ(getRuntimeType(builder.getF64Type()), CONORM_TYPE_F64);
  EXPECT_EQ(getRuntimeType(mlir::Float8E4M3FNType::get(&context)),
            CONORM_TYPE_F8E4M3FN);
  EXPECT_EQ(getRuntimeType(mlir::Float8E5M2Type::get(&context)),
            CONORM_TYPE_F8E5M2);
  EXPECT_EQ(getRuntimeType(mlir::Float8E8M0FNUType::get(&context)),
            CONORM_TYPE_F8E8M0FNU);
  EXPECT_EQ(getRuntimeType(builder.getI1Type()), CONORM_TYPE_I1);
  EXPECT_EQ(getRuntimeType(builder.getI8Type()), CONORM_TYPE_I8);
  EXPECT_EQ(getRuntimeType(builder.getIntegerType(16)), CONORM_TYPE_I16);
  EXPECT_EQ(getRuntimeType(builder.getI32Type()), CONORM_TYPE_I32);
  EXPECT_EQ(getRuntimeType(builder.getI64Type()), CONORM_TYPE_I64);
  EXPECT_EQ(getRuntimeType(builder.getIndexType()), CONORM_TYPE_INDEX);
  // A memref of f4 takes a byte an element, unlike the runtime's packed type.
  EXPECT_EQ(getRuntimeType(mlir::Float4E2M1FNType::get(&context)),
            CONORM_TYPE_NONE);
  EXPECT_EQ(getRuntimeType(builder.getIntegerType(4)), CONORM_TYPE_NONE);
  EXPECT_EQ(getRuntimeType(builder.getIntegerType(32, /*isSigned=*/true)),
            CONORM_TYPE_NONE);
  EXPECT_EQ(getRuntimeType(mlir::ComplexType::get(builder.getF32Type())),
            CONORM_TYPE_NONE);
}

} // namespace
