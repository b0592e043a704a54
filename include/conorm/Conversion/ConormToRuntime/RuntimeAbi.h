//===- RuntimeAbi.h - C structures as LLVM types ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The structures of runtime/include/conorm-runtime as types of the LLVM
// dialect. unittests/Conversion holds them against the C headers, field by
// field.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H
#define CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

namespace conorm {

/// Types of the runtime's C ABI, each named as in C.
struct RuntimeAbiTypes {
  explicit RuntimeAbiTypes(mlir::MLIRContext *context);

  mlir::Type i32, i64, f32;
  mlir::LLVM::LLVMPointerType ptr;
  mlir::LLVM::LLVMStructType site;
  mlir::LLVM::LLVMStructType group;
  mlir::LLVM::LLVMStructType norm;
  mlir::LLVM::LLVMStructType quant;
  mlir::LLVM::LLVMStructType allReduceArgs;
  mlir::LLVM::LLVMStructType scatterGatherArgs;
  mlir::LLVM::LLVMStructType rmsNormArgs;
  mlir::LLVM::LLVMStructType quantizeArgs;
  mlir::LLVM::LLVMStructType allReduceRMSNormArgs;
  mlir::LLVM::LLVMStructType sizeCheck;
  mlir::LLVM::LLVMStructType boundsCheck;
  mlir::LLVM::LLVMStructType strategyRange;
  mlir::LLVM::LLVMStructType dispatch;
};

/// The runtime's number (conorm_type) for an element type, 0 if it has none.
uint32_t getRuntimeType(mlir::Type type);

} // namespace conorm

#endif // CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMEABI_H
