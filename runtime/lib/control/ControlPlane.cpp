//===- ControlPlane.cpp - What a rank shares with its peers ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ControlPlane.h"

#include <algorithm>
#include <cinttypes>

using namespace conorm::rt;

//===----------------------------------------------------------------------===//
// The world
//===----------------------------------------------------------------------===//

/// The world's channel is made as any other communicator is, only that the
/// bootstrap, not the channel itself, tells that all have exported.
Error ControlPlane::exportWorldChannel(std::shared_ptr<Segment> &mine,
                                       const Deadline &deadline) {
  std::vector<int> ranks(everybody.size());
  for (int rank = 0; rank < everybody.size(); ++rank)
    ranks[rank] = rank;
  worldChannel = std::make_unique<Communicator>(
      everybody, ranks, everybody.rank(), worldChannelNumber);
  size_t bytes = Communicator::segmentBytes(minimumSlotBytes);
  Error error = Segment::create(bytes, mine);
  if (!error) {
    error = everybody.mesh().exportSegment(ranks, worldChannelNumber, mine,
                                           deadline);
    mine->closeDescriptor();
  }
  return explain(std::move(error),
                 format("cannot make the channel of the world, %zu bytes on "
                        "each of %d ranks",
                        bytes, everybody.size()));
}

Error ControlPlane::attachWorldChannel(std::shared_ptr<Segment> mine,
                                       const Deadline &deadline) {
  std::vector<std::shared_ptr<Segment>> memory(everybody.size(), mine);
  for (int rank = 0; rank < everybody.size(); ++rank)
    if (rank != everybody.rank())
      if (Error error = everybody.mesh().importSegment(
              rank, worldChannelNumber, mine->size(), /*writable=*/false,
              deadline, memory[rank]))
        return explain(std::move(error),
                       format("cannot map the channel of the world, %zu bytes "
                              "of each of %d ranks",
                              mine->size(), everybody.size()));
  worldChannel->attach(std::move(memory));
  return success();
}

Error ControlPlane::connect(const conorm_bootstrap &bootstrap,
                            const ControlSettings &settings) {
  slotBytes = settings.slotBytes;
  Deadline deadline(settings.deadlineMs);
  if (Error error = everybody.connect(bootstrap, settings.terms, deadline))
    return error;
  groups.setWorld(everybody.rank(), everybody.size());
  // A rank that runs out of something tells the others at the next meeting.
  std::shared_ptr<Segment> mine;
  Error outcome = everybody.join(bootstrap, deadline);
  if (!outcome)
    outcome = exportWorldChannel(mine, deadline);
  if (Error error = everybody.mesh().agree(bootstrap, outcome, deadline))
    return error;
  outcome = attachWorldChannel(mine, deadline);
  return everybody.mesh().agree(bootstrap, outcome, deadline);
}

Error ControlPlane::meet(const CallAttributes &attributes, const char *label) {
  if (Error error = worldChannel->begin(attributes, label))
    return error;
  return worldChannel->exchange();
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// A member on its own exchanges nothing.
size_t ControlPlane::segmentBytes(const KnownGroup &group) const {
  return Communicator::segmentBytes(group.groupSize == 1 ? 0 : slotBytes);
}

/// For messages.
std::string ControlPlane::describeWorkspace(const conorm_group &given,
                                            const KnownGroup &group) const {
  return format("the workspace of group @%s, %zu bytes on each of %" PRId64
                " ranks",
                nameOf(given), segmentBytes(group), group.groupSize);
}

/// Makes this rank's communicator and exports its memory, if it is a member.
Error ControlPlane::makeCommunicator(KnownGroup &group,
                                     const Deadline &deadline,
                                     std::shared_ptr<Segment> &mine) {
  auto at = std::find(group.ranks.begin(), group.ranks.end(), everybody.rank());
  if (at == group.ranks.end())
    return success();
  int64_t place = at - group.ranks.begin();
  auto row = group.ranks.begin() + place / group.groupSize * group.groupSize;
  group.communicator = std::make_unique<Communicator>(
      everybody, std::vector<int>(row, row + group.groupSize),
      int(place % group.groupSize), nextSegment);
  if (Error error = Segment::create(segmentBytes(group), mine))
    return error;
  Error error = everybody.mesh().exportSegment(group.communicator->ranks(),
                                               nextSegment, mine, deadline);
  mine->closeDescriptor();
  return error;
}

/// A group that is being added.
struct ControlPlane::Addition {
  const conorm_group &given;
  KnownGroup &group;
  uint64_t number;
  std::shared_ptr<Segment> mine;
};

Error ControlPlane::attachPeers(const Addition &addition,
                                const Deadline &deadline) {
  KnownGroup &group = addition.group;
  if (!group.communicator)
    return success();
  std::vector<std::shared_ptr<Segment>> memory;
  for (int rank : group.communicator->ranks()) {
    memory.push_back(addition.mine);
    if (rank != everybody.rank())
      if (Error error = everybody.mesh().importSegment(
              rank, addition.number, addition.mine->size(),
              /*writable=*/group.groupSize == 2, deadline, memory.back()))
        return error;
  }
  group.communicator->attach(std::move(memory));
  return success();
}

/// One call on the world's channel, so that ranks that name other groups, or
/// come late, or not at all, are found as in any other call. Segments are
/// exported before it and imported after it.
Error ControlPlane::agreeOnGroups(const conorm_group *given, size_t count) {
  CallAttributes attributes;
  attributes.op = opAddGroups;
  attributes.sizes[0] = int64_t(count);
  attributes.numSizes = 1;
  attributes.groups = groups.hash(given, count);
  return meet(attributes);
}

Error ControlPlane::addGroups(const conorm_group *given, size_t count) {
  Deadline deadline(everybody.deadlineMs());
  for (size_t i = 0; i < count; ++i)
    if (Error error = groups.check(given[i]))
      return error;
  std::vector<Addition> additions;
  for (size_t i = 0; i < count; ++i) {
    if (groups.find(given[i]))
      continue;
    KnownGroup &group = groups.add(groups.describe(given[i]));
    Addition addition{given[i], group, nextSegment, nullptr};
    if (Error error = makeCommunicator(group, deadline, addition.mine))
      return explain(std::move(error),
                     "cannot make " + describeWorkspace(given[i], group));
    ++nextSegment;
    additions.push_back(std::move(addition));
  }
  if (Error error = agreeOnGroups(given, count))
    return error;
  for (const Addition &addition : additions)
    if (Error error = attachPeers(addition, deadline))
      return explain(std::move(error),
                     "cannot map " +
                         describeWorkspace(addition.given, addition.group));
  return success();
}

Error ControlPlane::groupSize(const conorm_group &group, int64_t &size) const {
  Communicator *communicator = nullptr;
  if (Error error = find(group, communicator))
    return error;
  size = communicator->size();
  return success();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

Error ControlPlane::beginCall(const conorm_group &group,
                              const CallAttributes &attributes,
                              const char *label, Communicator *&out) {
  if (Error error = find(group, out))
    return error;
  return out->begin(attributes, label);
}
