//===- DeviceCalls.h - Calls of entries on a device -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a context with device memory keeps between calls of entries.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_DEVICECALLS_H
#define CONORM_RUNTIME_LIB_MEMORY_DEVICECALLS_H

#include "CallMemory.h"
#include "DeviceBuffers.h"
#include "Recent.h"

#include <atomic>

namespace conorm::rt::memory {

/// A result as every call with the same sizes and scalars makes it.
struct PlannedResult {
  std::vector<int64_t> shape;
  /// 0 for a scalar.
  uint64_t bytes = 0;
  /// Whether an allocation of the call is its memory and no more than that, so
  /// that the caller's buffer can take its place.
  bool hasOwnMemory = false;
};

/// Where the results of one call go. One element for each result.
struct ResultPlaces {
  /// What allocations that are a result's memory get.
  std::vector<void *> memory;
  /// Where what the call returned is copied afterwards, and then where that is
  /// copied once all results are; null for neither.
  std::vector<void *> copies, lastCopies;
  /// What of these was made for the call.
  std::vector<BufferUse> made;
};

/// An entry that was captured.
struct PlannedGraph {
  std::unique_ptr<CapturedCall> call;
  /// What it was captured with: the arguments' addresses, and the caller's.
  std::vector<const void *> addresses;
  /// Which the kernels were captured with, milliseconds.
  uint32_t deadlineMs = 0;
  /// Where its results go. What the caller does not give is the graph's, so
  /// that addresses repeat.
  ResultPlaces places;
  /// The structure of results that the entry wrote.
  std::vector<uint64_t> words;
};

struct PlannedCall {
  MemoryPlan plan;
  std::vector<PlannedResult> results;
  PlannedGraph graph;
};

struct DeviceCalls {
  explicit DeviceCalls(Device &device) : device(device), buffers(device) {}

  Device &device;
  CallMemory memory;
  DeviceBuffers buffers;
  static constexpr size_t mostPlans = 64;
  /// By entry, sizes and scalars.
  Recent<PlannedCall> planned{mostPlans};
  bool usesGraphs = false;
  /// Where in `planned` the last call is.
  Recent<PlannedCall>::Key lastCall;
  /// Of calls from now on; what was captured has that of then.
  uint32_t deadlineMs = 0;
  /// Set while an entry runs.
  std::atomic<bool> isRunning{false};
  /// Of the last call.
  uint64_t planBytes = 0, resultBytes = 0;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_DEVICECALLS_H
