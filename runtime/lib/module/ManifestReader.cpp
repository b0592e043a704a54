//===- ManifestReader.cpp - Reading what may be damaged -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestReader.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

using namespace conorm::rt;

static constexpr size_t kMaxText = CONORM_MAX_MANIFEST_TEXT;

Error conorm::rt::moduleError(std::string message) {
  return {CONORM_ERROR_MODULE, std::move(message)};
}

Error conorm::rt::versionError(std::string message) {
  return {CONORM_ERROR_VERSION, std::move(message)};
}

bool conorm::rt::readMemory(const void *from, void *to, size_t bytes) {
  if (!bytes)
    return true;
  iovec local{to, bytes};
  iovec remote{const_cast<void *>(from), bytes};
  ssize_t count = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
  // Where the call is forbidden, the manifest is taken at its word.
  if (count < 0 && (errno == ENOSYS || errno == EPERM)) {
    std::memcpy(to, from, bytes);
    return true;
  }
  return count == static_cast<ssize_t>(bytes);
}

Error conorm::rt::unreadable(const std::string &what) {
  return moduleError(what + ": expected memory of the artifact, found an "
                            "address that cannot be read");
}

Error conorm::rt::checkText(const char *text, const std::string &what) {
  // Reads up to the ends of such pieces, which are never two pages.
  constexpr size_t piece = 256;
  for (size_t length = 0; text && length < kMaxText;) {
    char buffer[piece];
    size_t bytes = piece - reinterpret_cast<uintptr_t>(text + length) % piece;
    if (!readMemory(text + length, buffer, bytes))
      return unreadable(what);
    if (std::memchr(buffer, 0, bytes))
      return {};
    length += bytes;
  }
  if (!text)
    return {};
  return moduleError(what + ": expected a text of at most " +
                     std::to_string(kMaxText) + " bytes, found a longer one");
}

Error conorm::rt::copyManifest(const void *from, void *to, size_t bytes,
                               const StructName &name) {
  return readMemory(from, to, bytes) ? success() : unreadable(name.str());
}

/// Reads `count` structures that advance by their own struct_size.
