//===- CallMemory.h - Memory of the running call ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An entry's host code runs once to find out what it allocates; from then on
// the k-th allocation of a call gets the k-th place of the plan.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MEMORY_CALLMEMORY_H
#define CONORM_RUNTIME_LIB_MEMORY_CALLMEMORY_H

#include "Trace.h"

namespace conorm::rt::memory {

/// Where the allocations of a call go.
struct MemoryPlan {
  struct Place {
    uint64_t bytes;
    /// In the arena, unless it is memory of a result.
    uint64_t offset;
    int32_t result;
  };
  std::vector<Place> places;
  /// Of the arena.
  uint64_t arenaBytes = 0;
};

/// Lays out what a call allocates. resultOf[k] is the result whose memory
/// allocation k is, which needs no place; -1 for all others.
MemoryPlan makePlan(const Trace &trace, const std::vector<int32_t> &resultOf);

class CallMemory {
public:
  Error allocate(uint64_t bytes, void *&out);
  Error free(void *memory);

  /// From here on nothing is done and everything is recorded.
  void beginPlanning();
  Trace endPlanning();
  bool isPlanning() const { return state == State::Planning; }

  /// From here on allocations get their places: in `arena`, or where the caller
  /// wants results. All three outlive the call.
  void begin(const MemoryPlan &plan, char *arena,
             const std::vector<void *> &results);
  /// Ends it; an error if the call did not make all of the plan's allocations.
  Error end();

private:
  enum class State { Idle, Planning, Running };
  State state = State::Idle;
  Trace trace;
  const MemoryPlan *plan = nullptr;
  char *arena = nullptr;
  const std::vector<void *> *results = nullptr;
  /// Allocations so far.
  size_t count = 0;
};

} // namespace conorm::rt::memory

#endif // CONORM_RUNTIME_LIB_MEMORY_CALLMEMORY_H
