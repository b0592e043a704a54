//===- Entry.cpp - What the library of the CUDA backend exports -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaBackend.h"

using namespace conorm::rt;

extern "C" CONORM_API void
conorm_create_cuda_backend_3(const conorm_context_options &options,
                             const conorm_bootstrap &bootstrap,
                             std::unique_ptr<Backend> &out, Error &error) {
  error = guarded([&]() -> Error {
    auto backend = std::make_unique<cuda::CudaBackend>();
    if (Error error = backend->create(options, bootstrap))
      return error;
    out = std::move(backend);
    return success();
  });
}
