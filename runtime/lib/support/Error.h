//===- Error.h - A status with its message ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What functions inside the runtime return. Success carries no message and
// allocates nothing, so the hot path pays one comparison.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_ERROR_H
#define CONORM_RUNTIME_LIB_SUPPORT_ERROR_H

#include "conorm-runtime/types.h"

#include <new>
#include <string>

namespace conorm::rt {

struct [[nodiscard]] Error {
  conorm_status code = CONORM_OK;
  std::string message;

  /// True on failure.
  explicit operator bool() const { return code != CONORM_OK; }
};

/// printf-style message.
std::string format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

Error makeError(conorm_status code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/// CONORM_ERROR_SYSTEM (or RESOURCE, by errno): "<what>: <errno's text>", with
/// the limit that is behind it. `what` says what was asked for.
Error systemError(const std::string &what);

/// The same of a thread that could not be started, from the function's result.
Error threadError(const std::string &what, int number);

/// Says before an error of the system what it was needed for. What peers did
/// says so itself.
Error explain(Error error, const std::string &what);

inline Error success() { return {}; }

/// Runs `body`, which returns an Error, and keeps an exhausted heap from
/// crossing the C ABI as an exception.
template <typename Body>
Error guarded(Body &&body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return {CONORM_ERROR_RESOURCE, "out of memory"};
  }
}

/// Copies a message into a caller's buffer, cut to `size` with its NUL.
void copyMessage(const std::string &message, char *buffer, size_t size);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_ERROR_H
