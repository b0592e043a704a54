//===- CUDATarget.h - The target cuda ---------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_CUDA_CUDATARGET_H
#define CONORM_LIB_TARGET_CUDA_CUDATARGET_H

#include "conorm/Target/Target.h"

namespace conorm {

const Target &getCUDATarget();

} // namespace conorm

#endif // CONORM_LIB_TARGET_CUDA_CUDATARGET_H
