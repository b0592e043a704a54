//===- CublasLtApi.cpp - cuBLASLt, loaded at run time ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CublasLtApi.h"

#include "../LoadedLibrary.h"

#include <cstdlib>
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
  LoadedLibrary from(
      library, path,
      format("cuBLASLt %d or %d", oldestCublasLt, newestCublasLt));
  from.take("cublasLtGetVersion", api.getVersion);
  // Another version may lack functions for that reason.
  if (!from.error)
    from.error = checkVersion(path, api);
  from.take("cublasLtGetStatusString", api.getStatusString);
  from.take("cublasLtCreate", api.create);
  from.take("cublasLtDestroy", api.destroy);
  from.take("cublasLtMatmulDescCreate", api.descCreate);
  from.take("cublasLtMatmulDescDestroy", api.descDestroy);
  from.take("cublasLtMatmulDescSetAttribute", api.descSet);
  from.take("cublasLtMatrixLayoutCreate", api.layoutCreate);
  from.take("cublasLtMatrixLayoutDestroy", api.layoutDestroy);
  from.take("cublasLtMatrixLayoutSetAttribute", api.layoutSet);
  from.take("cublasLtMatmulPreferenceCreate", api.preferenceCreate);
  from.take("cublasLtMatmulPreferenceDestroy", api.preferenceDestroy);
  from.take("cublasLtMatmulPreferenceSetAttribute", api.preferenceSet);
  from.take("cublasLtMatmulAlgoGetHeuristic", api.getHeuristic);
  from.take("cublasLtMatmul", api.matmul);
  return from.error;
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
