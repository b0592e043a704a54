//===- DeviceBuffers.cpp - Buffers on a context's device ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceBuffers.h"

#include <cinttypes>
#include <mutex>
#include <unordered_map>

using namespace conorm::rt;
using namespace conorm::rt::memory;

namespace {
struct Record {
  DeviceBuffers *owner;
  RangeAllocator *range;
  uint64_t offset;
  uint64_t users;
};

/// Of all contexts of this process.
struct Registry {
  std::mutex mutex;
  std::unordered_map<uint64_t, Record> records;
  uint64_t last = 0;
};
} // namespace

/// Never destroyed: a release may come at the very end of the process.
static Registry &registry() {
  static Registry *all = new Registry;
  return *all;
}

DeviceBuffers::~DeviceBuffers() {
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto &records = registry().records;
  for (auto at = records.begin(); at != records.end();)
    at = at->second.owner == this ? records.erase(at) : std::next(at);
}

Error DeviceBuffers::make(uint64_t bytes, uint64_t &number, void *&data) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  std::optional<uint64_t> offset = range.allocate(bytes);
  if (!offset) {
    if (Error error = device.grow(Region::Buffers, range.sizeFor(bytes)))
      return explain(std::move(error),
                     format("cannot make a buffer of %" PRIu64 " bytes beside "
                            "buffers of %" PRIu64 " bytes",
                            bytes, range.used()));
    range.growTo(device.bytesOf(Region::Buffers));
    offset = range.allocate(bytes);
  }
  number = ++registry().last;
  registry().records[number] = {this, &range, *offset, 1};
  data = device.baseOf(Region::Buffers) + *offset;
  return success();
}

uint64_t DeviceBuffers::bytesInUse() const {
  std::lock_guard<std::mutex> lock(registry().mutex);
  return range.used();
}

void DeviceBuffers::addUser(uint64_t number) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto at = registry().records.find(number);
  if (at != registry().records.end())
    ++at->second.users;
}

void DeviceBuffers::release(uint64_t number) {
  if (!number)
    return;
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto at = registry().records.find(number);
  if (at == registry().records.end() || --at->second.users)
    return;
  at->second.range->free(at->second.offset);
  registry().records.erase(at);
}
