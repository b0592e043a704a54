//===- PushF32.cu - The kernels of pushed calls, f32 ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PushKernels.cuh"

conorm::rt::cuda::PushKernelTable conorm::rt::cuda::pushKernelsF32() {
  return makePushKernelTable<F32>();
}
