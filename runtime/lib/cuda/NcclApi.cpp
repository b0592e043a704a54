//===- NcclApi.cpp - NCCL, loaded at run time -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NcclApi.h"

#include "LoadedLibrary.h"

#include <cstdlib>
#include <mutex>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static constexpr const char *libraryName = "libnccl.so.2";
static constexpr const char *libraryVariable = "CONORM_NCCL_LIBRARY";

std::string conorm::rt::cuda::ncclVersionText(int version) {
  // Until 2.8 the minor number had two digits less in front of it.
  int unit = version < 10000 ? 1000 : 10000;
  return format("%d.%d.%d", version / unit, version % unit / 100,
                version % 100);
}

static Error checkVersion(const char *path, NcclApi &api) {
  int result = api.getVersion(&api.version);
  if (result != ncclDone)
    return makeError(CONORM_ERROR_SYSTEM, "%s: ncclGetVersion returned %d",
                     path, result);
  if (api.version >= oldestNccl)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "%s is NCCL %s, expected %s or later", path,
                   ncclVersionText(api.version).c_str(),
                   ncclVersionText(oldestNccl).c_str());
}

static Error takeFunctions(void *library, const char *path, NcclApi &api) {
  LoadedLibrary from(library, path,
                     "NCCL " + ncclVersionText(oldestNccl) + " or later");
  from.take("ncclGetVersion", api.getVersion);
  // An old library lacks functions for that reason.
  if (!from.error)
    from.error = checkVersion(path, api);
  from.take("ncclGetUniqueId", api.getUniqueId);
  from.take("ncclCommInitRankConfig", api.commInitRankConfig);
  from.take("ncclCommFinalize", api.commFinalize);
  from.take("ncclCommDestroy", api.commDestroy);
  from.take("ncclCommAbort", api.commAbort);
  from.take("ncclCommGetAsyncError", api.commGetAsyncError);
  from.take("ncclGetErrorString", api.getErrorString);
  from.take("ncclGetLastError", api.getLastError);
  from.take("ncclGroupStart", api.groupStart);
  from.take("ncclGroupEnd", api.groupEnd);
  from.take("ncclSend", api.send);
  from.take("ncclRecv", api.recv);
  from.take("ncclAllGather", api.allGather);
  from.take("ncclAllReduce", api.allReduce);
  from.take("ncclReduceScatter", api.reduceScatter);
  return from.error;
}

Error conorm::rt::cuda::loadNcclFrom(const char *path, NcclApi &out) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "the strategy nccl needs NCCL, expected %s where the "
                     "loader looks or a path in %s: %s",
                     libraryName, libraryVariable, dlerror());
  return takeFunctions(library, path, out);
}

Error conorm::rt::cuda::loadNccl(const NcclApi *&out) {
  static std::once_flag once;
  static NcclApi api;
  static Error outcome;
  std::call_once(once, [] {
    // NCCL would map the buffers of captured calls into the peers. With ranks
    // as threads such a graph never ended from 2 MiB on (2.28.3, two H200), and
    // it would read the callers' buffers whatever happened to the call. NCCL
    // reads the variable when it makes a communicator; whoever set it, means
    // it.
    setenv("NCCL_GRAPH_REGISTER", "0", /*overwrite=*/0);
    const char *path = getenv(libraryVariable);
    outcome = loadNcclFrom(path && *path ? path : libraryName, api);
  });
  out = &api;
  return outcome;
}
