//===- DeviceMemory.h - Memory that ranks map from one another --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Between threads a pointer; between processes a cuMem allocation as a POSIX
// descriptor, or cudaMalloc's memory as a cudaIpc handle, which guarantees less
// (docs/CUDAProtocol.md).
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_DEVICEMEMORY_H
#define CONORM_RUNTIME_LIB_CUDA_DEVICEMEMORY_H

#include "Driver.h"

#include "control/Mesh.h"

#include <memory>
#include <vector>

namespace conorm::rt::cuda {

enum class HandleKind : uint32_t { Descriptor = 0, Ipc = 1 };

class DeviceMemory {
public:
  /// Zeroed memory on the current device, for all `devices` of this process
  /// that will use it.
  static Error allocate(size_t bytes, HandleKind kind,
                        const std::vector<int> &devices,
                        std::shared_ptr<DeviceMemory> &out);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory &) = delete;
  DeviceMemory &operator=(const DeviceMemory &) = delete;

  char *data() const { return base; }

  /// Sets `count` bytes, and waits until that is done.
  Error fill(size_t offset, uint8_t value, size_t count);

  /// Hands this memory to a member. Number and generation name it.
  static Error exportTo(Mesh &mesh, int peer, uint64_t number,
                        const std::shared_ptr<DeviceMemory> &memory,
                        const Deadline &deadline);
  /// Takes what `peer` exported, for the current device.
  static Error importFrom(Mesh &mesh, int peer, uint64_t number, size_t bytes,
                          HandleKind kind, const Deadline &deadline,
                          std::shared_ptr<DeviceMemory> &out);

private:
  DeviceMemory() = default;
  Error allocateMapped(const std::vector<int> &devices);
  Error openIpc(const cudaIpcMemHandle_t &from);
  Error mapHandle(const std::vector<int> &devices);
  Error exportDescriptor(FileDescriptor &out) const;

  char *base = nullptr;
  size_t bytes = 0;
  HandleKind kind = HandleKind::Descriptor;
  int device = 0;
  /// Descriptor: the allocation, and whether `base` is a reserved address.
  CUmemGenericAllocationHandle handle = 0;
  bool hasHandle = false;
  size_t reserved = 0;
  bool mapped = false;
  /// Ipc: whether it was opened rather than allocated.
  bool opened = false;
};

/// Lets kernels on `device` use what ranks of this process allocate on
/// `others`. Descriptors are mapped for all of them in allocate().
Error reachDevices(int device, const std::vector<int> &others, HandleKind kind);

/// The kind that a device offers and CONORM_CUDA_HANDLES (fd, ipc) does not
/// exclude.
Error chooseHandleKind(int device, HandleKind &out);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_DEVICEMEMORY_H
