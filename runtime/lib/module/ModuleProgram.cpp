//===- ModuleProgram.cpp - What of an artifact lies on a device -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestReader.h"

#include "support/Names.h"

#include <algorithm>

using namespace conorm::rt;

namespace {

/// Checks that all of some data can be read.
Error checkData(const void *data, uint64_t bytes, const std::string &what) {
  if (bytes && !data)
    return moduleError(what + ": expected " + std::to_string(bytes) +
                       " bytes, found a null pointer");
  const char *at = static_cast<const char *>(data);
  char piece[16384];
  for (uint64_t done = 0; done < bytes; done += sizeof(piece))
    if (!readMemory(at + done, piece,
                    std::min<uint64_t>(sizeof(piece), bytes - done)))
      return unreadable(what);
  return {};
}

Error checkImage(const conorm_device_image &image, const std::string &what) {
  if (image.kind > CONORM_IMAGE_CUBIN)
    return versionError(what + ": expected kind ptx (0) or cubin (1), found " +
                        std::to_string(image.kind));
  if (image.flags & ~uint32_t(CONORM_IMAGE_AWAITS))
    return versionError(what + ": expected flags of 0 to " +
                        std::to_string(CONORM_IMAGE_AWAITS) + ", found " +
                        std::to_string(image.flags));
  if (!image.bytes)
    return moduleError(what + ": expected code, found none");
  if (Error error = checkData(image.data, image.bytes, what))
    return error;
  char last = 0;
  if (image.kind == CONORM_IMAGE_PTX &&
      (!readMemory(static_cast<const char *>(image.data) + image.bytes - 1,
                   &last, 1) ||
       last))
    return moduleError(what + ": expected PTX that ends with a NUL, found none "
                              "at its end");
  return {};
}

Error checkKernel(const conorm_device_kernel &kernel, const std::string &what) {
  if (Error error = checkText(kernel.name, what + ": name"))
    return error;
  if (!kernel.name || !*kernel.name)
    return moduleError(what + ": expected a name, found none");
  return {};
}

Error checkGlobal(const conorm_device_global &global, const std::string &what) {
  return checkData(global.data, global.bytes, what);
}

/// Reads an array, checks its elements, and points to the copy.
template <typename T, typename Check>
Error readParts(const T *&array, uint32_t count, const char *kind, Check check,
                std::vector<T> &to) {
  std::string what = std::string("device program: ") + kind;
  if (Error error = readArray(array, count, what, to))
    return error;
  for (size_t i = 0; i < to.size(); ++i)
    if (Error error = check(to[i], what + " " + std::to_string(i)))
      return error;
  array = to.data();
  return {};
}

} // namespace

Error conorm::rt::readProgram(conorm_module &module) {
  conorm_manifest &manifest = module.manifest;
  module.programKey = manifest.device_program;
  if (!module.programKey)
    return {};
  conorm_device_program &program = module.program;
  uint32_t size;
  if (Error error = readStruct<copyManifest>(module.programKey, program, size,
                                             "device program"))
    return error;
  if (program.backend != manifest.backend)
    return moduleError(
        std::string("device program: expected one for the manifest's backend "
                    "(") +
        enumName<conorm_backend>(manifest.backend) +
        "), found one for backend " + std::to_string(program.backend));
  if (Error error = readParts(program.images, program.num_images, "image",
                              checkImage, module.images))
    return error;
  if (Error error = readParts(program.kernels, program.num_kernels, "kernel",
                              checkKernel, module.kernels))
    return error;
  if (Error error = readParts(program.globals, program.num_globals, "global",
                              checkGlobal, module.globals))
    return error;
  if (program.num_kernels && !program.num_images)
    return moduleError("device program: expected an image with the code of " +
                       std::to_string(program.num_kernels) +
                       " kernels, found none");
  manifest.device_program = &program;
  return {};
}
