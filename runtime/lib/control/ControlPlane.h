//===- ControlPlane.h - What a rank shares with its peers -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever a back end computes on, its ranks find each other, agree on every
// call and fail together in the same way. A back end holds a control plane and
// adds the data.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_CONTROLPLANE_H
#define CONORM_RUNTIME_LIB_CONTROL_CONTROLPLANE_H

#include "Groups.h"

#include <atomic>

namespace conorm::rt {

struct ControlSettings {
  /// All ranks have asked for the same.
  WorldTerms terms;
  /// Of the communicators of groups: what a step moves in the host's memory.
  size_t slotBytes = minimumSlotBytes;
  uint32_t deadlineMs = 0;
};

class ControlPlane {
public:
  /// Connects to all peers. Collective over the bootstrap's world.
  Error connect(const conorm_bootstrap &bootstrap,
                const ControlSettings &settings);

  World &world() { return everybody; }
  const World &world() const { return everybody; }

  /// Makes the communicators of groups, if they are new. Collective over the
  /// world.
  Error addGroups(const conorm_group *groups, size_t count);
  /// A step of all ranks, which make the same call.
  Error meet(const CallAttributes &attributes, const char *label = "");

  /// The communicator of this rank's row. It lives as long as this object.
  Error find(const conorm_group &group, Communicator *&out) const {
    return groups.find(group, out);
  }
  Error groupSize(const conorm_group &group, int64_t &size) const;

  /// Starts a call among the members of the group's row.
  Error beginCall(const conorm_group &group, const CallAttributes &attributes,
                  const char *label, Communicator *&out);

  void setDeadline(uint32_t milliseconds) {
    everybody.setDeadline(milliseconds);
  }
  /// The first failure that is published stays: peers may be reading it. From
  /// any thread.
  void publishFailure(const Error &error) {
    if (!published.exchange(true))
      everybody.publishFailure(error);
  }

private:
  struct Addition;
  Error exportWorldChannel(std::shared_ptr<Segment> &mine,
                           const Deadline &deadline);
  Error attachWorldChannel(std::shared_ptr<Segment> mine,
                           const Deadline &deadline);
  size_t segmentBytes(const KnownGroup &group) const;
  std::string describeWorkspace(const conorm_group &given,
                                const KnownGroup &group) const;
  Error makeCommunicator(KnownGroup &group, const Deadline &deadline,
                         std::shared_ptr<Segment> &mine);
  Error attachPeers(const Addition &addition, const Deadline &deadline);
  Error agreeOnGroups(const conorm_group *groups, size_t count);

  // The world outlives the communicators.
  World everybody;
  /// All ranks; carries conorm_context_add_groups.
  std::unique_ptr<Communicator> worldChannel;
  GroupRegistry groups;
  size_t slotBytes = minimumSlotBytes;
  uint64_t nextSegment = worldChannelNumber + 1;
  std::atomic<bool> published{false};
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_CONTROLPLANE_H
