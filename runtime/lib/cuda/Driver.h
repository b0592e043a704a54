//===- Driver.h - CUDA's calls and their errors -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The runtime is linked statically; the driver is never linked. Its functions
// are taken at run time, so that this library loads where there is no driver.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_DRIVER_H
#define CONORM_RUNTIME_LIB_CUDA_DRIVER_H

#include "support/Error.h"

#include <cuda.h>
#include <cuda_runtime_api.h>

namespace conorm::rt::cuda {

/// "<what>: <CUDA's text>", and clears CUDA's last error.
Error cudaFailure(const char *what, cudaError_t code);
Error driverFailure(const char *what, CUresult code);

/// success() or cudaFailure().
inline Error checkCuda(const char *what, cudaError_t code) {
  return code == cudaSuccess ? success() : cudaFailure(what, code);
}

/// Functions of the driver: for memory that other processes can map, and to
/// launch kernels, which costs the host a fifth less than by the runtime.
struct Driver {
  decltype(&cuMemGetAllocationGranularity) getGranularity = nullptr;
  decltype(&cuMemCreate) create = nullptr;
  decltype(&cuMemRelease) release = nullptr;
  decltype(&cuMemAddressReserve) reserve = nullptr;
  decltype(&cuMemAddressFree) freeAddress = nullptr;
  decltype(&cuMemMap) map = nullptr;
  decltype(&cuMemUnmap) unmap = nullptr;
  decltype(&cuMemSetAccess) setAccess = nullptr;
  decltype(&cuMemExportToShareableHandle) exportHandle = nullptr;
  decltype(&cuMemImportFromShareableHandle) importHandle = nullptr;
  decltype(&cuDeviceGetAttribute) getAttribute = nullptr;
  decltype(&cuGetErrorString) getErrorString = nullptr;
  decltype(&cuCtxGetCurrent) getCurrent = nullptr;
  decltype(&cuCtxPushCurrent) pushCurrent = nullptr;
  decltype(&cuCtxPopCurrent) popCurrent = nullptr;
  decltype(&cuKernelGetFunction) getFunction = nullptr;
  decltype(&cuLaunchKernelEx) launch = nullptr;
  decltype(&cuGraphKernelNodeGetParams) getKernelNode = nullptr;
  /// Of newer drivers, and null with older ones.
  decltype(&cuFuncGetName) getFunctionName = nullptr;
  decltype(&cuKernelGetName) getKernelName = nullptr;
  decltype(&cuStreamWaitValue32) waitValue = nullptr;
};

/// Loads the driver's functions once. Fails where there is no driver.
Error loadDriver(const Driver *&out);

/// Makes a device current for a scope.
class DeviceScope {
public:
  explicit DeviceScope(int device) {
    if (cudaGetDevice(&before) != cudaSuccess || before == device)
      before = -1;
    else
      cudaSetDevice(device);
  }
  ~DeviceScope() {
    if (before >= 0)
      cudaSetDevice(before);
  }
  DeviceScope(const DeviceScope &) = delete;
  DeviceScope &operator=(const DeviceScope &) = delete;

private:
  int before = -1;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_DRIVER_H
