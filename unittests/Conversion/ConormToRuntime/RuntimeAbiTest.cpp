//===- RuntimeAbiTest.cpp - The compiler's view of the C ABI --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structures that compiled code writes, against the C headers that the
// runtime is compiled with: sizes, and offset and type of every field.
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm-runtime/conorm.h"
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
  bool isPointer, isFloat;
};

template <typename T>
Field makeField(const char *name, size_t offset) {
  return {name, offset, sizeof(T), std::is_pointer_v<T>,
          std::is_floating_point_v<T>};
}

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

  void compare(const AbiStruct &description, size_t size,
               llvm::ArrayRef<Field> fields) {
    llvm::DataLayout layout = machine->createDataLayout();
    mlir::LLVM::TypeToLLVMIRTranslator translator(llvmContext);
    auto *structure = llvm::cast<llvm::StructType>(
        translator.translateType(types.get(description)));
    const llvm::StructLayout *offsets = layout.getStructLayout(structure);
    EXPECT_EQ(description.size, size);
    EXPECT_EQ(layout.getTypeAllocSize(structure), size);
    ASSERT_EQ(structure->getNumElements(), fields.size());
    for (auto [index, field] : llvm::enumerate(fields)) {
      llvm::Type *type = structure->getElementType(index);
      EXPECT_EQ(description.getIndex(field.name), index) << field.name;
      EXPECT_EQ(offsets->getElementOffset(index), field.offset) << field.name;
      EXPECT_EQ(layout.getTypeAllocSize(type), field.size) << field.name;
      EXPECT_EQ(type->isPointerTy(), field.isPointer) << field.name;
      EXPECT_EQ(type->isFloatingPointTy(), field.isFloat) << field.name;
    }
  }

  mlir::MLIRContext context;
  RuntimeAbiTypes types;
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::TargetMachine> machine;
};

// A test for each structure.
// clang-format off
#define CONORM_ABI_STRUCT(NAME)                                                \
  TEST_F(RuntimeAbiTest, NAME) {                                               \
    using S = NAME;                                                            \
    compare(getAbiStruct<S>(), sizeof(S), {
#define CONORM_ABI_FIELD(TYPE, NAME, SINCE)                                    \
      makeField<decltype(S::NAME)>(#NAME, offsetof(S, NAME)),
#define CONORM_ABI_STRUCT_END(NAME)                                            \
    });                                                                        \
  }
#include "conorm-runtime/abi.def"
// clang-format on

TEST_F(RuntimeAbiTest, Operations) {
  for (uint32_t op = CONORM_OP_ALL_REDUCE; op <= CONORM_OP_COPY; ++op) {
    const AbiOperation *operation = getAbiOperation(conorm_op_name(op));
    ASSERT_NE(operation, nullptr) << conorm_op_name(op);
    EXPECT_EQ(operation->number, op);
  }
  EXPECT_EQ(getAbiOperation("norm.rms_norm")->function, "conorm_rms_norm");
  EXPECT_EQ(getAbiOperation("norm.rms_norm")->args,
            &getAbiStruct<conorm_rms_norm_args>());
  EXPECT_EQ(getAbiOperation("none"), nullptr);
}

TEST_F(RuntimeAbiTest, ElementTypeNames) {
  for (uint32_t type = CONORM_TYPE_NONE; type <= CONORM_TYPE_INDEX; ++type)
    EXPECT_EQ(getRuntimeTypeName(type), conorm_type_name(type));
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
