//===- Structs.cpp - Reading size-tagged structures -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Structs.h"

#include <algorithm>

using namespace conorm::rt;

Error conorm::rt::structSizeError(size_t first, uint32_t found,
                                  const StructName &name) {
  return makeError(CONORM_ERROR_VERSION,
                   "%s: expected struct_size of %zu to %u, found %u",
                   name.str().c_str(), first, maxStructSize, found);
}

Error conorm::rt::reservedError(uint32_t found, const StructName &name) {
  return makeError(CONORM_ERROR_VERSION, "%s.reserved is %u, expected 0",
                   name.str().c_str(), found);
}

Error conorm::rt::checkUnknownFields(const char *fields, size_t known,
                                     size_t size, const StructName &name,
                                     CopyStruct copy) {
  for (size_t at = known; at < size;) {
    char piece[256];
    size_t bytes = std::min(size - at, sizeof(piece));
    if (Error error = copy(fields + at, piece, bytes, name))
      return error;
    for (size_t i = 0; i < bytes; ++i)
      if (piece[i])
        return makeError(
            CONORM_ERROR_VERSION,
            "%s has struct_size %zu and sets byte %zu, which this runtime (ABI "
            "%d.%d, %zu bytes) does not know",
            name.str().c_str(), size, at + i, CONORM_ABI_VERSION_MAJOR,
            CONORM_ABI_VERSION_MINOR, known);
    at += bytes;
  }
  return success();
}
