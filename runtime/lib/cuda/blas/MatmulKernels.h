//===- MatmulKernels.h - What stands beside the library ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_BLAS_MATMULKERNELS_H
#define CONORM_RUNTIME_LIB_CUDA_BLAS_MATMULKERNELS_H

#include "conorm-runtime/device.h"

#include <cuda_runtime_api.h>

namespace conorm::rt::cuda {

/// Fills `out` with `count` times `*scalar`, or 1 if that is null.
cudaError_t fillScales(const float *scalar, float *out, int64_t count,
                       cudaStream_t stream);

/// Products with k = 0: `init`, or zeros.
cudaError_t matmulOfNothing(const conorm_matmul_args &args,
                            cudaStream_t stream);

/// Loads the kernels above.
cudaError_t loadMatmulKernels();

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_BLAS_MATMULKERNELS_H
