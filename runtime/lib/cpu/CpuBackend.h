//===- CpuBackend.h - The CPU backend ---------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H
#define CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H

#include "control/Communicator.h"

#include "control/Backend.h"

namespace conorm::rt {

class CpuBackend : public Backend {
public:
  Error create(const conorm_context_options &options,
               const conorm_bootstrap &bootstrap);

  Error addGroups(const conorm_group *groups, size_t count) override;
  Error groupSize(const conorm_group &group, int64_t &size) override;
  uint32_t defaultStrategy(int64_t bytes, int64_t members,
                           bool sharesRows) const override;
  bool sharesRows(const conorm_all_reduce_rms_norm_args &args,
                  const conorm_group &group) const override;

  Error allReduce(const conorm_all_reduce_args &args, const conorm_group &group,
                  const Site &site) override;
  Error reduceScatter(const conorm_scatter_gather_args &args,
                      const conorm_group &group, const Site &site) override;
  Error allGather(const conorm_scatter_gather_args &args,
                  const conorm_group &group, const Site &site) override;
  Error rmsNorm(const conorm_rms_norm_args &args) override;
  Error quantize(const conorm_quantize_args &args) override;
  Error allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &args,
                         const conorm_group &group, const Site &site) override;

  void setDeadline(uint32_t milliseconds) override {
    world.setDeadline(milliseconds);
  }
  void publishFailure(const Error &error) override {
    world.publishFailure(error);
  }

protected:
  /// A group by content, with the communicator of this rank's row.
  struct Group {
    int64_t numGroups;
    int64_t groupSize;
    std::vector<int64_t> ranks;
    /// Null if this rank is in no row.
    std::unique_ptr<Communicator> communicator;
  };

  Error exportWorldChannel(std::shared_ptr<Segment> &mine,
                           const Deadline &deadline);
  Error attachWorldChannel(std::shared_ptr<Segment> mine,
                           const Deadline &deadline);
  size_t segmentBytes(const Group &group) const;
  /// For messages.
  std::string describeWorkspace(const conorm_group &given,
                                const Group &group) const;
  Error checkGroup(const conorm_group &group) const;
  const Group *find(const conorm_group &group) const;
  Group describe(const conorm_group &group) const;
  Error makeCommunicator(Group &group, const Deadline &deadline,
                         std::shared_ptr<Segment> &mine);
  Error attachPeers(Group &group, uint64_t number,
                    std::shared_ptr<Segment> mine, const Deadline &deadline);
  Error agreeOnGroups(const conorm_group *groups, size_t count);
  Error communicatorOf(const conorm_group &group, Communicator *&out);
  Error beginCall(const conorm_group &group, const CallAttributes &attributes,
                  const Site &site, Communicator *&out);

  // The world outlives the communicators.
  World world;
  uint64_t workspaceBytes = 0;
  /// All ranks; carries conorm_context_add_groups.
  std::unique_ptr<Communicator> worldChannel;
  std::vector<Group> groups;
  uint64_t nextSegment = worldChannelNumber + 1;
  /// Rows that no output can hold.
  std::vector<char> scratch;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H
