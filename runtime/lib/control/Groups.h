//===- Groups.h - The groups that a rank knows ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_GROUPS_H
#define CONORM_RUNTIME_LIB_CONTROL_GROUPS_H

#include "Communicator.h"

#include "conorm-runtime/context.h"

namespace conorm::rt {

/// A group by content, with the communicator of this rank's row.
struct KnownGroup {
  /// 0 for the whole world, however it was written.
  int64_t numGroups;
  int64_t groupSize;
  std::vector<int64_t> ranks;
  /// Null if this rank is in no row.
  std::unique_ptr<Communicator> communicator;
};

/// "decode" of @decode, for messages.
inline const char *nameOf(const conorm_group &group) {
  return group.name ? group.name : "unnamed";
}

/// Groups are told apart by what they hold; names are for messages.
class GroupRegistry {
public:
  void setWorld(int rank, int size) {
    worldRank = rank;
    worldSize = size;
  }

  /// Whether a group satisfies what context.h documents.
  Error check(const conorm_group &group) const;
  /// Null if it was not added.
  const KnownGroup *find(const conorm_group &group) const;
  /// The communicator of this rank's row, or why there is none.
  Error find(const conorm_group &group, Communicator *&out) const;

  /// Of groups that satisfy check(): without a communicator.
  KnownGroup describe(const conorm_group &group) const;
  KnownGroup &add(KnownGroup group);
  /// Equal on ranks that describe the same groups in the same order.
  uint64_t hash(const conorm_group *groups, size_t count) const;

private:
  bool isWorld(const conorm_group &group) const;

  int worldRank = 0;
  int worldSize = 0;
  /// Callers keep pointers to what is in it.
  std::vector<std::unique_ptr<KnownGroup>> groups;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_GROUPS_H
