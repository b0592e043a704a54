//===- Args.h - Reading size-tagged structures ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compatibility rule of conorm-runtime/version.h, in one place.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_COMMON_ARGS_H
#define CONORM_RUNTIME_LIB_COMMON_ARGS_H

#include "Error.h"

#include <cstring>

namespace conorm::rt {

/// Fills `out` (known to this runtime as `knownSize` bytes) from a caller's
/// structure that starts with its own `struct_size`.
inline Error readArgsBytes(const void *source, void *out, size_t knownSize,
                           const char *name) {
  if (!source)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is null", name);
  uint32_t size;
  memcpy(&size, source, sizeof(size));
  if (size < sizeof(size))
    return makeError(CONORM_ERROR_VERSION,
                     "%s has struct_size %u, expected %zu for ABI %d.%d", name,
                     size, knownSize, CONORM_ABI_VERSION_MAJOR,
                     CONORM_ABI_VERSION_MINOR);
  if (size < knownSize) {
    memset(out, 0, knownSize);
    memcpy(out, source, size);
    return success();
  }
  memcpy(out, source, knownSize);
  const unsigned char *bytes = static_cast<const unsigned char *>(source);
  for (size_t i = knownSize; i < size; ++i)
    if (bytes[i])
      return makeError(CONORM_ERROR_VERSION,
                       "%s has struct_size %u and sets byte %zu, which this "
                       "runtime (ABI %d.%d, %zu bytes) does not know",
                       name, size, i, CONORM_ABI_VERSION_MAJOR,
                       CONORM_ABI_VERSION_MINOR, knownSize);
  return success();
}

template <typename T>
Error readArgs(const T *source, T &out, const char *name) {
  return readArgsBytes(source, &out, sizeof(T), name);
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_COMMON_ARGS_H
