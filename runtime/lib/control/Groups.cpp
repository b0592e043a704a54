//===- Groups.cpp - The groups that a rank knows --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Groups.h"

#include "support/Hash.h"

#include <algorithm>
#include <cinttypes>

using namespace conorm::rt;

Error GroupRegistry::check(const conorm_group &group) const {
  if (group.num_groups == 0) {
    if (group.group_size != 0 && int(group.group_size) != worldSize)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s requires %u ranks, the world has %d",
                       nameOf(group), group.group_size, worldSize);
    return success();
  }
  uint64_t total = uint64_t(group.num_groups) * group.group_size;
  if (!group.ranks || group.group_size == 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s has %u rows of %u ranks%s", nameOf(group),
                     group.num_groups, group.group_size,
                     group.ranks ? ", expected at least one rank in each"
                                 : " but ranks is null");
  if (total > uint64_t(worldSize))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s names %" PRIu64 " ranks, the world has %d",
                     nameOf(group), total, worldSize);
  uint64_t seen = 0;
  for (uint64_t i = 0; i < total; ++i) {
    int64_t rank = group.ranks[i];
    if (rank < 0 || rank >= worldSize)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s names rank %" PRId64 ", expected 0 to %d",
                       nameOf(group), rank, worldSize - 1);
    if (seen >> rank & 1)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s names rank %" PRId64 " twice", nameOf(group),
                       rank);
    seen |= uint64_t(1) << rank;
  }
  return success();
}

/// The whole world has one description, however it is written.
bool GroupRegistry::isWorld(const conorm_group &group) const {
  if (group.num_groups == 0)
    return true;
  if (group.num_groups != 1 || int(group.group_size) != worldSize)
    return false;
  for (int rank = 0; rank < worldSize; ++rank)
    if (group.ranks[rank] != rank)
      return false;
  return true;
}

const KnownGroup *GroupRegistry::find(const conorm_group &group) const {
  bool all = isWorld(group);
  for (const std::unique_ptr<KnownGroup> &known : groups) {
    if (all ? known->numGroups == 0
            : known->numGroups == group.num_groups &&
                  known->groupSize == group.group_size &&
                  std::equal(known->ranks.begin(), known->ranks.end(),
                             group.ranks))
      return known.get();
  }
  return nullptr;
}

Error GroupRegistry::find(const conorm_group &group, Communicator *&out) const {
  if (group.num_groups != 0 && (!group.ranks || group.group_size == 0))
    return check(group);
  const KnownGroup *known = find(group);
  if (!known) {
    if (Error error = check(group))
      return error;
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s was not added to this context, expected "
                     "conorm_context_add_groups() before the call",
                     nameOf(group));
  }
  if (group.num_groups == 0 && group.group_size != 0 &&
      int(group.group_size) != worldSize)
    return check(group);
  if (!known->communicator)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "rank %d is not a member of group @%s", worldRank,
                     nameOf(group));
  out = known->communicator.get();
  return success();
}

KnownGroup GroupRegistry::describe(const conorm_group &group) const {
  KnownGroup result;
  if (isWorld(group)) {
    result.numGroups = 0;
    result.groupSize = worldSize;
    for (int rank = 0; rank < worldSize; ++rank)
      result.ranks.push_back(rank);
    return result;
  }
  result.numGroups = group.num_groups;
  result.groupSize = group.group_size;
  result.ranks.assign(group.ranks, group.ranks + size_t(group.num_groups) *
                                                     group.group_size);
  return result;
}

KnownGroup &GroupRegistry::add(KnownGroup group) {
  groups.push_back(std::make_unique<KnownGroup>(std::move(group)));
  return *groups.back();
}

uint64_t GroupRegistry::hash(const conorm_group *given, size_t count) const {
  std::vector<uint64_t> words;
  for (size_t i = 0; i < count; ++i) {
    KnownGroup group = describe(given[i]);
    words.push_back(uint64_t(group.numGroups));
    words.push_back(uint64_t(group.groupSize));
    words.insert(words.end(), group.ranks.begin(), group.ranks.end());
  }
  return hashWords(words.data(), words.size());
}
