//===- World.h - State that a rank shares with all its peers ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One page per rank, writable by all peers: the doorbell, and who aborted, left
// or died. Everything else a rank shares is read-only to the others, but for
// the slots of a group of two.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_WORLD_H
#define CONORM_RUNTIME_LIB_CONTROL_WORLD_H

#include "Mesh.h"

#include <atomic>
#include <pthread.h>

namespace conorm::rt {

/// Why a rank gave up; written once, then `ready` is released.
struct AbortRecord {
  std::atomic<uint32_t> ready;
  uint32_t code;
  char message[1024];
};

/// What a rank sleeps for, in one word, so that a peer reads it whole. It is
/// written when the rank goes to sleep and by the rank alone: one that was
/// stopped or killed in its sleep still says it long after it was woken.
struct SleepNote {
  /// Number of the communicator.
  uint32_t communicator;
  /// First member that has not posted.
  int rank;
  /// The doorbell that the rank went to sleep on.
  uint32_t bell;

  static constexpr uint64_t awake = 0;
  uint64_t pack() const {
    return uint64_t(bell) << 32 | (communicator & 0xffffff) << 8 |
           uint32_t(rank + 1);
  }
  static SleepNote unpack(uint64_t word) {
    return {uint32_t(word) >> 8, int(word & 0xff) - 1, uint32_t(word >> 32)};
  }
};

struct RankControl {
  /// Event count. Peers add to it, and wake, only when `sleeping` is set.
  alignas(128) std::atomic<uint32_t> doorbell;
  alignas(128) std::atomic<uint32_t> sleeping;
  /// A bit for each rank of the world. `aborted` and `left` are set by the
  /// peers, `lost` by this rank's monitor.
  alignas(128) std::atomic<uint64_t> aborted;
  std::atomic<uint64_t> left;
  std::atomic<uint64_t> lost;
  std::atomic<uint32_t> launcherLost;
  /// A packed SleepNote; SleepNote::awake if it does not sleep.
  std::atomic<uint64_t> sleepNote;
  alignas(128) AbortRecord record;
};
static_assert(sizeof(RankControl) <= 4096, "one page");
static_assert(std::atomic<uint64_t>::is_always_lock_free,
              "shared between processes");

class World {
public:
  /// Connects to all peers and hands them this rank's page. Collective.
  Error connect(const conorm_bootstrap &bootstrap, const WorldTerms &terms,
                const Deadline &deadline);
  /// Takes the peers' pages, which are there, and starts to watch the peers.
  Error join(const conorm_bootstrap &bootstrap, const Deadline &deadline);
  ~World();

  Mesh &mesh() { return connections; }
  int rank() const { return connections.rank(); }
  int size() const { return connections.worldSize(); }
  RankControl &own() const { return *controls[rank()]; }
  RankControl &control(int rank) const { return *controls[rank]; }

  /// Wakes a rank that declared it sleeps. The caller has published what the
  /// rank waits for by a sequentially consistent store.
  void ring(int rank) const;
  /// Sleeps until the doorbell moves from `bell` or the time has passed.
  void sleep(uint32_t bell, int64_t nanoseconds) const;

  /// Quick test whether checkPeers() has something to say.
  bool disturbed() const {
    return own().aborted.load(std::memory_order_acquire) ||
           own().lost.load(std::memory_order_acquire) ||
           own().launcherLost.load(std::memory_order_acquire);
  }
  /// What happened to the world, "<prefix><what>"; success if nothing did.
  Error checkPeers(const std::string &prefix) const;

  /// Tells the peers that this rank makes no more calls. The end of the world
  /// does so too.
  void leave() const {
    if (!controls.empty())
      tellPeers(&RankControl::left);
  }

  /// Writes this rank's abort record and wakes everybody.
  void publishFailure(const Error &error);

  uint32_t deadlineMs() const {
    return deadline.load(std::memory_order_relaxed);
  }
  void setDeadline(uint32_t milliseconds) {
    deadline.store(milliseconds, std::memory_order_relaxed);
  }
  /// How long a wait spins before it sleeps, nanoseconds.
  int64_t spinTime() const { return spinNanoseconds; }

private:
  Error startMonitor(int launcher);
  static void *runMonitor(void *world);
  void monitor();
  void ringAlways(int rank) const;
  void tellPeers(std::atomic<uint64_t> RankControl::*mask) const;
  Error adopt(int rank, const std::string &prefix) const;

  Mesh connections;
  std::vector<std::shared_ptr<Segment>> segments;
  std::vector<RankControl *> controls;
  std::atomic<uint32_t> deadline{0};
  int64_t spinNanoseconds = 0;

  FileDescriptor stopMonitor;
  /// Set before the event: a host may have closed the descriptors that it
  /// finds, this one among them.
  std::atomic<bool> monitorEnds{false};
  /// By rank: the processes of peers. Their sockets tell of their deaths too,
  /// but not while a child that a peer has forked holds a copy.
  std::vector<FileDescriptor> processes;
  int launcherFd = -1;
  bool monitorRuns = false;
  pthread_t monitorThread{};
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_WORLD_H
