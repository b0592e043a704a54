//===- CublasLtApi.cpp - cuBLASLt, loaded at run time ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CublasLtApi.h"

#include <cstdlib>
#include <dlfcn.h>
#include <mutex>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static constexpr const char *libraryVariable = "CONORM_CUBLASLT";
/// Where the loader looks, then where toolkits are.
static constexpr const char *libraryPaths[] = {
    "libcublasLt.so.13", "/usr/local/cuda/lib64/libcublasLt.so.13",
    "libcublasLt.so.12", "/usr/local/cuda/lib64/libcublasLt.so.12"};

std::string conorm::rt::cuda::cublasLtVersionText(size_t version) {
  return format("%zu.%zu.%zu", version / 10000, version / 100 % 100,
                version % 100);
}

template <typename Function>
static Error take(void *library, const char *path, const char *name,
                  Function &out) {
  out = reinterpret_cast<Function>(dlsym(library, name));
  if (out)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "%s has no %s, expected cuBLASLt %d or %d", path, name,
                   oldestCublasLt, newestCublasLt);
}

static Error checkVersion(const char *path, CublasLtApi &api) {
  api.version = api.getVersion();
  int major = int(api.version / 10000);
  if (major >= oldestCublasLt && major <= newestCublasLt)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "%s is cuBLASLt %s, expected version %d or %d", path,
                   cublasLtVersionText(api.version).c_str(), oldestCublasLt,
                   newestCublasLt);
}

static Error takeFunctions(void *library, const char *path, CublasLtApi &api) {
  Error error = take(library, path, "cublasLtGetVersion", api.getVersion);
  // Another version may lack functions for that reason.
  if (!error)
    error = checkVersion(path, api);
  auto add = [&](const char *name, auto &out) {
    if (!error)
      error = take(library, path, name, out);
  };
  add("cublasLtGetStatusString", api.getStatusString);
  add("cublasLtCreate", api.create);
  add("cublasLtDestroy", api.destroy);
  add("cublasLtMatmulDescCreate", api.descCreate);
  add("cublasLtMatmulDescDestroy", api.descDestroy);
  add("cublasLtMatmulDescSetAttribute", api.descSet);
  add("cublasLtMatrixLayoutCreate", api.layoutCreate);
  add("cublasLtMatrixLayoutDestroy", api.layoutDestroy);
  add("cublasLtMatrixLayoutSetAttribute", api.layoutSet);
  add("cublasLtMatmulPreferenceCreate", api.preferenceCreate);
  add("cublasLtMatmulPreferenceDestroy", api.preferenceDestroy);
  add("cublasLtMatmulPreferenceSetAttribute", api.preferenceSet);
  add("cublasLtMatmulAlgoGetHeuristic", api.getHeuristic);
  add("cublasLtMatmul", api.matmul);
  return error;
}

static Error notFound(const char *detail) {
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "products of matrices need cuBLASLt, expected %s or %s "
                   "where the loader looks or in /usr/local/cuda/lib64, or a "
                   "path in %s: %s",
                   libraryPaths[0], libraryPaths[2], libraryVariable, detail);
}

Error conorm::rt::cuda::loadCublasLtFrom(const char *path, CublasLtApi &out) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return notFound(dlerror());
  return takeFunctions(library, path, out);
}

static Error load(CublasLtApi &api) {
  const char *path = getenv(libraryVariable);
  if (path && *path)
    return loadCublasLtFrom(path, api);
  std::string first;
  for (const char *name : libraryPaths) {
    if (void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL))
      return takeFunctions(library, name, api);
    if (first.empty())
      first = dlerror();
  }
  return notFound(first.c_str());
}

Error conorm::rt::cuda::loadCublasLt(const CublasLtApi *&out) {
  static std::once_flag once;
  static CublasLtApi api;
  static Error outcome;
  std::call_once(once, [] { outcome = load(api); });
  out = &api;
  return outcome;
}
