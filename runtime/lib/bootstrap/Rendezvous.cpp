//===- Rendezvous.cpp - Ranks that meet by a name they all know -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All ranks of the CPU backend are on one machine. They meet at an abstract
// socket whose name all derive from what the launcher tells each of them; rank
// 0 listens there and relays the allgathers.
//
//===----------------------------------------------------------------------===//

#include "Rendezvous.h"
#include "Bootstrap.h"

#include "support/Hash.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

using namespace conorm::rt;

/// Longest reason that goes to another rank.
static constexpr size_t maxReasonBytes = 1024;

namespace {
struct MeetingRank {
  int rank = 0;
  int worldSize = 0;
  Rendezvous place;
  /// Rank 0: a connection for each other rank.
  std::vector<FileDescriptor> peers;
  uint64_t sequence = 0;
  /// The others: the connection to rank 0.
  AllgatherClient client;
  bool connected = false;
  ProcessOwner owner;

  Error connect(const Deadline &deadline);
  Error gather(const void *send, size_t bytes, void *recv,
               const Deadline &deadline);

private:
  Error listenForPeers(const Deadline &deadline);
  Error joinRankZero(const Deadline &deadline);
  std::string conditions() const;
  Error awaitRequest(int peer, size_t bytes, char *data,
                     const Deadline &deadline);
  void answer(const Error &error, const void *data, size_t bytes);
};

/// Ranks that have said hello to rank 0.
struct Arrivals {
  /// By rank, while all is well.
  std::vector<FileDescriptor> connections;
  uint32_t count = 1;
  /// Largest world that anybody believes in: so many may come.
  uint32_t expected;
  Error error;

  explicit Arrivals(int worldSize)
      : connections(worldSize), expected(uint32_t(worldSize)) {}
  void fail(Error reason);
};
} // namespace

std::string conorm::rt::rendezvousName(const char *kind,
                                       const std::vector<std::string> &key) {
  // Names are at most 107 bytes long, a key may be longer: hashed.
  std::string text;
  for (const std::string &part : key)
    text += part + '\n';
  return format("conorm-%s-%u-%016llx", kind, unsigned(geteuid()),
                static_cast<unsigned long long>(hashText(text)));
}

static void sendReply(int fd, uint64_t sequence, const Error &error,
                      const void *data, size_t bytes) {
  // Small enough for the socket's buffer; a peer that does not read is not
  // waited for.
  Deadline deadline(1000);
  if (error) {
    data = error.message.data();
    bytes = std::min(error.message.size(), maxReasonBytes);
  }
  ReplyFrame reply{frameMagic, bool(error), sequence, uint32_t(bytes), 0};
  if (sendAll(fd, &reply, sizeof(reply), deadline) == Transfer::Done)
    (void)sendAll(fd, data, bytes, deadline);
}

/// Tells all that have come; those that come later are told on arrival.
void Arrivals::fail(Error reason) {
  error = std::move(reason);
  for (FileDescriptor &connection : connections)
    if (connection) {
      sendReply(connection.get(), 0, error, nullptr, 0);
      connection.reset();
    }
}

/// Takes one connection and its hello.
static void takeArrival(int listener, uint32_t worldSize, Arrivals &arrivals,
                        const Deadline &deadline) {
  FileDescriptor connection;
  if (acceptConnection(listener, connection, deadline) != Transfer::Done)
    return;
  unsigned uid;
  RequestFrame hello;
  if (!peerIsThisUser(connection.get(), uid) ||
      receiveAll(connection.get(), &hello, sizeof(hello), deadline) !=
          Transfer::Done ||
      hello.magic != frameMagic || hello.bytes != 0)
    return; // not a rank
  ++arrivals.count;
  arrivals.expected =
      std::max(arrivals.expected,
               std::min(hello.worldSize, uint32_t(CONORM_MAX_WORLD_SIZE)));
  if (arrivals.error)
    return sendReply(connection.get(), 0, arrivals.error, nullptr, 0);
  Error error;
  if (hello.worldSize != worldSize)
    error = makeError(CONORM_ERROR_BOOTSTRAP,
                      "rank %u says the world has %u ranks, rank 0 %u",
                      hello.rank, hello.worldSize, worldSize);
  else if (hello.rank == 0 || hello.rank >= worldSize ||
           arrivals.connections[hello.rank])
    error = makeError(CONORM_ERROR_BOOTSTRAP,
                      "two processes say they are rank %u", hello.rank);
  if (error) {
    sendReply(connection.get(), 0, error, nullptr, 0);
    return arrivals.fail(std::move(error));
  }
  arrivals.connections[hello.rank] = std::move(connection);
}

/// What keeps ranks that have all started from meeting.
std::string MeetingRank::conditions() const {
  return "all ranks need the same user, " + place.key +
         ", one machine and one network namespace" + place.doubt;
}

Error MeetingRank::listenForPeers(const Deadline &deadline) {
  if (worldSize == 1)
    return success();
  FileDescriptor listener;
  if (Error error =
          listenAbstract(place.name, CONORM_MAX_WORLD_SIZE, listener)) {
    if (errno == EADDRINUSE)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "two processes say they are rank 0, or another job has "
                       "the same %s",
                       place.key.c_str());
    return error;
  }
  Arrivals arrivals(worldSize);
  // After a failure too: whoever comes later is to hear the reason.
  while (arrivals.count < arrivals.expected && !deadline.passed())
    takeArrival(listener.get(), uint32_t(worldSize), arrivals, deadline);
  if (arrivals.error)
    return std::move(arrivals.error);
  for (int peer = 1; peer < worldSize; ++peer)
    if (!arrivals.connections[peer]) {
      arrivals.fail(makeError(CONORM_ERROR_BOOTSTRAP,
                              "rank %d did not connect within %u ms (%s)", peer,
                              deadline.milliseconds, conditions().c_str()));
      return std::move(arrivals.error);
    }
  for (int peer = 1; peer < worldSize; ++peer)
    sendReply(arrivals.connections[peer].get(), 0, success(), nullptr, 0);
  peers = std::move(arrivals.connections);
  return success();
}

Error MeetingRank::joinRankZero(const Deadline &deadline) {
  int number;
  // Rank 0 may start later than we do.
  while ((number = connectAbstract(place.name, client.connection)) != 0) {
    if (number != ECONNREFUSED && number != EAGAIN) {
      errno = number;
      return systemError("connecting to rank 0");
    }
    if (deadline.passed())
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank 0 did not listen within %u ms (%s)",
                       deadline.milliseconds, conditions().c_str());
    usleep(2000);
  }
  unsigned uid;
  if (!peerIsThisUser(client.connection.get(), uid)) {
    client.connection.reset();
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "the rendezvous is held by user %u, expected %u", uid,
                     unsigned(geteuid()));
  }
  client.rank = uint32_t(rank);
  client.worldSize = uint32_t(worldSize);
  client.relay = "rank 0";
  RequestFrame hello{frameMagic, client.rank, client.worldSize,
                     0,          0,           deadline.milliseconds,
                     0};
  ReplyFrame reply{};
  char text[maxReasonBytes];
  Transfer outcome =
      sendAll(client.connection.get(), &hello, sizeof(hello), deadline);
  if (outcome == Transfer::Done)
    outcome =
        receiveAll(client.connection.get(), &reply, sizeof(reply), deadline);
  if (outcome == Transfer::TimedOut)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "no answer from rank 0 within %u ms, since some rank did "
                     "not connect",
                     deadline.milliseconds);
  if (outcome != Transfer::Done || reply.magic != frameMagic ||
      reply.bytes > sizeof(text) ||
      receiveAll(client.connection.get(), text, reply.bytes, deadline) !=
          Transfer::Done)
    return makeError(CONORM_ERROR_BOOTSTRAP, "rank 0 is gone");
  if (reply.failed)
    return makeError(CONORM_ERROR_BOOTSTRAP, "%.*s", int(reply.bytes), text);
  return success();
}

Error MeetingRank::connect(const Deadline &deadline) {
  if (Error error = claimBootstrap(owner))
    return error;
  if (connected)
    return success();
  client.connection.reset();
  // The others are told a little before they would give up themselves.
  Deadline early(rank == 0 ? relayDeadline(deadline.milliseconds)
                           : deadline.milliseconds);
  Error error = rank == 0 ? listenForPeers(early) : joinRankZero(early);
  if (error)
    client.connection.reset();
  for (FileDescriptor &peer : peers)
    peer.keepFromChildren();
  client.connection.keepFromChildren();
  connected = !error;
  return error;
}

/// Rank 0: a peer's contribution to the current allgather.
Error MeetingRank::awaitRequest(int peer, size_t bytes, char *data,
                                const Deadline &deadline) {
  RequestFrame request;
  for (;;) {
    Transfer outcome =
        receiveAll(peers[peer].get(), &request, sizeof(request), deadline);
    if (outcome == Transfer::TimedOut)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d did not take part within %u ms", peer,
                       deadline.milliseconds);
    if (outcome != Transfer::Done || request.magic != frameMagic ||
        request.bytes > maxAllgatherBytes)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d is gone (its process ended)", peer);
    std::vector<char> contribution(request.bytes);
    if (receiveAll(peers[peer].get(), contribution.data(), request.bytes,
                   deadline) != Transfer::Done)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d is gone (its process ended)", peer);
    if (request.sequence < sequence)
      continue; // an allgather that rank 0 gave up on
    if (request.sequence > sequence || request.bytes != bytes)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d gathers %u bytes as its allgather %llu, rank "
                       "0 %zu as its allgather %llu",
                       peer, request.bytes,
                       static_cast<unsigned long long>(request.sequence), bytes,
                       static_cast<unsigned long long>(sequence));
    std::copy(contribution.begin(), contribution.end(), data);
    return success();
  }
}

void MeetingRank::answer(const Error &error, const void *data, size_t bytes) {
  for (const FileDescriptor &peer : peers)
    if (peer)
      sendReply(peer.get(), sequence, error, data, bytes);
}

Error MeetingRank::gather(const void *send, size_t bytes, void *recv,
                          const Deadline &deadline) {
  if (rank != 0)
    return client.allgather(send, bytes, recv, deadline);
  if (bytes > maxAllgatherBytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "allgather of %zu bytes, expected at most %u", bytes,
                     maxAllgatherBytes);
  ++sequence;
  std::vector<char> all(bytes * worldSize);
  memcpy(all.data(), send, bytes);
  Error error;
  Deadline early(relayDeadline(deadline.milliseconds));
  for (int peer = 1; peer < worldSize && !error; ++peer)
    error = awaitRequest(peer, bytes, all.data() + bytes * peer, early);
  answer(error, all.data(), all.size());
  if (!error)
    memcpy(recv, all.data(), all.size());
  return error;
}

static int32_t meetingAllgather(void *user, const void *send, size_t bytes,
                                void *recv, uint32_t deadlineMs) {
  BootstrapUse use(user, bytes);
  if (!use)
    return 1;
  auto *self = static_cast<MeetingRank *>(user);
  Deadline deadline(deadlineMs);
  Error error = self->connect(deadline);
  if (!error)
    error = self->gather(send, bytes, recv, deadline);
  if (!error)
    return 0;
  setBootstrapFailure(error.message);
  return 1;
}

static void releaseMeeting(void *user) {
  auto *self = static_cast<MeetingRank *>(user);
  if (!self->owner.isForeign())
    delete self;
}

void conorm::rt::meetAt(Rendezvous place, int rank, int worldSize,
                        conorm_bootstrap &out) {
  auto self = std::make_unique<MeetingRank>();
  self->rank = rank;
  self->worldSize = worldSize;
  self->place = std::move(place);
  out.rank = rank;
  out.world_size = worldSize;
  out.allgather = meetingAllgather;
  out.user = self.release();
  out.release = releaseMeeting;
}
