//===- CudaLoader.h - Loading the CUDA backend ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_API_CUDALOADER_H
#define CONORM_RUNTIME_LIB_API_CUDALOADER_H

#include "control/Backend.h"

#include <memory>

namespace conorm::rt {

/// Loads the library of the CUDA backend, and makes one that is not connected.
Error makeCudaBackend(std::unique_ptr<Backend> &out);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_API_CUDALOADER_H
