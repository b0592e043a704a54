//===- DeviceBuffers.h - Buffers on a context's device ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers that outlive calls. Each has a number that is never used again, so
// that a release which comes after the context's end does nothing. Memory that
// was released is used again by calls on the same stream, which come later:
// nobody waits.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_DEVICEBUFFERS_H
#define CONORM_RUNTIME_LIB_MEMORY_DEVICEBUFFERS_H

#include "RangeAllocator.h"

#include "control/Device.h"

#include <utility>

namespace conorm::rt::memory {

class DeviceBuffers {
public:
  explicit DeviceBuffers(Device &device) : device(device) {}
  /// All that are left are gone.
  ~DeviceBuffers();
  DeviceBuffers(const DeviceBuffers &) = delete;
  DeviceBuffers &operator=(const DeviceBuffers &) = delete;

  /// A number with one user, and its memory.
  Error make(uint64_t bytes, uint64_t &number, void *&data);
  uint64_t bytesInUse() const;

  /// From any thread, whatever has become of the context.
  static void addUser(uint64_t number);
  static void release(uint64_t number);

private:
  Device &device;
  RangeAllocator range;
};

/// One use of a buffer.
class BufferUse {
public:
  BufferUse() = default;
  BufferUse(BufferUse &&other) noexcept { swap(other); }
  BufferUse &operator=(BufferUse &&other) noexcept {
    swap(other);
    return *this;
  }
  ~BufferUse() { DeviceBuffers::release(number); }

  Error make(DeviceBuffers &buffers, uint64_t bytes) {
    return buffers.make(bytes, number, memory);
  }
  void *data() const { return memory; }
  /// Another use, for a caller that releases it.
  uint64_t share() const {
    DeviceBuffers::addUser(number);
    return number;
  }

private:
  void swap(BufferUse &other) {
    std::swap(number, other.number);
    std::swap(memory, other.memory);
  }
  /// 0 is none.
  uint64_t number = 0;
  void *memory = nullptr;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_DEVICEBUFFERS_H
