//===- RuntimeAbi.cpp - The C ABI in the LLVM dialect ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"

#include "conorm-runtime/conorm.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Structures
//===----------------------------------------------------------------------===//

template <typename T>
static constexpr AbiField::Kind getKind() {
  if constexpr (std::is_pointer_v<T>)
    return AbiField::Pointer;
  else if constexpr (std::is_class_v<T>)
    return AbiField::Struct;
  else if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == 4 ? AbiField::F32 : AbiField::F64;
  else
    return sizeof(T) == 4 ? AbiField::I32 : AbiField::I64;
}

template <typename T>
static const AbiStruct *getNested() {
  if constexpr (std::is_class_v<T>)
    return &getAbiStruct<T>();
  else
    return nullptr;
}

// clang-format off
#define CONORM_ABI_STRUCT(NAME)                                                \
  template <>                                                                  \
  const AbiStruct &conorm::getAbiStruct<NAME>() {                              \
    static const AbiField fields[] = {
#define CONORM_ABI_FIELD(TYPE, NAME, SINCE)                                    \
      {#NAME, getKind<TYPE>(), getNested<TYPE>()},
#define CONORM_ABI_STRUCT_END(NAME)                                            \
    };                                                                         \
    static const AbiStruct structure = {#NAME, fields, sizeof(NAME)};          \
    return structure;                                                          \
  }
#include "conorm-runtime/abi.def"
// clang-format on

unsigned AbiStruct::getIndex(StringRef field) const {
  const auto *found =
      llvm::find_if(fields, [&](const AbiField &f) { return f.name == field; });
  assert(found != fields.end() && "no field of that name");
  return found - fields.begin();
}

const AbiField *AbiStruct::find(StringRef path) const {
  auto [name, rest] = path.split('.');
  for (const AbiField &field : fields)
    if (field.name == name && rest.empty() == !field.structure)
      return field.structure ? field.structure->find(rest) : &field;
  return nullptr;
}

RuntimeAbiTypes::RuntimeAbiTypes(MLIRContext *context)
    : i32(IntegerType::get(context, 32)), i64(IntegerType::get(context, 64)),
      f32(Float32Type::get(context)), f64(Float64Type::get(context)),
      ptr(LLVM::LLVMPointerType::get(context)) {}

LLVM::LLVMStructType RuntimeAbiTypes::get(const AbiStruct &structure) const {
  auto type =
      LLVM::LLVMStructType::getIdentified(ptr.getContext(), structure.name);
  if (type.isInitialized())
    return type;
  SmallVector<Type> fields;
  for (const AbiField &field : structure.fields)
    fields.push_back(get(field));
  LogicalResult set = type.setBody(fields, /*isPacked=*/false);
  assert(succeeded(set) && "another type of the same name");
  (void)set;
  return type;
}

Type RuntimeAbiTypes::get(const AbiField &field) const {
  switch (field.kind) {
  case AbiField::I32:
    return i32;
  case AbiField::I64:
    return i64;
  case AbiField::F32:
    return f32;
  case AbiField::F64:
    return f64;
  case AbiField::Pointer:
    return ptr;
  case AbiField::Struct:
    return get(*field.structure);
  }
  llvm_unreachable("a kind is one of these");
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

// clang-format off
#define CONORM_ABI_ENUM(NAME)                                                  \
  [[maybe_unused]] static StringLiteral getText(NAME value) {                  \
    switch (value) {
#define CONORM_ABI_ENUMERATOR(NAME, NUMBER, TEXT)                              \
    case NAME:                                                                 \
      return TEXT;
#define CONORM_ABI_ENUM_END(NAME)                                              \
    }                                                                          \
    llvm_unreachable("no enumerator of " #NAME);                               \
  }
#include "conorm-runtime/abi.def"
// clang-format on

const AbiOperation *conorm::getAbiOperation(StringRef name) {
  static const AbiOperation operations[] = {
#define CONORM_ABI_OPERATION(OP, FUNCTION, ARGS)                               \
  {getText(OP), OP, #FUNCTION, &getAbiStruct<ARGS>()},
#include "conorm-runtime/abi.def"
  };
  const auto *found = llvm::find_if(
      operations, [&](const AbiOperation &op) { return op.name == name; });
  return found == std::end(operations) ? nullptr : found;
}

StringRef conorm::getRuntimeTypeName(uint32_t type) {
  return getText(static_cast<conorm_type>(type));
}

StringRef conorm::getRuntimeImageName(uint32_t kind) {
  return getText(static_cast<conorm_image_kind>(kind));
}

uint32_t conorm::getRuntimeType(Type type) {
  if (type.isInteger() && !type.isSignlessInteger())
    return CONORM_TYPE_NONE;
  return llvm::TypeSwitch<Type, uint32_t>(type)
      .Case<Float32Type>([](auto) { return CONORM_TYPE_F32; })
      .Case<Float16Type>([](auto) { return CONORM_TYPE_F16; })
      .Case<BFloat16Type>([](auto) { return CONORM_TYPE_BF16; })
      .Case<Float64Type>([](auto) { return CONORM_TYPE_F64; })
      .Case<Float8E4M3FNType>([](auto) { return CONORM_TYPE_F8E4M3FN; })
      .Case<Float8E5M2Type>([](auto) { return CONORM_TYPE_F8E5M2; })
      .Case<Float8E8M0FNUType>([](auto) { return CONORM_TYPE_F8E8M0FNU; })
      .Case<IndexType>([](auto) { return CONORM_TYPE_INDEX; })
      .Case<IntegerType>([](IntegerType integer) -> uint32_t {
        switch (integer.getWidth()) {
        case 1:
          return CONORM_TYPE_I1;
        case 8:
          return CONORM_TYPE_I8;
        case 16:
          return CONORM_TYPE_I16;
        case 32:
          return CONORM_TYPE_I32;
        case 64:
          return CONORM_TYPE_I64;
        default:
          return CONORM_TYPE_NONE;
        }
      })
      .Default([](Type) { return CONORM_TYPE_NONE; });
}
