//===- CallArguments.h - Arguments of runtime calls -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_CALLARGUMENTS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_CALLARGUMENTS_H

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeCall.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringMap.h"

namespace conorm {

/// Checks that the arguments of `op` have the fields that `call` sets.
mlir::LogicalResult checkFields(mlir::Operation *op, const AbiStruct &args,
                                const RuntimeCall &call);

/// Writes the arguments of one call before it, and cleans up behind it.
class CallArguments {
public:
  CallArguments(mlir::OpBuilder &builder, mlir::Location loc,
                const RuntimeAbiTypes &types)
      : builder(builder), loc(loc), types(types) {}

  /// Makes the field `name` the address of `constant`, which may be null.
  void setConstant(llvm::StringRef name, mlir::LLVM::GlobalOp constant) {
    constants[name] = constant;
  }
  /// Stores every field of `args`, in the order of the memory, to `space`: what
  /// `call` sets, the size of the structure, the constants, and zeros.
  void write(const AbiStruct &args, const RuntimeCall &call, mlir::Value space);

  /// After the call: copies outputs back and frees what was allocated.
  void finish();

  /// Buffers that are copied because they are not contiguous.
  unsigned getNumCopies() const { return temporaries.size(); }

private:
  mlir::Value makeContiguous(mlir::Value buffer, bool isOutput);
  mlir::Value getPointer(const RuntimeCall::Field &field);
  mlir::Value getStride(const RuntimeCall::Field &field);
  mlir::Value countElements(const RuntimeCall::Field &field);
  mlir::Value makeValue(const AbiField &field, llvm::StringRef name);
  void writeStruct(const AbiStruct &structure, llvm::StringRef prefix,
                   llvm::SmallVectorImpl<mlir::LLVM::GEPArg> &path);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const RuntimeAbiTypes &types;
  /// What is being written, and where.
  mlir::LLVM::LLVMStructType type;
  mlir::Value space;
  /// What the fields hold, by their names.
  llvm::StringMap<mlir::LLVM::GlobalOp> constants;
  llvm::StringMap<const RuntimeCall::Field *> fields;
  llvm::StringMap<mlir::Value> pointers;
  /// Temporary buffers, and where their contents go, null for inputs.
  llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> temporaries;
  /// What is in the place of buffers that are copied.
  llvm::DenseMap<mlir::Value, mlir::Value> copied;
};

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_CALLARGUMENTS_H
