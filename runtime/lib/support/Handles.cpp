//===- Handles.cpp - Which handles are live -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A call looks its handle up without a lock, since it is on the way of every
// operation. It counts itself in and looks again: whoever removes the handle
// takes the object out first and looks at the count then, so that one of the
// two sees the other. Slots are never freed, so that both may look at any time.
//
//===----------------------------------------------------------------------===//

#include "Handles.h"

#include <atomic>
#include <iterator>
#include <mutex>
#include <new>
#include <utility>

using namespace conorm::rt;

namespace {

/// On a cache line of its own: ranks that are threads count in at every call.
struct alignas(64) Slot {
  std::atomic<const void *> object{nullptr};
  std::atomic<uint32_t> kind{0};
  std::atomic<uint32_t> users{0};
  /// Removed while in use; the last user destroys it.
  std::atomic<void *> retired{nullptr};
  /// Under the mutex.
  DestroyHandle destroy = nullptr;
};

constexpr size_t numSlots = 8192;
/// A handle is in one of the slots from its first one on.
constexpr size_t maxProbes = 512;

Slot slots[numSlots];
/// Held while slots change hands.
std::mutex mutex;

size_t firstSlot(const void *object) {
  // Allocations are aligned: the low bits say nothing.
  uint64_t bits = reinterpret_cast<uintptr_t>(object) >> 4;
  return size_t(bits * 0x9e3779b97f4a7c15ull >> 32) % numSlots;
}

Slot *find(Handle kind, const void *object) {
  if (!object)
    return nullptr;
  size_t first = firstSlot(object);
  for (size_t i = 0; i < maxProbes; ++i) {
    Slot &slot = slots[(first + i) % numSlots];
    if (slot.object.load() == object)
      return slot.kind.load() == uint32_t(kind) ? &slot : nullptr;
  }
  return nullptr;
}

/// Destroys what was removed from a slot, if nobody uses it.
void destroyUnused(Slot &slot) {
  void *object = nullptr;
  DestroyHandle destroy = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (slot.users.load() != 0)
      return;
    object = slot.retired.exchange(nullptr);
    destroy = slot.destroy;
  }
  if (object)
    destroy(object);
}

void leave(Slot &slot) {
  if (slot.users.fetch_sub(1) == 1 && slot.retired.load())
    destroyUnused(slot);
}

} // namespace

Error conorm::rt::addHandle(Handle kind, void *object, DestroyHandle destroy) {
  std::lock_guard<std::mutex> lock(mutex);
  size_t first = firstSlot(object);
  for (size_t i = 0; i < maxProbes; ++i) {
    Slot &slot = slots[(first + i) % numSlots];
    if (slot.object.load() || slot.retired.load())
      continue;
    slot.destroy = destroy;
    slot.kind.store(uint32_t(kind));
    slot.object.store(object);
    return success();
  }
  return makeError(CONORM_ERROR_RESOURCE,
                   "expected at most about %zu live contexts, modules, "
                   "launches and bootstraps in a process, found more",
                   numSlots);
}

bool conorm::rt::removeHandle(Handle kind, const void *object) {
  Slot *slot;
  {
    std::lock_guard<std::mutex> lock(mutex);
    slot = find(kind, object);
    if (!slot)
      return false;
    slot->retired.store(const_cast<void *>(object));
    slot->object.store(nullptr);
  }
  destroyUnused(*slot);
  return true;
}

void conorm::rt::freeLater(void *memory) {
  static void *waiting[1024];
  static size_t next = 0;
  {
    std::lock_guard<std::mutex> lock(mutex);
    std::swap(memory, waiting[next]);
    next = (next + 1) % std::size(waiting);
  }
  ::operator delete(memory);
}

HandleUse::HandleUse(Handle kind, const void *object) {
  Slot *found = find(kind, object);
  if (!found)
    return;
  found->users.fetch_add(1);
  if (found->object.load() == object && found->kind.load() == uint32_t(kind))
    slot = found;
  else
    leave(*found);
}

HandleUse::~HandleUse() {
  if (slot)
    leave(*static_cast<Slot *>(slot));
}
