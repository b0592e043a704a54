//===- Schedules.h - How kernels go over their points -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CODEGEN_GPU_SCHEDULES_H
#define CONORM_LIB_CODEGEN_GPU_SCHEDULES_H

#include "Kernel.h"

namespace conorm {

/// All loops are parallel: a thread has several elements next to each other,
/// with accesses of up to 16 bytes where the memory allows it.
mlir::gpu::LaunchFuncOp buildElementwise(Kernel &kernel,
                                         mlir::gpu::GPUModuleOp module);

/// Sums and the like over the last loops: a warp or a block of threads for each
/// point of the parallel loops, which combines its parts in a tree whose shape
/// depends on sizes that are known alone. None if the operation is no such one;
/// the kernel is as it was then.
std::optional<mlir::gpu::LaunchFuncOp>
buildRowReduction(Kernel &kernel, mlir::gpu::GPUModuleOp module);

/// A thread for each point of the parallel loops, which runs all others in
/// their order.
mlir::gpu::LaunchFuncOp buildSequential(Kernel &kernel,
                                        mlir::gpu::GPUModuleOp module);

} // namespace conorm

#endif // CONORM_LIB_CODEGEN_GPU_SCHEDULES_H
