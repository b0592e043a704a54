//===- CallMemory.cpp - Memory of the running call ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallMemory.h"

#include <cinttypes>

using namespace conorm::rt;
using namespace conorm::rt::memory;

MemoryPlan conorm::rt::memory::makePlan(const Trace &trace,
                                        const std::vector<int32_t> &resultOf) {
  std::vector<Lifetime> all = trace.lifetimes(), inArena;
  for (size_t i = 0; i < all.size(); ++i)
    if (resultOf[i] < 0)
      inArena.push_back(all[i]);
  Layout layout = layOut(inArena);
  MemoryPlan plan;
  plan.arenaBytes = layout.bytes;
  size_t next = 0;
  for (size_t i = 0; i < all.size(); ++i)
    plan.places.push_back({all[i].bytes,
                           resultOf[i] < 0 ? layout.offsets[next++] : 0,
                           resultOf[i]});
  return plan;
}

static Error notInCall() {
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "expected a call of an entry, found none: the memory is of "
                   "calls of conorm_module_invoke");
}

static Error otherPath(size_t count, const std::string &expected,
                       const std::string &found) {
  return makeError(CONORM_ERROR_MODULE,
                   "allocation %zu: expected %s as in the plan for these sizes "
                   "and scalars, found %s: the entry's host code depends on "
                   "something else",
                   count, expected.c_str(), found.c_str());
}

Error CallMemory::allocate(uint64_t bytes, void *&out) {
  if (state == State::Planning)
    return trace.allocate(bytes, out);
  if (state == State::Idle)
    return notInCall();
  auto text = [](uint64_t bytes) { return std::to_string(bytes) + " bytes"; };
  if (count >= plan->places.size())
    return otherPath(count, "none", text(bytes));
  const MemoryPlan::Place &place = plan->places[count];
  if (place.bytes != bytes)
    return otherPath(count, text(place.bytes), text(bytes));
  ++count;
  out = place.result < 0 ? arena + place.offset
                         : (*results)[size_t(place.result)];
  return success();
}

Error CallMemory::free(void *memory) {
  if (state == State::Planning)
    return trace.free(memory);
  return state == State::Idle ? notInCall() : success();
}

void CallMemory::beginPlanning() {
  state = State::Planning;
  trace = Trace();
}

Trace CallMemory::endPlanning() {
  state = State::Idle;
  return std::move(trace);
}

void CallMemory::begin(const MemoryPlan &given, char *memory,
                       const std::vector<void *> &places) {
  state = State::Running;
  plan = &given;
  arena = memory;
  results = &places;
  count = 0;
}

Error CallMemory::end() {
  state = State::Idle;
  if (count != plan->places.size())
    return otherPath(count, std::to_string(plan->places.size()) + " in all",
                     "no more");
  return success();
}
