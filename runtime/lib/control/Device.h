//===- Device.h - Memory and programs of a device ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a backend with memory of its own offers to calls of compiled entries,
// beside its operations. Where memory goes is decided above, in memory/.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_DEVICE_H
#define CONORM_RUNTIME_LIB_CONTROL_DEVICE_H

#include "support/Error.h"

#include "conorm-runtime/device.h"

#include <functional>
#include <memory>

namespace conorm::rt {

/// Operations that were captured, to be enqueued again as they are.
class CapturedCall {
public:
  virtual ~CapturedCall() = default;

  /// Shows each of them to `see`: a conorm_work_kind, and a kernel's name.
  virtual Error
  visit(const std::function<void(uint32_t, const char *)> &see) const = 0;
};

/// Memory that grows at its end: its address stays.
enum class Region : uint32_t {
  /// What calls use while they run.
  Arena,
  /// Buffers that outlive calls.
  Buffers
};
constexpr uint32_t numRegions = 2;

class Device {
public:
  virtual ~Device() = default;

  /// Makes a program ready, all of its kernels and constants. Calls name it by
  /// `key`; another `serial` is another program at the address of one that is
  /// gone. Nothing is in flight that waits for this rank.
  virtual Error load(const conorm_device_program *key, uint64_t serial,
                     const conorm_device_program &program) = 0;
  /// Where a constant of a loaded program lies.
  virtual Error global(const conorm_device_program *key, uint32_t index,
                       const void *&out) = 0;

  /// Makes a region at least `bytes` bytes large. The message of an error says
  /// what is free; the region is as it was.
  virtual Error grow(Region region, uint64_t bytes) = 0;
  /// Its address, null before it first grew, and its size.
  virtual char *baseOf(Region region) const = 0;
  virtual uint64_t bytesOf(Region region) const = 0;

  /// Between the device and the host, complete on return. They come after what
  /// was enqueued before.
  virtual Error write(void *to, const void *from, uint64_t bytes) = 0;
  virtual Error read(void *to, const void *from, uint64_t bytes) = 0;
  /// Within the device, enqueued.
  virtual Error copy(void *to, const void *from, uint64_t bytes) = 0;

  /// Waits for the calls so far, and for the other ranks of this process where
  /// some share a device: what one of them does next may block until nothing
  /// runs there, and what runs may wait for that rank. Collective among them:
  /// each is about to call the same entry. Does no more than wait if this rank
  /// is the only one of its process.
  virtual Error settle(const char *entry) = 0;

  /// Captures what `enqueue` enqueues. `call` is null, or what was captured of
  /// the same entry with other addresses, which is brought up to date.
  virtual Error capture(const std::function<Error()> &enqueue,
                        std::unique_ptr<CapturedCall> &call) = 0;
  virtual Error replay(CapturedCall &call) = 0;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_DEVICE_H
