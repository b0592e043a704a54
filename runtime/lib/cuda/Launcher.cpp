//===- Launcher.cpp - Launches of kernels ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"

using namespace conorm::rt;
using namespace conorm::rt::cuda;

Error Launcher::connect(cudaStream_t to) {
  stream = to;
  if (Error error = loadDriver(driver))
    return error;
  CUresult code = driver->getCurrent(&context);
  if (code != CUDA_SUCCESS || !context)
    return driverFailure("cuCtxGetCurrent", code);
  return success();
}

Launcher::Scope::Scope(const Launcher &launcher) {
  CUcontext current = nullptr;
  if (launcher.driver->getCurrent(&current) == CUDA_SUCCESS &&
      current == launcher.context)
    return;
  if (launcher.driver->pushCurrent(launcher.context) == CUDA_SUCCESS)
    driver = launcher.driver;
}

Launcher::Scope::~Scope() {
  CUcontext ignored;
  if (driver)
    driver->popCurrent(&ignored);
}

Error Launcher::launch(const char *name, CUfunction function,
                       const LaunchShape &shape, void **params) const {
  CUlaunchAttribute attributes[2]{};
  CUlaunchConfig config{};
  config.gridDimX = shape.grid.x;
  config.gridDimY = shape.grid.y;
  config.gridDimZ = shape.grid.z;
  config.blockDimX = shape.block.x;
  config.blockDimY = shape.block.y;
  config.blockDimZ = shape.block.z;
  config.sharedMemBytes = unsigned(shape.sharedBytes);
  config.hStream = stream;
  config.attrs = attributes;
  if (shape.isDependent) {
    CUlaunchAttribute &attribute = attributes[config.numAttrs++];
    attribute.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
    attribute.value.programmaticStreamSerializationAllowed = 1;
  }
  if (shape.clusterSize) {
    CUlaunchAttribute &attribute = attributes[config.numAttrs++];
    attribute.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
    attribute.value.clusterDim = {shape.clusterSize, 1, 1};
  }
  CUresult code = driver->launch(&config, function, params, nullptr);
  return code == CUDA_SUCCESS ? success() : driverFailure(name, code);
}
