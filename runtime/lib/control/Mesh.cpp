//===- Mesh.cpp - Connections between the ranks of a world ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mesh.h"

#include "bootstrap/Bootstrap.h"
#include "support/Names.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/eventfd.h>

using namespace conorm::rt;

static constexpr uint64_t recordMagic = 0x314d524e4f434e43; // "CNCONRM1"
static constexpr uint32_t recordVersion = 3;

namespace {
/// First bytes on a new connection, from the side that connects.
struct HelloFrame {
  uint64_t magic;
  uint64_t generation;
  int32_t rank;
  uint32_t reserved;
  /// The listener's nonce.
  Nonce nonce;
};

/// Comes with a segment's descriptor.
struct SegmentFrame {
  uint64_t magic;
  uint64_t generation;
  uint64_t number;
  uint64_t bytes;
};

struct AgreeRecord {
  uint32_t code;
  char message[252];
};
} // namespace

/// Distinguishes this process from others with the same pid in other
/// namespaces. A forked child inherits it, but has another pid.
static uint64_t processToken() {
  static const uint64_t token = [] {
    Nonce nonce{};
    (void)makeNonce(nonce);
    return nonce.words[0] | 1;
  }();
  return token;
}

Error conorm::rt::callAllgather(const conorm_bootstrap &bootstrap,
                                const void *send, size_t bytes, void *recv,
                                const Deadline &deadline) {
  int64_t left = deadline.left() / 1000000;
  takeBootstrapFailure();
  int32_t code = deadline.around([&] {
    return bootstrap.allgather(bootstrap.user, send, bytes, recv,
                               left > 1 ? uint32_t(left) : 1);
  });
  if (code == 0)
    return success();
  std::string reason = takeBootstrapFailure();
  if (reason.empty())
    reason = format("the bootstrap's allgather returned %d", code);
  return {CONORM_ERROR_BOOTSTRAP, std::move(reason)};
}

bool Mesh::sameProcess(int peer) const {
  return records[peer].processToken == records[self].processToken &&
         records[peer].pid == records[self].pid;
}

int Mesh::sharedCores() const {
  CoreSet all;
  for (const RankRecord &record : records)
    all.add(record.cores);
  return all.count();
}

Error Mesh::checkRecord(const RankRecord &mine, const RankRecord &other,
                        int rank) const {
  if (other.magic != recordMagic || other.version != recordVersion)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d speaks another protocol (version %u, expected "
                     "%u)",
                     rank, other.magic == recordMagic ? other.version : 0,
                     recordVersion);
  if (other.worldSize != mine.worldSize)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d says the world has %u ranks, this rank %u", rank,
                     other.worldSize, mine.worldSize);
  if (other.rank != rank)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "the bootstrap's entry %d comes from rank %d", rank,
                     other.rank);
  // It says itself what it lacks.
  if (other.isIncomplete || mine.isIncomplete)
    return success();
  if (memcmp(other.host.bootId, mine.host.bootId, sizeof(mine.host.bootId)))
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d runs on another machine, expected all ranks on "
                     "one",
                     rank);
  if (other.host.networkNamespace != mine.host.networkNamespace)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d runs in another network namespace, expected all "
                     "ranks in one",
                     rank);
  if (other.user != mine.user)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d runs as user %u, this rank as user %u", rank,
                     other.user, mine.user);
  if (other.backend != mine.backend)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d has the %s backend, this rank the %s backend",
                     rank, enumName<conorm_backend>(other.backend),
                     enumName<conorm_backend>(mine.backend));
  if (other.workspaceBytes != mine.workspaceBytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d has workspace_bytes %llu, this rank %llu", rank,
                     static_cast<unsigned long long>(other.workspaceBytes),
                     static_cast<unsigned long long>(mine.workspaceBytes));
  return success();
}

Error Mesh::gatherRecords(const conorm_bootstrap &bootstrap, RankRecord &mine,
                          const Deadline &deadline) {
  std::vector<RankRecord> all(CONORM_MAX_WORLD_SIZE);
  memset(static_cast<void *>(all.data()), 0, all.size() * sizeof(RankRecord));
  if (Error error =
          callAllgather(bootstrap, &mine, sizeof(mine), all.data(), deadline))
    return error;
  // Also those that this rank does not believe to exist.
  for (int rank = 0; rank < CONORM_MAX_WORLD_SIZE; ++rank)
    if (rank < bootstrap.world_size || all[rank].magic == recordMagic)
      if (Error error = checkRecord(mine, all[rank], rank))
        return error;
  all.resize(bootstrap.world_size);
  records = std::move(all);
  worldGeneration = records[0].nonce.words[1] | 1;
  joinRegistry(worldGeneration);
  return success();
}

Error Mesh::connectTo(int peer, const Deadline &deadline) {
  const RankRecord &record = records[peer];
  std::string name(record.address, strnlen(record.address, 47));
  FileDescriptor connection;
  int number = connectAbstract(name, connection);
  while (number == EAGAIN && !deadline.passed()) {
    usleep(1000); // the listener's backlog is full
    number = connectAbstract(name, connection);
  }
  // Every rank listens before the records are gathered, and until all that call
  // it have come.
  if (number == ECONNREFUSED)
    return makeError(CONORM_ERROR_PEER_LOST,
                     "rank %d died (connection refused)", peer);
  if (number != 0) {
    errno = number;
    return systemError(format("connecting to rank %d", peer));
  }
  unsigned uid;
  if (!peerIsThisUser(connection.get(), uid))
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d's socket belongs to user %u, not to this one",
                     peer, uid);
  HelloFrame hello{recordMagic, worldGeneration, self, 0, record.nonce};
  if (sendAll(connection.get(), &hello, sizeof(hello), deadline) !=
      Transfer::Done)
    return makeError(CONORM_ERROR_BOOTSTRAP, "rank %d closed the connection",
                     peer);
  connection.keepFromChildren();
  sockets[peer] = std::move(connection);
  return success();
}

/// Takes one connection; one that does not come from a peer is dropped.
Error Mesh::acceptOne(const FileDescriptor &listener,
                      const Deadline &deadline) {
  FileDescriptor connection;
  Transfer outcome = acceptConnection(listener.get(), connection, deadline);
  if (outcome == Transfer::Failed)
    return systemError("accepting a connection of a peer");
  if (outcome == Transfer::TimedOut)
    return success();
  unsigned uid;
  if (!peerIsThisUser(connection.get(), uid))
    return success();
  HelloFrame hello;
  if (receiveAll(connection.get(), &hello, sizeof(hello), deadline) !=
          Transfer::Done ||
      hello.magic != recordMagic || hello.generation != worldGeneration ||
      !(hello.nonce == records[self].nonce) || hello.rank <= self ||
      hello.rank >= worldSize() || sameProcess(hello.rank) ||
      sockets[hello.rank])
    return success();
  connection.keepFromChildren();
  sockets[hello.rank] = std::move(connection);
  return success();
}

Error Mesh::acceptPeers(const FileDescriptor &listener,
                        const Deadline &deadline) {
  for (;;) {
    int missing = self + 1;
    while (missing < worldSize() && (sameProcess(missing) || sockets[missing]))
      ++missing;
    if (missing == worldSize())
      return success();
    if (deadline.passed())
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d did not connect within %u ms", missing,
                       deadline.milliseconds);
    if (Error error = acceptOne(listener, deadline))
      return error;
  }
}

/// This rank's record, and its listener, which is there before anybody calls.
static Error describeRank(RankRecord &mine, FileDescriptor &listener) {
  if (Error error = getHostIdentity(mine.host))
    return error;
  if (Error error = makeNonce(mine.nonce))
    return error;
  if (mine.worldSize == 1)
    return success();
  Nonce name;
  if (Error error = makeNonce(name))
    return error;
  std::string address = format("conorm-%016llx%016llx",
                               static_cast<unsigned long long>(name.words[0]),
                               static_cast<unsigned long long>(name.words[1]));
  memcpy(mine.address, address.data(), address.size());
  return listenAbstract(address, CONORM_MAX_WORLD_SIZE, listener);
}

/// Whether the descriptors that the world takes can be had. A rank that finds
/// out only while it connects leaves its peers waiting.
Error Mesh::checkDescriptors() const {
  int others = 0;
  for (int peer = 0; peer < worldSize(); ++peer)
    others += !sameProcess(peer);
  if (others == 0)
    return success();
  // A socket and a process for each; a segment on its way, and an event.
  constexpr int besides = 3;
  int needed = 2 * others + besides;
  std::vector<FileDescriptor> probes;
  while (int(probes.size()) < needed) {
    probes.emplace_back(eventfd(0, EFD_CLOEXEC));
    if (!probes.back())
      return systemError(format("opening the %d descriptors that a world of %d "
                                "ranks takes",
                                needed, worldSize()));
  }
  return success();
}

Error Mesh::connect(const conorm_bootstrap &bootstrap, const WorldTerms &terms,
                    const Deadline &deadline) {
  self = bootstrap.rank;
  RankRecord mine;
  memset(static_cast<void *>(&mine), 0, sizeof(mine));
  mine.magic = recordMagic;
  mine.version = recordVersion;
  mine.worldSize = uint32_t(bootstrap.world_size);
  mine.rank = self;
  mine.pid = getpid();
  mine.processToken = processToken();
  mine.workspaceBytes = terms.workspaceBytes;
  mine.backend = terms.backend;
  mine.cores = getAllowedCores();
  mine.user = uint32_t(geteuid());
  // Closed when this function returns: nobody else may join.
  FileDescriptor listener;
  Error outcome = describeRank(mine, listener);
  mine.isIncomplete = bool(outcome);
  if (Error error = gatherRecords(bootstrap, mine, deadline))
    return error;
  if (!outcome)
    outcome = checkDescriptors();
  if (Error error = agree(bootstrap, outcome, deadline))
    return error;
  sockets.resize(worldSize());
  // Listening precedes the allgather, so that connecting never waits for the
  // other side to accept. Part of the time is kept for telling a failure.
  Deadline mesh = deadline.part(3, 4);
  for (int peer = 0; peer < self && !outcome; ++peer)
    if (!sameProcess(peer))
      outcome = connectTo(peer, mesh);
  if (!outcome)
    outcome = acceptPeers(listener, mesh);
  return agree(bootstrap, outcome, deadline);
}

Mesh::~Mesh() {
  if (!records.empty())
    leaveRegistry(worldGeneration);
}

Error Mesh::agree(const conorm_bootstrap &bootstrap, const Error &mine,
                  const Deadline &deadline) {
  AgreeRecord record{};
  record.code = mine.code;
  copyMessage(mine.message, record.message, sizeof(record.message));
  std::vector<AgreeRecord> all(CONORM_MAX_WORLD_SIZE);
  Error error =
      callAllgather(bootstrap, &record, sizeof(record), all.data(), deadline);
  // A peer that is lost may have ended because of another one; whoever gathers
  // knows who went first.
  if (mine && !(error && mine.code == CONORM_ERROR_PEER_LOST))
    return mine;
  if (error)
    return error;
  for (int rank = 0; rank < worldSize(); ++rank)
    if (all[rank].code != CONORM_OK)
      return makeError(CONORM_ERROR_BOOTSTRAP, "rank %d failed: %.*s", rank,
                       int(strnlen(all[rank].message, 252)), all[rank].message);
  return success();
}

Error Mesh::exportSegment(const std::vector<int> &members, uint64_t number,
                          const std::shared_ptr<Segment> &segment,
                          const Deadline &deadline) {
  SegmentFrame frame{recordMagic, worldGeneration, number, segment->size()};
  bool published = false;
  for (int member : members) {
    if (member == self)
      continue;
    if (sameProcess(member)) {
      if (!std::exchange(published, true))
        publishSegment({worldGeneration, number, self}, segment);
      continue;
    }
    Transfer outcome = sendDescriptor(socketTo(member), &frame, sizeof(frame),
                                      segment->descriptor(), deadline);
    if (outcome == Transfer::TimedOut)
      return makeError(CONORM_ERROR_TIMEOUT,
                       "rank %d did not take a segment within %u ms", member,
                       deadline.milliseconds);
    if (outcome == Transfer::Failed)
      return systemError(format("sending a segment to rank %d", member));
    if (outcome != Transfer::Done)
      return makeError(CONORM_ERROR_PEER_LOST,
                       "rank %d died (connection closed)", member);
  }
  return success();
}

Error Mesh::importSegment(int peer, uint64_t number, size_t bytes,
                          bool writable, const Deadline &deadline,
                          std::shared_ptr<Segment> &out) {
  if (sameProcess(peer)) {
    out = findSegment({worldGeneration, number, peer});
    if (out && out->size() == bytes)
      return success();
    return makeError(CONORM_ERROR_PEER_LOST, "rank %d left (context destroyed)",
                     peer);
  }
  SegmentFrame frame;
  FileDescriptor fd;
  Transfer outcome =
      receiveDescriptor(socketTo(peer), &frame, sizeof(frame), fd, deadline);
  if (outcome == Transfer::TimedOut)
    return makeError(CONORM_ERROR_TIMEOUT,
                     "rank %d did not send its segment within %u ms", peer,
                     deadline.milliseconds);
  if (outcome == Transfer::Closed)
    return makeError(CONORM_ERROR_PEER_LOST, "rank %d died (connection closed)",
                     peer);
  if (outcome == Transfer::NoRoom)
    return systemError(format("taking the segment of rank %d", peer));
  if (outcome != Transfer::Done || frame.magic != recordMagic ||
      frame.generation != worldGeneration || frame.number != number ||
      frame.bytes != bytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d sent something else than its segment", peer);
  Error error = Segment::map(std::move(fd), bytes, writable, out);
  if (!error)
    out->closeDescriptor();
  return error;
}
