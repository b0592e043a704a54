//===- Structs.h - Reading size-tagged structures ---------------*- C++ -*-===//
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

#ifndef CONORM_RUNTIME_LIB_SUPPORT_STRUCTS_H
#define CONORM_RUNTIME_LIB_SUPPORT_STRUCTS_H

#include "Error.h"

#include "conorm-runtime/conorm.h"

#include <cstddef>
#include <cstring>
#include <type_traits>

namespace conorm::rt {

/// No structure is near this size: a larger `struct_size` is memory that nobody
/// wrote, and its fields are not looked for.
constexpr uint32_t maxStructSize = 1u << 16;

/// Bytes of a structure in the version that first had it, from the table of the
/// ABI: no caller's is smaller.
template <typename T>
constexpr size_t firstStructSize();

#define CONORM_ABI_STRUCT(NAME)                                                \
  template <>                                                                  \
  constexpr size_t firstStructSize<NAME>() {                                   \
    using Struct = NAME;                                                       \
    size_t end = 0;                                                            \
    int first = -1;
#define CONORM_ABI_FIELD(TYPE, NAME, SINCE)                                    \
  if (first < 0)                                                               \
    first = SINCE;                                                             \
  if (SINCE == first)                                                          \
    end = offsetof(Struct, NAME) + sizeof(Struct::NAME);
#define CONORM_ABI_STRUCT_END(NAME)                                            \
  return (end + alignof(Struct) - 1) / alignof(Struct) * alignof(Struct);      \
  }
#include "conorm-runtime/abi.def"

/// What a message calls a structure: "site", or "entry 3" in an array.
struct StructName {
  StructName(const char *kind) : kind(kind) {}
  StructName(const char *kind, size_t index) : kind(kind), index(index) {}
  StructName(const std::string &kind) : kind(kind.c_str()) {}
  StructName(const std::string &kind, size_t index)
      : kind(kind.c_str()), index(index) {}

  std::string str() const {
    return index == none ? kind : kind + (" " + std::to_string(index));
  }

private:
  static constexpr size_t none = ~size_t(0);
  const char *kind;
  size_t index = none;
};

/// Copies memory that holds a structure.
using CopyStruct = Error (*)(const void *from, void *to, size_t bytes,
                             const StructName &name);

/// The caller answers for its pointers.
inline Error copyCallers(const void *from, void *to, size_t bytes,
                         const StructName &) {
  memcpy(to, from, bytes);
  return success();
}

/// A newer caller's fields may not say anything.
Error checkUnknownFields(const char *fields, size_t known, size_t size,
                         const StructName &name, CopyStruct copy);
Error structSizeError(size_t first, uint32_t found, const StructName &name);
Error reservedError(uint32_t found, const StructName &name);

template <typename T, typename = void>
struct HasReserved : std::false_type {};
template <typename T>
struct HasReserved<T, std::void_t<decltype(T::reserved)>> : std::true_type {};

/// Fills `out` from a structure of the size that its writer was compiled with,
/// and gives it the current size. Fields that an older writer lacked are zero.
/// `size` is the writer's.
template <CopyStruct copy = copyCallers, typename T>
Error readStruct(const void *source, T &out, uint32_t &size,
                 const StructName &name) {
  if (!source)
    return {CONORM_ERROR_INVALID_ARGUMENT, name.str() + " is null"};
  const char *at = static_cast<const char *>(source);
  if (Error error =
          copy(at + offsetof(T, struct_size), &size, sizeof(size), name))
    return error;
  constexpr size_t first = firstStructSize<T>();
  if (size < first || size > maxStructSize)
    return structSizeError(first, size, name);
  // The common case is a copy of a constant size.
  if (size < sizeof(T)) {
    memset(static_cast<void *>(&out), 0, sizeof(T));
    if (Error error = copy(at, &out, size, name))
      return error;
  } else if (Error error = copy(at, &out, sizeof(T), name)) {
    return error;
  }
  out.struct_size = sizeof(T);
  // It may become a field with a meaning: what an older caller left in it would
  // change what its call does.
  if constexpr (HasReserved<T>::value)
    if (out.reserved != 0)
      return reservedError(uint32_t(out.reserved), name);
  if (size > sizeof(T))
    return checkUnknownFields(at, sizeof(T), size, name, copy);
  return success();
}

template <typename T>
Error readStruct(const T *source, T &out, const StructName &name) {
  uint32_t size;
  return readStruct(source, out, size, name);
}

/// Reads `count` structures, each of which says how far the next one is.
/// `visit(index, copy, at)` gets the copy, and where the writer's own is.
template <CopyStruct copy = copyCallers, typename T, typename Visit>
Error forEachStruct(const T *first, size_t count, const char *kind,
                    Visit &&visit) {
  const char *at = reinterpret_cast<const char *>(first);
  for (size_t i = 0; i < count; ++i) {
    T known;
    uint32_t size;
    if (Error error = readStruct<copy>(at, known, size, StructName(kind, i)))
      return error;
    if (Error error = visit(i, known, at))
      return error;
    at += size;
  }
  return success();
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_STRUCTS_H
