//===- MatmulKernels.cu - What stands beside the library ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatmulKernels.h"

#include <algorithm>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

using namespace conorm::rt::cuda;

static constexpr int threads = 256;

static unsigned blocksFor(int64_t elements) {
  constexpr int64_t most = 4096;
  return unsigned(std::min((elements + threads - 1) / threads, most));
}

__device__ static int64_t firstIndex() {
  return int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
}

__device__ static int64_t indexStep() {
  return int64_t(gridDim.x) * blockDim.x;
}

__global__ static void fillKernel(const float *scalar, float *out,
                                  int64_t count) {
  float value = scalar ? *scalar : 1.0f;
  for (int64_t i = firstIndex(); i < count; i += indexStep())
    out[i] = value;
}

namespace {
/// A batch of matrices as they lie in memory.
struct Strides {
  int64_t batch, row;
};
} // namespace

/// Adding to +0.0 is what the sum of no products does.
template <typename T>
__global__ static void copyKernel(const T *init, Strides from, T *out,
                                  Strides to, int64_t m, int64_t n,
                                  int64_t count) {
  for (int64_t i = firstIndex(); i < count; i += indexStep()) {
    int64_t col = i % n, row = i / n % m, batch = i / n / m;
    float value =
        init ? float(init[batch * from.batch + row * from.row + col]) : 0.0f;
    out[batch * to.batch + row * to.row + col] = T(0.0f + value);
  }
}

cudaError_t conorm::rt::cuda::fillScales(const float *scalar, float *out,
                                         int64_t count, cudaStream_t stream) {
  fillKernel<<<blocksFor(count), threads, 0, stream>>>(scalar, out, count);
  return cudaGetLastError();
}

template <typename T>
static cudaError_t copyInit(const conorm_matmul_args &args,
                            cudaStream_t stream) {
  int64_t count = args.batch * args.m * args.n;
  copyKernel<T><<<blocksFor(count), threads, 0, stream>>>(
      static_cast<const T *>(args.init),
      {args.init_batch_stride, args.init_row_stride},
      static_cast<T *>(args.output),
      {args.output_batch_stride, args.output_row_stride}, args.m, args.n,
      count);
  return cudaGetLastError();
}

cudaError_t conorm::rt::cuda::matmulOfNothing(const conorm_matmul_args &args,
                                              cudaStream_t stream) {
  switch (args.output_type) {
  case CONORM_TYPE_F16:
    return copyInit<__half>(args, stream);
  case CONORM_TYPE_BF16:
    return copyInit<__nv_bfloat16>(args, stream);
  default:
    return copyInit<float>(args, stream);
  }
}

cudaError_t conorm::rt::cuda::loadMatmulKernels() {
  const void *kernels[] = {
      reinterpret_cast<const void *>(fillKernel),
      reinterpret_cast<const void *>(copyKernel<float>),
      reinterpret_cast<const void *>(copyKernel<__half>),
      reinterpret_cast<const void *>(copyKernel<__nv_bfloat16>)};
  for (const void *kernel : kernels) {
    cudaFuncAttributes attributes;
    if (cudaError_t code = cudaFuncGetAttributes(&attributes, kernel);
        code != cudaSuccess)
      return code;
  }
  return cudaSuccess;
}
