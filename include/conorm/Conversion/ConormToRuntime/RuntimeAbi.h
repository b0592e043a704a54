//===- RuntimeAbi.h - The C ABI in the LLVM dialect -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structures of runtime/include/conorm-runtime as the compiler sees them:
// their fields by name, and types of the LLVM dialect. All of it comes from the
// table conorm-runtime/abi.def.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H
#define CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

namespace conorm {

/// The `conorm_device_program` of the code, and the indices of its kernels and
/// globals, are constants that are declared where they are used and defined
/// when the program is complete. Their names end in that of a kernel, or of
/// data; the latter is that of a constant's symbol too.
inline constexpr llvm::StringLiteral kDeviceProgramName = "conorm.program";
inline constexpr llvm::StringLiteral kKernelIndexPrefix =
    "conorm.kernel_index.";
inline constexpr llvm::StringLiteral kGlobalIndexPrefix =
    "conorm.global_index.";
inline constexpr llvm::StringLiteral kDeviceDataPrefix = "conorm.data.";

struct AbiStruct;

/// One field of a C structure.
struct AbiField {
  enum Kind { I32, I64, F32, F64, Pointer, Struct };

  llvm::StringLiteral name;
  Kind kind;
  /// Of a field that is a structure itself.
  const AbiStruct *structure;
};

/// One C structure.
struct AbiStruct {
  llvm::StringLiteral name;
  llvm::ArrayRef<AbiField> fields;
  /// What C says of its size.
  uint32_t size;

  /// The number of a field; it has one of that name.
  unsigned getIndex(llvm::StringRef field) const;
  /// A field that is no structure, maybe of a structure in this one
  /// ("norm.epsilon"). Null if there is none.
  const AbiField *find(llvm::StringRef path) const;
};

/// The description of `T`, which is one of the runtime's structures.
template <typename T>
const AbiStruct &getAbiStruct();

/// Types of the runtime's C ABI, each named as in C.
class RuntimeAbiTypes {
public:
  explicit RuntimeAbiTypes(mlir::MLIRContext *context);

  mlir::LLVM::LLVMStructType get(const AbiStruct &structure) const;
  mlir::Type get(const AbiField &field) const;

  mlir::Type i32, i64, f32, f64;
  mlir::LLVM::LLVMPointerType ptr;
};

/// An operation of the runtime.
struct AbiOperation {
  /// Its name in messages, which is that of an operation of the dialects.
  llvm::StringLiteral name;
  /// Its conorm_op.
  uint32_t number;
  /// What carries it out, given the context and a structure of arguments.
  llvm::StringLiteral function;
  const AbiStruct *args;
};

/// The operation of that name, null if the runtime has none.
const AbiOperation *getAbiOperation(llvm::StringRef name);

/// The runtime's number (conorm_type) for an element type, 0 if it has none.
uint32_t getRuntimeType(mlir::Type type);

/// How the runtime spells an element type that has a number.
llvm::StringRef getRuntimeTypeName(uint32_t type);

/// How the runtime spells a conorm_image_kind.
llvm::StringRef getRuntimeImageName(uint32_t kind);

} // namespace conorm

#endif // CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H
