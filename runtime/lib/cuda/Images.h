//===- Images.h - Which code of a program a device takes --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_IMAGES_H
#define CONORM_RUNTIME_LIB_CUDA_IMAGES_H

#include "support/Error.h"

#include "conorm-runtime/device.h"

namespace conorm::rt::cuda {

/// The oldest architecture that the backend's own kernels are made for.
constexpr uint32_t oldestArch = 80;

/// Chooses for a device of `arch`, ten times its compute capability: the newest
/// machine code that it runs, else the newest PTX. An error says what there is.
Error chooseImage(const conorm_device_program &program, uint32_t arch,
                  const conorm_device_image *&out);

/// Says that a device is too old for the backend.
Error checkArch(int device, uint32_t arch);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_IMAGES_H
