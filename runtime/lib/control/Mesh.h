//===- Mesh.h - Connections between the ranks of a world --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ranks of one process share memory through the process's registry. Each pair
// of ranks in different processes has a Unix stream socket: it carries the
// descriptors of segments, and its end tells that the peer's process has ended.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_MESH_H
#define CONORM_RUNTIME_LIB_CONTROL_MESH_H

#include "Segment.h"

#include "conorm-runtime/context.h"

#include <vector>

namespace conorm::rt {

/// What all ranks of a world ask for alike.
struct WorldTerms {
  /// A conorm_backend.
  uint32_t backend = CONORM_BACKEND_CPU;
  uint64_t workspaceBytes = 0;
};

/// What each rank tells all others before they connect.
struct RankRecord {
  uint64_t magic;
  uint32_t version;
  uint32_t worldSize;
  int32_t rank;
  int32_t pid;
  uint64_t processToken;
  uint64_t workspaceBytes;
  /// Nonzero if the rank could not fill in what follows.
  uint64_t isIncomplete;
  HostIdentity host;
  /// Where the rank may run: ranks may be bound to different cores.
  CoreSet cores;
  /// Secret of the rank's listener; whoever connects must know it.
  Nonce nonce;
  /// Name of the listener in the abstract namespace.
  char address[48];
  uint32_t user;
  uint32_t backend;
};

class Mesh {
public:
  /// Connects to all peers. Collective over the bootstrap's world.
  Error connect(const conorm_bootstrap &bootstrap, const WorldTerms &terms,
                const Deadline &deadline);
  ~Mesh();

  int rank() const { return self; }
  int worldSize() const { return int(records.size()); }
  /// Number of cores that the ranks have between them.
  int sharedCores() const;
  uint64_t generation() const { return worldGeneration; }
  bool sameProcess(int peer) const;
  /// Socket to a rank of another process, -1 for a rank of this one.
  int socketTo(int peer) const { return sockets[peer].get(); }

  /// Makes a segment available to `members`.
  Error exportSegment(const std::vector<int> &members, uint64_t number,
                      const std::shared_ptr<Segment> &segment,
                      const Deadline &deadline);
  /// Takes the segment that `peer` has exported.
  Error importSegment(int peer, uint64_t number, size_t bytes, bool writable,
                      const Deadline &deadline, std::shared_ptr<Segment> &out);

  /// Tells all ranks how this one fares and hears from them; fails on all ranks
  /// if one has failed. Collective.
  Error agree(const conorm_bootstrap &bootstrap, const Error &mine,
              const Deadline &deadline);

private:
  Error gatherRecords(const conorm_bootstrap &bootstrap, RankRecord &mine,
                      const Deadline &deadline);
  Error checkRecord(const RankRecord &mine, const RankRecord &other,
                    int rank) const;
  Error checkDescriptors() const;
  Error connectTo(int peer, const Deadline &deadline);
  Error acceptPeers(const FileDescriptor &listener, const Deadline &deadline);
  Error acceptOne(const FileDescriptor &listener, const Deadline &deadline);

  int self = 0;
  uint64_t worldGeneration = 0;
  std::vector<RankRecord> records;
  std::vector<FileDescriptor> sockets;
};

/// Calls a bootstrap and turns its outcome into an error with the reason.
/// `recv` has room for CONORM_MAX_WORLD_SIZE contributions, since a bootstrap
/// may believe in another world size than its structure says.
Error callAllgather(const conorm_bootstrap &bootstrap, const void *send,
                    size_t bytes, void *recv, const Deadline &deadline);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_MESH_H
