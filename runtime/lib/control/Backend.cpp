//===- Backend.cpp - What a backend need not have -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Backend.h"

using namespace conorm::rt;

Error conorm::rt::noDevice() {
  return {CONORM_ERROR_UNSUPPORTED,
          "expected a context of a backend with device memory, found one of "
          "the cpu backend"};
}

Error Backend::makeTimer(uint32_t, std::unique_ptr<Timer> &out) {
  out = std::make_unique<HostTimer>();
  return success();
}

Error Backend::launch(const conorm_launch_kernel_args &) { return noDevice(); }
Error Backend::copy(const conorm_copy_args &) { return noDevice(); }
Error Backend::matmul(const conorm_matmul_args &) { return noDevice(); }
