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

#ifndef CONORM_RUNTIME_LIB_SUPPORT_ARGS_H
#define CONORM_RUNTIME_LIB_SUPPORT_ARGS_H

#include "Error.h"

#include <cstring>
#include <type_traits>

namespace conorm::rt {

/// No structure is near this size: a larger `struct_size` is memory that nobody
/// wrote, and its fields are not looked for.
constexpr uint32_t maxStructSize = 1u << 16;

/// Fills `out` (known to this runtime as `knownSize` bytes) from a caller's
/// structure that starts with its own `struct_size`.
inline Error readArgsBytes(const void *source, void *out, size_t knownSize,
                           const char *name) {
  if (!source)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is null", name);
  uint32_t size;
  memcpy(&size, source, sizeof(size));
  if (size < sizeof(size) || size > maxStructSize)
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

template <typename T, typename = void>
struct HasReserved : std::false_type {};
template <typename T>
struct HasReserved<T, std::void_t<decltype(T::reserved)>> : std::true_type {};

/// A field `reserved` may become one with a meaning: what an older caller left
/// in it would change what its call does.
template <typename T>
Error checkReserved(const T &args, const char *name) {
  if constexpr (HasReserved<T>::value)
    if (args.reserved != 0)
      return makeError(CONORM_ERROR_VERSION, "%s.reserved is %u, expected 0",
                       name, unsigned(args.reserved));
  return success();
}

template <typename T>
Error readArgs(const T *source, T &out, const char *name) {
  if (Error error = readArgsBytes(source, &out, sizeof(T), name))
    return error;
  return checkReserved(out, name);
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_ARGS_H
