//===- World.cpp - State that a rank shares with all its peers ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "World.h"

#include "bootstrap/Bootstrap.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

using namespace conorm::rt;

/// Number of the segment that holds a RankControl; those of communicators
/// follow.
static constexpr uint64_t controlSegment = 0;
static constexpr size_t controlBytes = 4096;

Error World::connect(const conorm_bootstrap &bootstrap, const WorldTerms &terms,
                     const Deadline &deadline) {
  setDeadline(deadline.milliseconds);
  if (Error error = connections.connect(bootstrap, terms, deadline))
    return error;
  std::vector<int> everybody(size());
  for (int peer = 0; peer < size(); ++peer)
    everybody[peer] = peer;
  segments.resize(size());
  std::shared_ptr<Segment> &mine = segments[rank()];
  Error outcome = Segment::create(controlBytes, mine);
  if (!outcome) {
    outcome =
        connections.exportSegment(everybody, controlSegment, mine, deadline);
    mine->closeDescriptor();
  }
  return connections.agree(
      bootstrap,
      explain(std::move(outcome), "cannot make a control page for each rank"),
      deadline);
}

Error World::join(const conorm_bootstrap &bootstrap, const Deadline &deadline) {
  for (int peer = 0; peer < size(); ++peer)
    if (peer != rank())
      if (Error error = connections.importSegment(
              peer, controlSegment, controlBytes, /*writable=*/true, deadline,
              segments[peer]))
        return explain(std::move(error),
                       format("cannot map the control pages of %d ranks, %zu "
                              "bytes each",
                              size(), controlBytes));
  for (const std::shared_ptr<Segment> &segment : segments)
    controls.push_back(reinterpret_cast<RankControl *>(segment->data()));
  // All ranks are on this machine. With a core for each, a peer is most likely
  // running; otherwise spinning takes the time that it needs.
  spinNanoseconds = size() <= connections.sharedCores() ? 50000 : 1000;
  return startMonitor(launcherDescriptor(bootstrap));
}

World::~World() {
  leave();
  if (!monitorRuns)
    return;
  monitorEnds = true;
  uint64_t one = 1;
  // The monitor never blocks on anything but this and the sockets.
  while (write(stopMonitor.get(), &one, sizeof(one)) < 0 && errno == EINTR)
    ;
  pthread_join(monitorThread, nullptr);
}

void World::ringAlways(int rank) const {
  RankControl &peer = *controls[rank];
  peer.doorbell.fetch_add(1, std::memory_order_seq_cst);
  // Not FUTEX_PRIVATE: the word is shared between processes.
  syscall(SYS_futex, &peer.doorbell, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void World::ring(int rank) const {
  if (controls[rank]->sleeping.load(std::memory_order_seq_cst))
    ringAlways(rank);
}

void World::sleep(uint32_t bell, int64_t nanoseconds) const {
  timespec time{time_t(nanoseconds / 1000000000),
                long(nanoseconds % 1000000000)};
  syscall(SYS_futex, &own().doorbell, FUTEX_WAIT, bell, &time, nullptr, 0);
}

void World::tellPeers(std::atomic<uint64_t> RankControl::*mask) const {
  uint64_t bit = uint64_t(1) << rank();
  for (int peer = 0; peer < size(); ++peer) {
    if (peer == rank())
      continue;
    (controls[peer]->*mask).fetch_or(bit, std::memory_order_seq_cst);
    ringAlways(peer);
  }
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

void World::publishFailure(const Error &error) {
  AbortRecord &record = own().record;
  record.code = error.code;
  copyMessage(error.message, record.message, sizeof(record.message));
  record.ready.store(1, std::memory_order_release);
  tellPeers(&RankControl::aborted);
  // Another thread of this rank may be waiting.
  own().aborted.fetch_or(uint64_t(1) << rank(), std::memory_order_seq_cst);
  ringAlways(rank());
}

/// Failures that concern a third rank are passed on as they are, those that the
/// peer brought about itself become the loss of that peer.
Error World::adopt(int peer, const std::string &prefix) const {
  const AbortRecord &record = controls[peer]->record;
  if (!record.ready.load(std::memory_order_acquire))
    return makeError(CONORM_ERROR_PEER_LOST, "%srank %d gave up",
                     prefix.c_str(), peer);
  std::string text(record.message,
                   strnlen(record.message, sizeof(record.message)));
  switch (record.code) {
  case CONORM_ERROR_TIMEOUT:
  case CONORM_ERROR_PEER_LOST:
  case CONORM_ERROR_MISMATCH:
    // Reports are not wrapped in reports.
    if (text.find(" reported: ") != std::string::npos)
      return {conorm_status(record.code), std::move(text)};
    return makeError(conorm_status(record.code), "rank %d reported: %s", peer,
                     text.c_str());
  case CONORM_ERROR_ABORTED:
    return makeError(CONORM_ERROR_PEER_LOST, "%srank %d gave up: %s",
                     prefix.c_str(), peer, text.c_str());
  default:
    return makeError(CONORM_ERROR_PEER_LOST, "%srank %d failed (%s): %s",
                     prefix.c_str(), peer, conorm_status_name(record.code),
                     text.c_str());
  }
}

static int lowestBit(uint64_t mask) { return __builtin_ctzll(mask); }

Error World::checkPeers(const std::string &prefix) const {
  // `lost` is read first: a peer that aborts before it dies has set the other
  // by then, and its own words say more than its death.
  uint64_t lost = own().lost.load(std::memory_order_acquire);
  uint64_t aborted = own().aborted.load(std::memory_order_acquire);
  if (aborted >> rank() & 1)
    return makeError(CONORM_ERROR_ABORTED, "%sthe context was aborted",
                     prefix.c_str());
  if (uint64_t silent = lost & ~aborted)
    return makeError(CONORM_ERROR_PEER_LOST,
                     "%srank %d died (connection closed)", prefix.c_str(),
                     lowestBit(silent));
  if (aborted)
    return adopt(lowestBit(aborted), prefix);
  if (own().launcherLost.load(std::memory_order_acquire))
    return makeError(CONORM_ERROR_PEER_LOST, "%sthe launcher ended",
                     prefix.c_str());
  return success();
}

//===----------------------------------------------------------------------===//
// The monitor
//===----------------------------------------------------------------------===//

Error World::startMonitor(int launcher) {
  bool needed = launcher >= 0;
  for (int peer = 0; peer < size(); ++peer)
    needed |= peer != rank() && connections.socketTo(peer) >= 0;
  if (!needed)
    return success();
  launcherFd = launcher;
  processes.resize(size());
  for (int peer = 0; peer < size(); ++peer)
    if (peer != rank() && connections.socketTo(peer) >= 0)
      processes[peer] = openPeerProcess(connections.socketTo(peer));
  stopMonitor.reset(eventfd(0, EFD_CLOEXEC));
  if (!stopMonitor)
    return systemError("making the event that ends the monitor");
  // The host's signals are for the host's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int number = pthread_create(&monitorThread, nullptr, runMonitor, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (number != 0)
    return threadError("starting the thread that watches the peers", number);
  monitorRuns = true;
  return success();
}

void *World::runMonitor(void *world) {
  static_cast<World *>(world)->monitor();
  return nullptr;
}

void World::monitor() {
  // Only ends are polled for; descriptors of segments wait in the sockets for
  // the thread that wants them.
  std::vector<pollfd> entries;
  std::vector<int> peers;
  auto add = [&](int fd, short events, int peer) {
    entries.push_back({fd, events, 0});
    peers.push_back(peer);
  };
  add(stopMonitor.get(), POLLIN, -1);
  if (launcherFd >= 0)
    add(launcherFd, POLLRDHUP, -1);
  for (int peer = 0; peer < size(); ++peer)
    if (peer != rank() && connections.socketTo(peer) >= 0) {
      add(connections.socketTo(peer), POLLRDHUP, peer);
      if (processes[peer])
        add(processes[peer].get(), POLLIN, peer);
    }
  constexpr int longestWaitMs = 500;
  while (!monitorEnds) {
    if (poll(entries.data(), entries.size(), longestWaitMs) <= 0)
      continue;
    for (size_t i = 0; i < entries.size() && !monitorEnds; ++i) {
      if (!entries[i].revents)
        continue;
      // Closed by the host, which says nothing of the peer.
      if (i == 0 || entries[i].revents & POLLNVAL) {
        entries[i].fd = -1;
        continue;
      }
      entries[i].fd = -1; // poll() ignores it from now on
      if (peers[i] < 0) {
        own().launcherLost.store(1, std::memory_order_seq_cst);
        ringAlways(rank());
        continue;
      }
      // A peer that leaves says so before it closes.
      uint64_t bit = uint64_t(1) << peers[i];
      if (own().left.load(std::memory_order_seq_cst) & bit)
        continue;
      own().lost.fetch_or(bit, std::memory_order_seq_cst);
      ringAlways(rank());
    }
  }
}
