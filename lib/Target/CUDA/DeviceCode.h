//===- DeviceCode.h - Images of kernels -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_CUDA_DEVICECODE_H
#define CONORM_LIB_TARGET_CUDA_DEVICECODE_H

#include "conorm/Target/Target.h"

namespace conorm {

/// Compiles kernels to PTX for the oldest architecture of `options`, and with
/// NVIDIA's assembler to machine code for each.
mlir::FailureOr<std::unique_ptr<DeviceCode>>
createCUDADeviceCode(const DeviceOptions &options, mlir::Location loc);

} // namespace conorm

#endif // CONORM_LIB_TARGET_CUDA_DEVICECODE_H
