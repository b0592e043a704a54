//===- CudaDevice.h - Memory, programs and graphs of a device ---*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CUDADEVICE_H
#define CONORM_RUNTIME_LIB_CUDA_CUDADEVICE_H

#include "GrowingMemory.h"
#include "Program.h"

#include "control/ControlPlane.h"
#include "control/Device.h"

namespace conorm::rt::cuda {

class CudaDevice : public Device {
public:
  struct Settings {
    int device;
    /// Ten times the compute capability.
    uint32_t arch;
    /// Whether kernels may become resident early (DependentLaunch.cuh).
    bool dependentLaunch;
    cudaStream_t stream;
    /// Whether some process of the world has several ranks.
    bool hasNeighbors;
  };
  /// `poll` finds what went wrong in earlier calls, `synchronize` waits for
  /// them.
  CudaDevice(const Settings &settings, const Launcher &launcher,
             ControlPlane &control, std::function<Error()> poll,
             std::function<Error()> synchronize)
      : settings(settings), launcher(launcher), control(control),
        poll(std::move(poll)), synchronize(std::move(synchronize)) {}

  Error load(const conorm_device_program *key, uint64_t serial,
             const conorm_device_program &program) override;
  Error global(const conorm_device_program *key, uint32_t index,
               const void *&out) override;
  Error grow(Region region, uint64_t bytes) override;
  char *baseOf(Region region) const override {
    return regions[uint32_t(region)].base();
  }
  uint64_t bytesOf(Region region) const override {
    return regions[uint32_t(region)].bytes();
  }
  Error write(void *to, const void *from, uint64_t bytes) override;
  Error read(void *to, const void *from, uint64_t bytes) override;
  Error copy(void *to, const void *from, uint64_t bytes) override;
  Error settle(const char *entry) override;
  Error capture(const std::function<Error()> &enqueue,
                std::unique_ptr<CapturedCall> &call) override;
  Error replay(CapturedCall &call) override;

  Error launch(const conorm_launch_kernel_args &args);

private:
  struct Loaded {
    const conorm_device_program *key;
    uint64_t serial;
    std::unique_ptr<Program> program;
  };
  Error find(const conorm_device_program *key, const Program *&out) const;
  Error transfer(void *to, const void *from, uint64_t bytes,
                 cudaMemcpyKind kind);

  Settings settings;
  const Launcher &launcher;
  ControlPlane &control;
  std::function<Error()> poll, synchronize;
  GrowingMemory regions[numRegions];
  std::vector<Loaded> programs;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CUDADEVICE_H
