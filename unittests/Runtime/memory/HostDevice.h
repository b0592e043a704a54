//===- HostDevice.h - A device in the memory of the host --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_MEMORY_HOSTDEVICE_H
#define CONORM_UNITTESTS_RUNTIME_MEMORY_HOSTDEVICE_H

#include "control/Device.h"

#include "conorm-runtime/profile.h"

#include <cstring>
#include <vector>

namespace conorm::test {

/// A device whose memory is the host's, so that the operations of the CPU
/// backend work on it, and that is full when `limit` says so. It enqueues
/// nothing: what is called is done.
class HostDevice : public rt::Device {
public:
  struct Graph : rt::CapturedCall {
    rt::Error visit(
        const std::function<void(uint32_t, const char *)> &see) const override {
      see(CONORM_WORK_KERNEL, "host");
      see(CONORM_WORK_COPY, "");
      return rt::success();
    }
  };
  explicit HostDevice(uint64_t limit = 1 << 20) : limit(limit) {
    for (std::vector<char> &region : regions)
      region.resize(limit + 256);
  }

  rt::Error load(const conorm_device_program *, uint64_t,
                 const conorm_device_program &) override {
    ++loads;
    return rt::success();
  }
  rt::Error global(const conorm_device_program *, uint32_t,
                   const void *&out) override {
    out = constant;
    return rt::success();
  }
  rt::Error grow(rt::Region region, uint64_t bytes) override {
    uint64_t &size = sizes[uint32_t(region)];
    if (bytes > limit)
      return rt::makeError(CONORM_ERROR_RESOURCE, "%llu bytes are free",
                           static_cast<unsigned long long>(limit - size));
    if (bytes > size) {
      size = bytes;
      ++growths;
    }
    return rt::success();
  }
  char *baseOf(rt::Region region) const override {
    uintptr_t at =
        reinterpret_cast<uintptr_t>(regions[uint32_t(region)].data());
    return reinterpret_cast<char *>((at + 255) / 256 * 256);
  }
  uint64_t bytesOf(rt::Region region) const override {
    return sizes[uint32_t(region)];
  }
  rt::Error write(void *to, const void *from, uint64_t bytes) override {
    memcpy(to, from, bytes);
    return rt::success();
  }
  rt::Error read(void *to, const void *from, uint64_t bytes) override {
    memcpy(to, from, bytes);
    return rt::success();
  }
  rt::Error copy(void *to, const void *from, uint64_t bytes) override {
    memcpy(to, from, bytes);
    ++copies;
    return rt::success();
  }
  rt::Error settle(const char *) override {
    ++settles;
    return rt::success();
  }
  rt::Error capture(const std::function<rt::Error()> &enqueue,
                    std::unique_ptr<rt::CapturedCall> &call) override {
    ++captures;
    if (!call)
      call = std::make_unique<Graph>();
    return enqueue();
  }
  rt::Error replay(rt::CapturedCall &) override {
    ++replays;
    return rt::success();
  }

  uint64_t limit;
  int loads = 0, growths = 0, copies = 0, settles = 0, captures = 0,
      replays = 0;
  char constant[64] = {};

private:
  std::vector<char> regions[rt::numRegions];
  uint64_t sizes[rt::numRegions] = {};
};

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_MEMORY_HOSTDEVICE_H
