//===- Backend.cpp - What a backend need not have -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Backend.h"

using namespace conorm::rt;

static Error unsupported() {
  return {CONORM_ERROR_UNSUPPORTED,
          "expected a context of a backend with device memory, found one of "
          "the cpu backend"};
}

Error Backend::launch(const conorm_launch_kernel_args &) {
  return unsupported();
}
Error Backend::copy(const conorm_copy_args &) { return unsupported(); }
Error Backend::matmul(const conorm_matmul_args &) { return unsupported(); }
Error Backend::allocate(int64_t, void *&) { return unsupported(); }
Error Backend::free(void *) { return unsupported(); }
Error Backend::global(const conorm_device_program *, uint32_t, const void *&) {
  return unsupported();
}
