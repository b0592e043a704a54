//===- Relay.cpp - Relays allgathers between ranks ------------------------===//
//-------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A relay for allgathers. It never blocks on one child: reads and writes are
// non-blocking and buffered per child.
//
//===----------------------------------------------------------------------===//

#include "bootstrap/Bootstrap.h"

#include "conorm-runtime/context.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <vector>

using namespace conorm::rt;

namespace {
struct Child {
  FileDescriptor connection;
  std::vector<char> in;
  std::vector<char> out;
  /// The contribution to the current allgather, if it has come.
  bool pending = false;
  std::vector<char> contribution;
};
} // namespace

struct conorm_launch {
  std::vector<Child> children;
  uint64_t current = 0;
  /// When the first of those that wait for the current allgather gives up;
  /// none if nobody waits.
  std::optional<Deadline> expiry;
  /// Why the current allgather failed; later contributors get it too.
  std::string failure;
  /// First rank whose descriptor closed, -1 if none.
  int gone = -1;

  void readFrom(size_t rank);
  void parse(size_t rank);
  void handle(size_t rank, const RequestFrame &request, const char *data);
  void fail(const std::string &reason);
  void complete();
  void expire();
  void reply(Child &child, uint64_t sequence, bool failed, const char *data,
             size_t size);
  void flush(Child &child);
  void close(size_t rank);
};

void conorm_launch::reply(Child &child, uint64_t sequence, bool failed,
                          const char *data, size_t size) {
  ReplyFrame frame{frameMagic, failed, sequence, uint32_t(size), 0};
  const char *bytes = reinterpret_cast<const char *>(&frame);
  child.out.insert(child.out.end(), bytes, bytes + sizeof(frame));
  child.out.insert(child.out.end(), data, data + size);
  flush(child);
}

void conorm_launch::flush(Child &child) {
  while (child.connection && !child.out.empty()) {
    ssize_t sent = send(child.connection.get(), child.out.data(),
                        child.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      child.out.erase(child.out.begin(), child.out.begin() + sent);
    else if (errno != EINTR)
      return; // full, or gone: reading finds out which
  }
}

void conorm_launch::fail(const std::string &reason) {
  failure = reason;
  expiry.reset();
  for (Child &child : children)
    if (std::exchange(child.pending, false))
      reply(child, current, true, reason.data(), reason.size());
}

/// Names who is missing before those who wait give up without knowing.
void conorm_launch::expire() {
  if (!expiry || !expiry->passed())
    return;
  size_t missing = 0;
  while (missing + 1 < children.size() && children[missing].pending)
    ++missing;
  fail(format("rank %zu did not take part within %u ms", missing,
              expiry->milliseconds));
}

void conorm_launch::complete() {
  expiry.reset();
  std::vector<char> all;
  for (Child &child : children)
    all.insert(all.end(), child.contribution.begin(), child.contribution.end());
  for (Child &child : children) {
    child.pending = false;
    reply(child, current, false, all.data(), all.size());
  }
}

void conorm_launch::handle(size_t rank, const RequestFrame &request,
                           const char *data) {
  Child &child = children[rank];
  if (request.sequence < current) {
    const char late[] = "the other ranks gave up on this allgather";
    reply(child, request.sequence, true, late, sizeof(late) - 1);
    return;
  }
  if (request.sequence > current) {
    fail(format("rank %zu gave up on this allgather", rank));
    failure.clear();
    current = request.sequence;
  }
  child.pending = true;
  child.contribution.assign(data, data + request.bytes);
  if (request.worldSize != children.size())
    return fail(format("rank %zu says the world has %u ranks, the launcher "
                       "started %zu",
                       rank, request.worldSize, children.size()));
  if (gone >= 0)
    return fail(format("rank %d is gone (its process ended)", gone));
  if (!failure.empty())
    return fail(std::string(failure));
  Deadline wait(relayDeadline(request.deadlineMs));
  if (!expiry || wait.left() < expiry->left())
    expiry = wait;
  size_t present = 0;
  for (size_t other = 0; other < children.size(); ++other) {
    if (!children[other].pending)
      continue;
    ++present;
    if (children[other].contribution.size() != request.bytes)
      return fail(format("rank %zu gathers %u bytes, rank %zu %zu", rank,
                         request.bytes, other,
                         children[other].contribution.size()));
  }
  if (present == children.size())
    complete();
}

void conorm_launch::close(size_t rank) {
  children[rank].connection.reset();
  children[rank].pending = false;
  if (gone < 0)
    gone = int(rank);
  fail(format("rank %zu is gone (its process ended)", rank));
}

void conorm_launch::parse(size_t rank) {
  Child &child = children[rank];
  size_t at = 0;
  RequestFrame request;
  while (child.in.size() - at >= sizeof(request)) {
    memcpy(&request, child.in.data() + at, sizeof(request));
    if (request.magic != frameMagic || request.rank != rank ||
        request.bytes > maxAllgatherBytes)
      return close(rank); // not a rank that speaks this protocol
    if (child.in.size() - at - sizeof(request) < request.bytes)
      break;
    handle(rank, request, child.in.data() + at + sizeof(request));
    at += sizeof(request) + request.bytes;
  }
  child.in.erase(child.in.begin(), child.in.begin() + at);
}

void conorm_launch::readFrom(size_t rank) {
  char buffer[16384];
  ssize_t got = recv(children[rank].connection.get(), buffer, sizeof(buffer),
                     MSG_DONTWAIT);
  if (got > 0) {
    children[rank].in.insert(children[rank].in.end(), buffer, buffer + got);
    parse(rank);
  } else if (got == 0 ||
             (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
    close(rank);
  }
}

static Error createLaunch(int32_t worldSize, int32_t *childFds,
                          std::unique_ptr<conorm_launch> &out) {
  auto launch = std::make_unique<conorm_launch>();
  launch->children.resize(worldSize);
  std::vector<FileDescriptor> ends(worldSize);
  WelcomeFrame welcome{frameMagic, frameVersion, 0, uint32_t(worldSize), {}};
  if (Error error = makeNonce(welcome.nonce))
    return error;
  for (int32_t rank = 0; rank < worldSize; ++rank) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
      return systemError(format("making a socket for rank %d", rank));
    launch->children[rank].connection.reset(pair[0]);
    ends[rank].reset(pair[1]);
    welcome.rank = uint32_t(rank);
    if (sendAll(pair[0], &welcome, sizeof(welcome), Deadline(1000)) !=
        Transfer::Done)
      return systemError(format("welcoming rank %d", rank));
  }
  for (int32_t rank = 0; rank < worldSize; ++rank)
    childFds[rank] = ends[rank].release();
  out = std::move(launch);
  return success();
}

conorm_status conorm_launch_create(int32_t worldSize, int32_t *childFds,
                                   conorm_launch **out) {
  if (!out || !childFds || worldSize < 1 || worldSize > CONORM_MAX_WORLD_SIZE)
    return CONORM_ERROR_INVALID_ARGUMENT;
  *out = nullptr;
  std::unique_ptr<conorm_launch> launch;
  if (Error error = createLaunch(worldSize, childFds, launch))
    return error.code;
  if (Error error = addHandle(Handle::Launch, launch.get(),
                              destroyObject<conorm_launch>)) {
    for (int32_t rank = 0; rank < worldSize; ++rank)
      FileDescriptor(childFds[rank]).reset();
    return error.code;
  }
  *out = launch.release();
  return CONORM_OK;
}

conorm_status conorm_launch_serve(conorm_launch *launch,
                                  const volatile int32_t *stop) {
  HandleUse use(Handle::Launch, launch);
  if (!use)
    return CONORM_ERROR_INVALID_ARGUMENT;
  for (;;) {
    std::vector<pollfd> entries;
    std::vector<size_t> ranks;
    for (size_t rank = 0; rank < launch->children.size(); ++rank) {
      Child &child = launch->children[rank];
      if (!child.connection)
        continue;
      short events = child.out.empty() ? POLLIN : POLLIN | POLLOUT;
      entries.push_back({child.connection.get(), events, 0});
      ranks.push_back(rank);
    }
    // Set by another thread or a signal handler.
    if (entries.empty() || (stop && __atomic_load_n(stop, __ATOMIC_RELAXED)))
      return CONORM_OK;
    // Looks at `*stop`, and at who is missing, this often.
    if (poll(entries.data(), entries.size(), 20) < 0 && errno != EINTR)
      return CONORM_ERROR_SYSTEM;
    launch->expire();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].revents & POLLOUT)
        launch->flush(launch->children[ranks[i]]);
      if (entries[i].revents & (POLLIN | POLLHUP | POLLERR))
        launch->readFrom(ranks[i]);
    }
  }
}

void conorm_launch_destroy(conorm_launch *launch) {
  removeHandle(Handle::Launch, launch);
}
