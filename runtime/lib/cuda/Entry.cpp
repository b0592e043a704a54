//===- Entry.cpp - What the library of the CUDA backend exports -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaBackend.h"

#include <new>

using namespace conorm::rt;

extern "C" CONORM_API Backend *conorm_make_cuda_backend_7() {
  return new (std::nothrow) cuda::CudaBackend;
}
