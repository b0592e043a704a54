//===- BootstrapThreads.cpp - Ranks that are threads of one process -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

using namespace conorm::rt;

namespace {
/// One allgather.
struct Round {
  size_t bytes = 0;
  int arrived = 0;
  std::vector<bool> present;
  std::vector<char> data;
  std::string failure;
};

struct ThreadWorld {
  std::mutex mutex;
  std::condition_variable changed;
  int worldSize = 0;
  uint64_t current = 0;
  std::shared_ptr<Round> round;
  /// First rank whose bootstrap was released, -1 if none.
  int released = -1;
};

struct ThreadRank {
  std::shared_ptr<ThreadWorld> world;
  int rank = 0;
  uint64_t sequence = 0;
  ProcessOwner owner;
};
} // namespace

static void failRound(ThreadWorld &world, const std::string &reason) {
  if (!world.round || world.round->arrived == world.worldSize ||
      !world.round->failure.empty())
    return;
  world.round->failure = reason;
  world.changed.notify_all();
}

static std::string missingRanks(const ThreadWorld &world, const Round &round,
                                uint32_t deadlineMs) {
  int missing = 0;
  while (missing < world.worldSize - 1 && round.present[missing])
    ++missing;
  return format("rank %d did not take part within %u ms", missing, deadlineMs);
}

/// Enters the round of the rank's sequence number, under the world's lock.
static std::shared_ptr<Round> enterRound(ThreadRank &self, const void *send,
                                         size_t bytes) {
  ThreadWorld &world = *self.world;
  if (++self.sequence < world.current) {
    auto late = std::make_shared<Round>();
    late->failure = "the other ranks gave up on this allgather";
    return late;
  }
  if (self.sequence > world.current) {
    failRound(world, format("rank %d gave up on this allgather", self.rank));
    world.current = self.sequence;
    world.round = std::make_shared<Round>();
    world.round->bytes = bytes;
    world.round->present.resize(world.worldSize);
    world.round->data.resize(bytes * world.worldSize);
  }
  std::shared_ptr<Round> round = world.round;
  if (world.released >= 0)
    failRound(world, format("rank %d is gone (its bootstrap was released)",
                            world.released));
  if (round->bytes != bytes)
    failRound(world, format("rank %d gathers %zu bytes, the others %zu",
                            self.rank, bytes, round->bytes));
  if (!round->failure.empty())
    return round;
  if (bytes)
    memcpy(round->data.data() + bytes * self.rank, send, bytes);
  round->present[self.rank] = true;
  if (++round->arrived == world.worldSize)
    world.changed.notify_all();
  return round;
}

static int32_t threadAllgather(void *user, const void *send, size_t bytes,
                               void *recv, uint32_t deadlineMs) {
  BootstrapUse use(user, bytes);
  if (!use)
    return 1;
  ThreadRank &self = *static_cast<ThreadRank *>(user);
  ThreadWorld &world = *self.world;
  if (Error error = claimBootstrap(self.owner)) {
    setBootstrapFailure(error.message);
    return 1;
  }
  Deadline deadline(deadlineMs);
  std::unique_lock<std::mutex> lock(world.mutex);
  std::shared_ptr<Round> round = enterRound(self, send, bytes);
  while (round->failure.empty() && round->arrived < world.worldSize) {
    world.changed.wait_for(lock, std::chrono::nanoseconds(deadline.slice()));
    if (deadline.passed() && round->failure.empty() &&
        round->arrived < world.worldSize)
      failRound(world, missingRanks(world, *round, deadlineMs));
  }
  if (!round->failure.empty()) {
    setBootstrapFailure(round->failure);
    return 1;
  }
  if (bytes)
    memcpy(recv, round->data.data(), round->data.size());
  return 0;
}

static void releaseThread(void *user) {
  // Of a foreign one the lock may be held, by a thread that is not here.
  if (static_cast<ThreadRank *>(user)->owner.isForeign())
    return;
  std::unique_ptr<ThreadRank> self(static_cast<ThreadRank *>(user));
  std::lock_guard<std::mutex> lock(self->world->mutex);
  if (self->world->released < 0)
    self->world->released = self->rank;
  failRound(*self->world,
            format("rank %d is gone (its bootstrap was released)", self->rank));
}

static Error makeThreads(int32_t worldSize, conorm_bootstrap *out,
                         std::vector<conorm_bootstrap *> &elements) {
  // Elements advance by the size that the caller was compiled with.
  char *at = reinterpret_cast<char *>(out);
  for (int32_t rank = 0; rank < worldSize; ++rank) {
    elements.push_back(reinterpret_cast<conorm_bootstrap *>(at));
    if (Error error = clearBootstrap(*elements.back())) {
      elements.pop_back();
      return error;
    }
    at += elements.back()->struct_size;
  }
  auto world = std::make_shared<ThreadWorld>();
  world->worldSize = worldSize;
  for (int32_t rank = 0; rank < worldSize; ++rank) {
    conorm_bootstrap &element = *elements[rank];
    element.rank = rank;
    element.world_size = worldSize;
    element.allgather = threadAllgather;
    auto *self = new ThreadRank;
    self->world = world;
    self->rank = rank;
    element.user = self;
    element.release = releaseThread;
    if (Error error = addBootstrap(element))
      return error;
  }
  return success();
}

conorm_status conorm_bootstrap_threads(int32_t worldSize,
                                       conorm_bootstrap *out) {
  if (!out || worldSize < 1 || worldSize > CONORM_MAX_WORLD_SIZE)
    return CONORM_ERROR_INVALID_ARGUMENT;
  std::vector<conorm_bootstrap *> elements;
  Error error = guarded([&] { return makeThreads(worldSize, out, elements); });
  if (error)
    for (conorm_bootstrap *element : elements)
      conorm_bootstrap_release(element);
  return error.code;
}
