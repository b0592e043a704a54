//===- ModuleBuffers.cpp - The caller's buffers of compiled entries -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleInvoke.h"
#include "support/Names.h"
#include "support/Structs.h"

#include <cstring>

using namespace conorm::rt;

Error conorm::rt::argumentError(std::string message) {
  return {CONORM_ERROR_INVALID_ARGUMENT, std::move(message)};
}

int64_t conorm::rt::tensorBytes(const int64_t *shape, uint32_t rank,
                                uint32_t type) {
  int64_t count = 1;
  bool fits = true, empty = false;
  for (uint32_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      return -1;
    empty |= shape[i] == 0;
    fits &= !__builtin_mul_overflow(count, shape[i], &count);
  }
  if (empty)
    return 0;
  return fits ? conorm_type_bytes(type, count) : -1;
}

static int64_t bytesOf(const conorm_buffer &buffer) {
  return tensorBytes(buffer.shape, buffer.rank, buffer.element_type);
}

bool conorm::rt::overlap(const conorm_buffer &a, const conorm_buffer &b) {
  auto begin = [](const conorm_buffer &buffer) {
    return reinterpret_cast<uintptr_t>(buffer.data);
  };
  uint64_t aBytes = bytesOf(a), bBytes = bytesOf(b);
  return aBytes && bBytes && begin(a) < begin(b) + bBytes &&
         begin(b) < begin(a) + aBytes;
}

static Error checkBuffer(const conorm_value_desc &desc,
                         const conorm_buffer &buffer, uint32_t memory,
                         const StructName &name) {
  bool matches = buffer.element_type == desc.element_type &&
                 buffer.rank == desc.rank && (buffer.shape || !buffer.rank);
  for (uint32_t i = 0; matches && i < desc.rank; ++i)
    matches = buffer.shape[i] >= 0 && (desc.shape[i] == CONORM_DYNAMIC ||
                                       desc.shape[i] == buffer.shape[i]);
  if (!matches)
    return argumentError(
        name.str() + ": expected " + describeValue(desc) + ", found " +
        (buffer.rank && !buffer.shape
             ? std::string("a null shape")
             : describeShape(buffer.shape, buffer.rank, buffer.element_type)));
  // The entry's host code reads scalars.
  if (desc.kind == CONORM_VALUE_SCALAR)
    memory = CONORM_MEMORY_HOST;
  if (buffer.memory != memory)
    return argumentError(name.str() + ": expected data in " +
                         enumName<conorm_memory>(memory) +
                         " memory, found data in " +
                         enumName<conorm_memory>(buffer.memory) + " memory");
  int64_t bytes = bytesOf(buffer);
  if (bytes < 0)
    return argumentError(
        name.str() + ": expected a size below 2^63 bytes, found " +
        describeShape(buffer.shape, buffer.rank, buffer.element_type));
  if (bytes && !buffer.data)
    return argumentError(name.str() + ": expected data, found a null pointer");
  uint64_t alignment = conorm_type_bytes(buffer.element_type, 1);
  if (bytes && reinterpret_cast<uintptr_t>(buffer.data) % alignment)
    return argumentError(name.str() + ": expected data aligned to " +
                         std::to_string(alignment) + " bytes, found " +
                         "an address that is not");
  return {};
}

Error conorm::rt::readBuffers(const char *kind, const conorm_value_desc *descs,
                              uint32_t count, const conorm_buffer *buffers,
                              uint32_t memory, std::vector<conorm_buffer> &to) {
  to.resize(count);
  return forEachStruct(
      buffers, count, kind,
      [&](size_t i, const conorm_buffer &buffer, const char *) {
        to[i] = buffer;
        return checkBuffer(descs[i], buffer, memory, StructName(kind, i));
      });
}
