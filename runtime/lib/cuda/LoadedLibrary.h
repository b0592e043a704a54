//===- LoadedLibrary.h - Functions of a library that is loaded --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Libraries that are never linked, so that their absence is an error of the
// call that needs them.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_LOADEDLIBRARY_H
#define CONORM_RUNTIME_LIB_CUDA_LOADEDLIBRARY_H

#include "support/Error.h"

#include <dlfcn.h>

namespace conorm::rt::cuda {

/// Takes functions of a library by name; the first that it lacks is the error.
class LoadedLibrary {
public:
  /// `expected` is the library and its versions in messages.
  LoadedLibrary(void *library, const char *path, std::string expected)
      : library(library), path(path), expected(std::move(expected)) {}

  template <typename Function>
  void take(const char *name, Function &out) {
    if (error)
      return;
    out = reinterpret_cast<Function>(dlsym(library, name));
    if (!out)
      error = makeError(CONORM_ERROR_UNSUPPORTED, "%s has no %s, expected %s",
                        path, name, expected.c_str());
  }

  Error error;

private:
  void *library;
  const char *path;
  std::string expected;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_LOADEDLIBRARY_H
