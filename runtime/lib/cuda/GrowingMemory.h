//===- GrowingMemory.h - Device memory that grows in place ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_GROWINGMEMORY_H
#define CONORM_RUNTIME_LIB_CUDA_GROWINGMEMORY_H

#include "Driver.h"

#include <vector>

namespace conorm::rt::cuda {

/// Addresses for as much as the device has are reserved at once, and memory is
/// mapped behind what is there: nothing moves.
class GrowingMemory {
public:
  GrowingMemory() = default;
  ~GrowingMemory();
  GrowingMemory(const GrowingMemory &) = delete;
  GrowingMemory &operator=(const GrowingMemory &) = delete;

  /// Makes it at least `bytes` bytes large, on the current device.
  Error grow(int device, uint64_t bytes);
  char *base() const { return reinterpret_cast<char *>(address); }
  uint64_t bytes() const { return mapped; }

private:
  struct Chunk {
    CUmemGenericAllocationHandle handle;
    uint64_t bytes;
  };
  Error reserve(int device);
  Error addChunk(int device, uint64_t bytes);

  const Driver *driver = nullptr;
  CUdeviceptr address = 0;
  uint64_t unit = 0, reserved = 0, mapped = 0;
  std::vector<Chunk> chunks;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_GROWINGMEMORY_H
