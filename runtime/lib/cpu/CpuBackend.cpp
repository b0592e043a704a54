//===- CpuBackend.cpp - Groups and communicators of the CPU backend -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuBackend.h"

#include "support/Limits.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <new>

using namespace conorm::rt;

Error conorm::rt::createCpuBackend(const conorm_context_options &options,
                                   const conorm_bootstrap &bootstrap,
                                   std::unique_ptr<Backend> &out) {
  auto backend = std::make_unique<CpuBackend>();
  if (Error error = backend->create(options, bootstrap))
    return error;
  out = std::move(backend);
  return success();
}

/// More cannot be meant, and would fail late or, being given page by page, when
/// the first call touches it.
static Error checkWorkspace(uint64_t bytes) {
  if (bytes < minimumWorkspaceBytes)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "workspace_bytes is %" PRIu64 ", expected at least "
                     "%" PRIu64,
                     bytes, minimumWorkspaceBytes);
  uint64_t machine = physicalMemory();
  if (machine && bytes > machine)
    return makeError(CONORM_ERROR_RESOURCE,
                     "workspace_bytes is %" PRIu64 ", expected at most the "
                     "memory of this machine, %" PRIu64 " bytes",
                     bytes, machine);
  return success();
}

/// The world's channel is made as any other communicator is, only that the
/// bootstrap, not the channel itself, tells that all have exported.
Error CpuBackend::exportWorldChannel(std::shared_ptr<Segment> &mine,
                                     const Deadline &deadline) {
  std::vector<int> everybody(world.size());
  for (int rank = 0; rank < world.size(); ++rank)
    everybody[rank] = rank;
  worldChannel = std::make_unique<Communicator>(world, everybody, world.rank(),
                                                worldChannelNumber);
  size_t bytes = worldChannel->segmentBytes(minimumWorkspaceBytes);
  Error error = Segment::create(bytes, mine);
  if (!error) {
    error = world.mesh().exportSegment(everybody, worldChannelNumber, mine,
                                       deadline);
    mine->closeDescriptor();
  }
  return explain(std::move(error),
                 format("cannot make the channel of the world, %zu bytes on "
                        "each of %d ranks",
                        bytes, world.size()));
}

Error CpuBackend::attachWorldChannel(std::shared_ptr<Segment> mine,
                                     const Deadline &deadline) {
  std::vector<std::shared_ptr<Segment>> memory(world.size(), mine);
  for (int rank = 0; rank < world.size(); ++rank)
    if (rank != world.rank())
      if (Error error = world.mesh().importSegment(
              rank, worldChannelNumber, mine->size(), /*writable=*/false,
              deadline, memory[rank]))
        return explain(std::move(error),
                       format("cannot map the channel of the world, %zu bytes "
                              "of each of %d ranks",
                              mine->size(), world.size()));
  worldChannel->attach(std::move(memory));
  return success();
}

Error CpuBackend::create(const conorm_context_options &options,
                         const conorm_bootstrap &bootstrap) {
  workspaceBytes = options.workspace_bytes;
  if (Error error = checkWorkspace(workspaceBytes))
    return error;
  Deadline deadline(options.deadline_ms);
  if (Error error = world.connect(bootstrap, workspaceBytes, deadline))
    return error;
  // A rank that runs out of something tells the others at the next meeting.
  std::shared_ptr<Segment> mine;
  Error outcome = world.join(bootstrap, deadline);
  if (!outcome)
    outcome = exportWorldChannel(mine, deadline);
  if (Error error = world.mesh().agree(bootstrap, outcome, deadline))
    return error;
  outcome = attachWorldChannel(mine, deadline);
  return world.mesh().agree(bootstrap, outcome, deadline);
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

static const char *nameOf(const conorm_group &group) {
  return group.name ? group.name : "unnamed";
}

Error CpuBackend::checkGroup(const conorm_group &group) const {
  if (group.num_groups == 0) {
    if (group.group_size != 0 && int(group.group_size) != world.size())
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s requires %u ranks, the world has %d",
                       nameOf(group), group.group_size, world.size());
    return success();
  }
  uint64_t total = uint64_t(group.num_groups) * group.group_size;
  if (!group.ranks || group.group_size == 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s has %u rows of %u ranks%s", nameOf(group),
                     group.num_groups, group.group_size,
                     group.ranks ? ", expected at least one rank in each"
                                 : " but ranks is null");
  if (total > uint64_t(world.size()))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s names %" PRIu64 " ranks, the world has %d",
                     nameOf(group), total, world.size());
  uint64_t seen = 0;
  for (uint64_t i = 0; i < total; ++i) {
    int64_t rank = group.ranks[i];
    if (rank < 0 || rank >= world.size())
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s names rank %" PRId64 ", expected 0 to %d",
                       nameOf(group), rank, world.size() - 1);
    if (seen >> rank & 1)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "group @%s names rank %" PRId64 " twice", nameOf(group),
                       rank);
    seen |= uint64_t(1) << rank;
  }
  return success();
}

/// The whole world has one description, however it is written.
static bool isWorld(const conorm_group &group, int worldSize) {
  if (group.num_groups == 0)
    return true;
  if (group.num_groups != 1 || int(group.group_size) != worldSize)
    return false;
  for (int rank = 0; rank < worldSize; ++rank)
    if (group.ranks[rank] != rank)
      return false;
  return true;
}

const CpuBackend::Group *CpuBackend::find(const conorm_group &group) const {
  bool all = isWorld(group, world.size());
  for (const Group &known : groups) {
    if (all ? known.numGroups == 0
            : known.numGroups == group.num_groups &&
                  known.groupSize == group.group_size &&
                  std::equal(known.ranks.begin(), known.ranks.end(),
                             group.ranks))
      return &known;
  }
  return nullptr;
}

CpuBackend::Group CpuBackend::describe(const conorm_group &group) const {
  Group result;
  if (isWorld(group, world.size())) {
    result.numGroups = 0;
    result.groupSize = world.size();
    for (int rank = 0; rank < world.size(); ++rank)
      result.ranks.push_back(rank);
    return result;
  }
  result.numGroups = group.num_groups;
  result.groupSize = group.group_size;
  result.ranks.assign(group.ranks, group.ranks + size_t(group.num_groups) *
                                                     group.group_size);
  return result;
}

/// Makes this rank's communicator and exports its memory, if it is a member.
Error CpuBackend::makeCommunicator(Group &group, const Deadline &deadline,
                                   std::shared_ptr<Segment> &mine) {
  auto at = std::find(group.ranks.begin(), group.ranks.end(), world.rank());
  if (at == group.ranks.end())
    return success();
  int64_t place = at - group.ranks.begin();
  auto row = group.ranks.begin() + place / group.groupSize * group.groupSize;
  group.communicator = std::make_unique<Communicator>(
      world, std::vector<int>(row, row + group.groupSize),
      int(place % group.groupSize), nextSegment);
  if (Error error = Segment::create(segmentBytes(group), mine))
    return error;
  Error error = world.mesh().exportSegment(group.communicator->ranks(),
                                           nextSegment, mine, deadline);
  mine->closeDescriptor();
  return error;
}

Error CpuBackend::attachPeers(Group &group, uint64_t number,
                              std::shared_ptr<Segment> mine,
                              const Deadline &deadline) {
  if (!group.communicator)
    return success();
  size_t bytes = mine->size();
  std::vector<std::shared_ptr<Segment>> memory;
  for (int rank : group.communicator->ranks()) {
    memory.push_back(mine);
    if (rank != world.rank())
      if (Error error = world.mesh().importSegment(
              rank, number, bytes, /*writable=*/group.groupSize == 2, deadline,
              memory.back()))
        return error;
  }
  group.communicator->attach(std::move(memory));
  return success();
}

/// One call on the world's channel, so that ranks that name other groups, or
/// come late, or not at all, are found as in any other call. Segments are
/// exported before it and imported after it.
Error CpuBackend::agreeOnGroups(const conorm_group *given, size_t count) {
  uint64_t hash = 0xcbf29ce484222325;
  auto mix = [&](uint64_t value) {
    hash = (hash ^ value) * 0x100000001b3;
    hash ^= hash >> 29;
  };
  for (size_t i = 0; i < count; ++i) {
    Group group = describe(given[i]);
    mix(uint64_t(group.numGroups));
    mix(uint64_t(group.groupSize));
    for (int64_t rank : group.ranks)
      mix(uint64_t(rank));
  }
  CallAttributes attributes;
  attributes.op = opAddGroups;
  attributes.sizes[0] = int64_t(count);
  attributes.numSizes = 1;
  attributes.groups = hash;
  if (Error error = worldChannel->begin(attributes, ""))
    return error;
  return worldChannel->exchange();
}

/// A member on its own exchanges nothing.
size_t CpuBackend::segmentBytes(const Group &group) const {
  return group.groupSize == 1
             ? communicatorControlBytes
             : group.communicator->segmentBytes(workspaceBytes);
}

std::string CpuBackend::describeWorkspace(const conorm_group &given,
                                          const Group &group) const {
  return format("the workspace of group @%s, %zu bytes on each of %" PRId64
                " ranks",
                nameOf(given), segmentBytes(group), group.groupSize);
}

Error CpuBackend::addGroups(const conorm_group *given, size_t count) {
  Deadline deadline(world.deadlineMs());
  for (size_t i = 0; i < count; ++i)
    if (Error error = checkGroup(given[i]))
      return error;
  struct Addition {
    size_t given, group;
    uint64_t number;
    std::shared_ptr<Segment> mine;
  };
  std::vector<Addition> additions;
  for (size_t i = 0; i < count; ++i) {
    if (find(given[i]))
      continue;
    groups.push_back(describe(given[i]));
    Addition addition{i, groups.size() - 1, nextSegment, nullptr};
    if (Error error = makeCommunicator(groups.back(), deadline, addition.mine))
      return explain(std::move(error),
                     "cannot make " +
                         describeWorkspace(given[i], groups.back()));
    ++nextSegment;
    additions.push_back(std::move(addition));
  }
  if (Error error = agreeOnGroups(given, count))
    return error;
  for (const Addition &addition : additions)
    if (Error error = attachPeers(groups[addition.group], addition.number,
                                  addition.mine, deadline))
      return explain(std::move(error),
                     "cannot map " + describeWorkspace(given[addition.given],
                                                       groups[addition.group]));
  return success();
}

Error CpuBackend::communicatorOf(const conorm_group &group,
                                 Communicator *&out) {
  if (group.num_groups != 0 && (!group.ranks || group.group_size == 0))
    return checkGroup(group);
  const Group *known = find(group);
  if (!known) {
    if (Error error = checkGroup(group))
      return error;
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "group @%s was not added to this context, expected "
                     "conorm_context_add_groups() before the call",
                     nameOf(group));
  }
  if (group.num_groups == 0 && group.group_size != 0 &&
      int(group.group_size) != world.size())
    return checkGroup(group);
  if (!known->communicator)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "rank %d is not a member of group @%s", world.rank(),
                     nameOf(group));
  out = known->communicator.get();
  return success();
}

Error CpuBackend::groupSize(const conorm_group &group, int64_t &size) {
  Communicator *communicator = nullptr;
  if (Error error = communicatorOf(group, communicator))
    return error;
  size = communicator->size();
  return success();
}

Error CpuBackend::beginCall(const conorm_group &group,
                            const CallAttributes &attributes, const Site &site,
                            Communicator *&out) {
  if (attributes.strategy == CONORM_STRATEGY_NCCL)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "the cpu backend has the strategies auto, one_shot and "
                     "two_shot, asked for nccl");
  if (Error error = communicatorOf(group, out))
    return error;
  return out->begin(attributes, site.label);
}
