//===- Images.cpp - Which code of a program a device takes ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Images.h"

#include "support/Names.h"

using namespace conorm::rt;
using namespace conorm::rt::cuda;

/// Machine code is for one major version.
static bool runs(const conorm_device_image &image, uint32_t arch) {
  return image.arch <= arch &&
         (image.kind == CONORM_IMAGE_PTX || image.arch / 10 == arch / 10);
}

static bool isBetter(const conorm_device_image &image,
                     const conorm_device_image &than) {
  if (image.kind != than.kind)
    return image.kind == CONORM_IMAGE_CUBIN;
  return image.arch > than.arch;
}

Error conorm::rt::cuda::chooseImage(const conorm_device_program &program,
                                    uint32_t arch,
                                    const conorm_device_image *&out) {
  out = nullptr;
  std::string found;
  for (uint32_t i = 0; i < program.num_images; ++i) {
    const conorm_device_image &image = program.images[i];
    found += (i ? ", " : "") +
             std::string(enumName<conorm_image_kind>(image.kind)) +
             format(" for sm_%u", image.arch);
    if (runs(image, arch) && (!out || isBetter(image, *out)))
      out = &image;
  }
  if (out)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "expected code that a device of sm_%u runs, found %s", arch,
                   found.empty() ? "none" : found.c_str());
}

Error conorm::rt::cuda::checkArch(int device, uint32_t arch) {
  if (arch >= oldestArch)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "device %d is sm_%u, expected sm_%u or newer", device, arch,
                   oldestArch);
}
