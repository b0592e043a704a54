//===- KernelsF16.cu - The kernels of f16 ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernels.cuh"

conorm::rt::cuda::KernelTable conorm::rt::cuda::kernelsF16() {
  return makeKernelTable<F16>();
}
