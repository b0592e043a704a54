//===- CudaLoader.cpp - Loading the CUDA backend --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The backend is a library of its own, loaded when a context asks for it: a
// program that never does maps nothing of CUDA.
//
//===----------------------------------------------------------------------===//

#include "CudaLoader.h"

#include <dlfcn.h>
#include <unistd.h>

using namespace conorm::rt;

static constexpr const char *libraryName = "libConormRuntimeCUDA.so";

/// Beside this library. It stays loaded.
static Error loadLibrary(void *&out) {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&loadLibrary), &info) || !info.dli_fname)
    return makeError(CONORM_ERROR_SYSTEM, "the runtime cannot find itself");
  std::string path = info.dli_fname;
  path.erase(path.find_last_of('/') + 1);
  path += libraryName;
  if (access(path.c_str(), F_OK) != 0)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "this runtime was built without the CUDA backend");
  out = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!out)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "the CUDA backend cannot be loaded: %s", dlerror());
  return success();
}

Error conorm::rt::makeCudaBackend(std::unique_ptr<Backend> &out) {
  void *library = nullptr;
  if (Error error = loadLibrary(library))
    return error;
  auto make =
      reinterpret_cast<MakeCudaBackend>(dlsym(library, makeCudaBackendSymbol));
  if (!make)
    return makeError(CONORM_ERROR_VERSION,
                     "%s is of another version than this runtime", libraryName);
  out.reset(make());
  return out ? success() : makeError(CONORM_ERROR_RESOURCE, "out of memory");
}
