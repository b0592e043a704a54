//===- Program.h - A program on a device ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROGRAM_H
#define CONORM_RUNTIME_LIB_CUDA_PROGRAM_H

#include "Launcher.h"

#include "conorm-runtime/device.h"

#include <memory>
#include <vector>

namespace conorm::rt::cuda {

/// What of an artifact lies on the current device: all of its kernels, loaded,
/// and its constants.
class Program {
public:
  /// `arch` is ten times the compute capability. Kernels that can await others
  /// are launched before those are complete if `dependentLaunch`. Nothing of
  /// `program` is kept.
  static Error load(const conorm_device_program &program, int device,
                    uint32_t arch, bool dependentLaunch, cudaStream_t stream,
                    std::unique_ptr<Program> &out);
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  Error launch(const conorm_launch_kernel_args &args,
               const Launcher &launcher) const;
  Error global(uint32_t index, const void *&out) const;

private:
  struct KernelRecord {
    CUfunction function;
    uint32_t numParams;
    uint32_t maxThreads;
    uint32_t maxSharedBytes;
    std::string name;
  };

  Program() = default;
  Error loadImage(const conorm_device_image &image, int device, uint32_t arch,
                  const char *firstKernel);
  Error loadKernel(const conorm_device_kernel &kernel, uint32_t sharedBytes);
  Error loadGlobals(const conorm_device_program &program, cudaStream_t stream);

  cudaLibrary_t library = nullptr;
  bool isDependent = false;
  std::vector<KernelRecord> kernels;
  char *constants = nullptr;
  std::vector<const void *> globals;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROGRAM_H
