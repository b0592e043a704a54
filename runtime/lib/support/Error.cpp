//===- Error.cpp - A status with its message ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Error.h"

#include "Limits.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

using namespace conorm::rt;

static std::string formatList(const char *fmt, va_list list) {
  char buffer[512];
  va_list copy;
  va_copy(copy, list);
  int size = vsnprintf(buffer, sizeof(buffer), fmt, list);
  std::string text;
  if (size < 0) {
    text = fmt;
  } else if (size_t(size) < sizeof(buffer)) {
    text.assign(buffer, size);
  } else {
    text.resize(size);
    vsnprintf(&text[0], size_t(size) + 1, fmt, copy);
  }
  va_end(copy);
  return text;
}

std::string conorm::rt::format(const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  std::string text = formatList(fmt, list);
  va_end(list);
  return text;
}

Error conorm::rt::makeError(conorm_status code, const char *fmt, ...) {
  va_list list;
  va_start(list, fmt);
  Error error{code, formatList(fmt, list)};
  va_end(list);
  return error;
}

static bool isExhaustion(int number) {
  switch (number) {
  case ENOMEM:
  case EMFILE:
  case ENFILE:
  case ENOSPC:
  case EAGAIN:
  case ENOBUFS:
  case EFBIG:
  case ETOOMANYREFS:
    return true;
  default:
    return false;
  }
}

Error conorm::rt::systemError(const std::string &what) {
  int number = errno;
  return {isExhaustion(number) ? CONORM_ERROR_RESOURCE : CONORM_ERROR_SYSTEM,
          what + ": " + describeErrno(number)};
}

Error conorm::rt::threadError(const std::string &what, int number) {
  return {isExhaustion(number) ? CONORM_ERROR_RESOURCE : CONORM_ERROR_SYSTEM,
          what + ": " + describeSpawnErrno(number)};
}

Error conorm::rt::explain(Error error, const std::string &what) {
  if (error.code == CONORM_ERROR_RESOURCE || error.code == CONORM_ERROR_SYSTEM)
    error.message = what + ": " + error.message;
  return error;
}

void conorm::rt::copyMessage(const std::string &message, char *buffer,
                             size_t size) {
  if (!buffer || size == 0)
    return;
  size_t length = message.size() < size ? message.size() : size - 1;
  memcpy(buffer, message.data(), length);
  buffer[length] = 0;
}
