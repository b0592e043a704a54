//===- DeviceCalls.h - Calls that work on a device --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_DEVICECALLS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_DEVICECALLS_H

#include "RuntimeConstants.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace conorm {

/// Replaces what works on a device and its memory by calls of the runtime, in
/// functions whose first argument is the context.
class DeviceCallBuilder {
public:
  DeviceCallBuilder(mlir::SymbolTable &table, const RuntimeAbiTypes &types)
      : table(table), types(types), constants(table, types) {}

  /// Replaces a launch, a copy, an allocation, a deallocation, or the address
  /// of a constant.
  mlir::LogicalResult replace(mlir::Operation *op, mlir::func::FuncOp function);

  /// Erases constants that only the device has now.
  void finish();

private:
  /// What of a function calls use again.
  struct Frame {
    llvm::DenseMap<mlir::Type, mlir::Value> structs;
    /// As many values as a launch of the function has parameters at most, and
    /// their addresses.
    mlir::Value values, addresses;
    unsigned numSites = 0;
  };
  using Builder = mlir::ImplicitLocOpBuilder;

  void replaceLaunch(Builder &builder, mlir::gpu::LaunchFuncOp op,
                     mlir::func::FuncOp function);
  void replaceCopy(Builder &builder, mlir::memref::CopyOp op,
                   mlir::func::FuncOp function);
  void replaceAlloc(Builder &builder, mlir::memref::AllocOp op,
                    mlir::func::FuncOp function);
  void replaceDealloc(Builder &builder, mlir::memref::DeallocOp op,
                      mlir::func::FuncOp function);
  mlir::LogicalResult replaceGlobal(Builder &builder,
                                    mlir::memref::GetGlobalOp op,
                                    mlir::func::FuncOp function);

  mlir::LLVM::LLVMFuncOp getFunction(mlir::Location loc, llvm::StringRef name,
                                     mlir::Type result,
                                     llvm::ArrayRef<mlir::Type> arguments);
  /// A constant of the program that is defined when it is complete.
  mlir::Value getExternal(Builder &builder, llvm::StringRef name,
                          mlir::Type type);
  mlir::Value getProgram(Builder &builder);
  mlir::Value loadIndex(Builder &builder, llvm::StringRef prefix,
                        llvm::StringRef name);

  Frame &getFrame(mlir::func::FuncOp function);
  mlir::Value getStruct(mlir::func::FuncOp function,
                        const AbiStruct &structure);
  mlir::Value getSlot(Builder &builder, mlir::Value array, mlir::Type type,
                      unsigned index);
  mlir::Value makeSite(Builder &builder, mlir::Operation *op,
                       mlir::func::FuncOp function);

  struct Field {
    llvm::StringRef name;
    mlir::Value value;
  };
  /// Calls `callee` with the context and the structure `args` of those fields.
  void call(Builder &builder, llvm::StringRef callee, const AbiStruct &args,
            llvm::ArrayRef<Field> fields, mlir::func::FuncOp function);

  mlir::Value constant(Builder &builder, mlir::Type type, int64_t number);
  mlir::Value getPointer(Builder &builder, mlir::Value buffer);
  mlir::Value countBytes(Builder &builder, mlir::Type element,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes);
  mlir::Value makeBuffer(Builder &builder, mlir::MemRefType type,
                         mlir::Value pointer,
                         llvm::ArrayRef<mlir::OpFoldResult> sizes);

  mlir::SymbolTable &table;
  const RuntimeAbiTypes &types;
  RuntimeConstants constants;
  llvm::DenseMap<mlir::Operation *, Frame> frames;
  /// The names of constants by which the program has them.
  llvm::MapVector<mlir::Operation *, std::string> globals;
};

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_DEVICECALLS_H
