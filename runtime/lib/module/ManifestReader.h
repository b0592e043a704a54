//===- ManifestReader.h - Reading what may be damaged -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A damaged manifest is refused and never followed: everything is read through
// the kernel, which says when an address is none.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_MANIFESTREADER_H
#define CONORM_RUNTIME_LIB_MODULE_MANIFESTREADER_H

#include "Module.h"

#include "support/Structs.h"

namespace conorm::rt {

Error moduleError(std::string message);
Error versionError(std::string message);

/// Reads memory that a damaged manifest may only claim to be there.
bool readMemory(const void *from, void *to, size_t bytes);
Error unreadable(const std::string &what);

/// Checks that `text` ends. NULL is left to the caller.
Error checkText(const char *text, const std::string &what);

/// A CopyStruct.
Error copyManifest(const void *from, void *to, size_t bytes,
                   const StructName &name);

template <typename T>
Error readArray(const T *data, uint32_t count, const std::string &what,
                std::vector<T> &to) {
  if (count > CONORM_MAX_MANIFEST_COUNT)
    return moduleError(what + ": expected at most " +
                       std::to_string(CONORM_MAX_MANIFEST_COUNT) +
                       " structures, found " + std::to_string(count));
  if (count && !data)
    return moduleError(what + ": expected " + std::to_string(count) +
                       " structures, found a null pointer");
  to.reserve(count);
  return forEachStruct<copyManifest>(
      data, count, what.c_str(),
      [&](size_t, const T &item, const char *) -> Error {
        to.push_back(item);
        return success();
      });
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_MANIFESTREADER_H
