//===- Driver.cpp - CUDA's calls and their errors -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

#include <cstdlib>
#include <mutex>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

Error conorm::rt::cuda::cudaFailure(const char *what, cudaError_t code) {
  cudaGetLastError();
  return makeError(code == cudaErrorMemoryAllocation ? CONORM_ERROR_RESOURCE
                                                     : CONORM_ERROR_SYSTEM,
                   "%s: %s", what, cudaGetErrorString(code));
}

static Driver functions;

Error conorm::rt::cuda::driverFailure(const char *what, CUresult code) {
  const char *text = nullptr;
  if (functions.getErrorString)
    functions.getErrorString(code, &text);
  return makeError(code == CUDA_ERROR_OUT_OF_MEMORY ? CONORM_ERROR_RESOURCE
                                                    : CONORM_ERROR_SYSTEM,
                   "%s: %s", what, text ? text : "unknown error of the driver");
}

template <typename Function>
static Error take(const char *name, Function &out, unsigned version = 12000) {
  void *function = nullptr;
  cudaDriverEntryPointQueryResult found;
  cudaError_t code = cudaGetDriverEntryPointByVersion(
      name, &function, version, cudaEnableDefault, &found);
  if (code != cudaSuccess)
    return cudaFailure(name, code);
  if (found != cudaDriverEntryPointSuccess || !function)
    return makeError(CONORM_ERROR_UNSUPPORTED, "the CUDA driver has no %s",
                     name);
  out = reinterpret_cast<Function>(function);
  return success();
}

static Error loadOnce() {
  // One hardware queue for each rank of this process: with fewer, a kernel
  // that waits for another may stand in front of it. CUDA reads it when it
  // starts, and a choice of the user's stays.
  setenv("CUDA_DEVICE_MAX_CONNECTIONS", "32", /*overwrite=*/0);
  int devices = 0;
  cudaError_t code = cudaGetDeviceCount(&devices);
  if (code != cudaSuccess || devices == 0) {
    cudaGetLastError();
    return makeError(
        CONORM_ERROR_UNSUPPORTED, "the cuda backend found no usable device: %s",
        code == cudaSuccess ? "there is none" : cudaGetErrorString(code));
  }
  // Unqualified names of functions that have versions mean the newest one.
  Error error = take("cuGetErrorString", functions.getErrorString);
  auto add = [&](const char *name, auto &out) {
    if (!error)
      error = take(name, out);
  };
  add("cuMemGetAllocationGranularity", functions.getGranularity);
  add("cuMemCreate", functions.create);
  add("cuMemRelease", functions.release);
  add("cuMemAddressReserve", functions.reserve);
  add("cuMemAddressFree", functions.freeAddress);
  add("cuMemMap", functions.map);
  add("cuMemUnmap", functions.unmap);
  add("cuMemSetAccess", functions.setAccess);
  add("cuMemExportToShareableHandle", functions.exportHandle);
  add("cuMemImportFromShareableHandle", functions.importHandle);
  add("cuDeviceGetAttribute", functions.getAttribute);
  add("cuCtxGetCurrent", functions.getCurrent);
  add("cuCtxPushCurrent", functions.pushCurrent);
  add("cuCtxPopCurrent", functions.popCurrent);
  add("cuKernelGetFunction", functions.getFunction);
  add("cuLaunchKernelEx", functions.launch);
  add("cuGraphKernelNodeGetParams", functions.getKernelNode);
  // Done without where there is none.
  (void)take("cuFuncGetName", functions.getFunctionName, 12030);
  (void)take("cuKernelGetName", functions.getKernelName, 12030);
  (void)take("cuStreamWaitValue32", functions.waitValue);
  return error;
}

Error conorm::rt::cuda::loadDriver(const Driver *&out) {
  static std::once_flag once;
  static Error outcome;
  std::call_once(once, [] { outcome = loadOnce(); });
  out = &functions;
  return outcome;
}
