//===- GraphWork.h - What a captured call holds -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_GRAPHWORK_H
#define CONORM_RUNTIME_LIB_CUDA_GRAPHWORK_H

#include "Driver.h"

#include <functional>

namespace conorm::rt::cuda {

/// Takes a conorm_work_kind, and a kernel's name.
using SeeWork = std::function<void(uint32_t, const char *)>;

/// Shows all that a graph holds, and graphs within it, in the order in which it
/// was captured.
Error visitGraph(cudaGraph_t graph, const SeeWork &see);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_GRAPHWORK_H
