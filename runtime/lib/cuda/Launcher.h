//===- Launcher.h - Launches of kernels -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_LAUNCHER_H
#define CONORM_RUNTIME_LIB_CUDA_LAUNCHER_H

#include "Driver.h"

namespace conorm::rt::cuda {

/// Where and how large a kernel is launched.
struct LaunchShape {
  dim3 grid, block;
  /// Blocks of a cluster; 0 without clusters.
  unsigned clusterSize = 0;
  size_t sharedBytes = 0;
  /// Whether it may become resident before what is in front of it is complete
  /// (DependentLaunch.cuh).
  bool isDependent = false;
};

/// Launches on one stream of one device, from any thread.
class Launcher {
public:
  /// The device is current.
  Error connect(cudaStream_t stream);

  /// Makes the device's context current on this thread, for a scope.
  class Scope {
  public:
    explicit Scope(const Launcher &launcher);
    ~Scope();
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

  private:
    const Driver *driver = nullptr;
  };

  /// In a scope.
  Error launch(const char *name, CUfunction function, const LaunchShape &shape,
               void **params) const;

private:
  const Driver *driver = nullptr;
  CUcontext context = nullptr;
  cudaStream_t stream = nullptr;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_LAUNCHER_H
