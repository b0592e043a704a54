//===- CudaCommunicator.h - A group's memory on the devices -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CUDACOMMUNICATOR_H
#define CONORM_RUNTIME_LIB_CUDA_CUDACOMMUNICATOR_H

#include "DeviceMemory.h"
#include "NcclSession.h"
#include "Protocol.h"
#include "protocols/PushKernels.h"

#include "control/Communicator.h"

#include <vector>

namespace conorm::rt::cuda {

/// What this rank's communicators have in common.
struct DeviceSettings {
  int device = 0;
  /// Agreed by all ranks of the world.
  int channels = 1;
  /// Clusters that each rank may have resident; agreed as well.
  ClusterCounts clusters = {};
  uint64_t workspaceBytes = 0;
  HandleKind handles = HandleKind::Descriptor;
  /// CONORM_CUDA_DELAYS, for tests.
  uint32_t delayNanoseconds = 0;
  /// Devices of the ranks of this process.
  std::vector<int> localDevices;
  /// Of each rank of the world: the first rank that is on the same device.
  std::vector<int> firstOnDevice;
  /// The control page, as the device sees it.
  char *controlPage = nullptr;
};

class CudaCommunicator {
public:
  /// `group` gives the members; it outlives this object, and so does `world`.
  /// `publish` tells the peers what the watcher of NCCL found.
  CudaCommunicator(World &world, Communicator &group,
                   const DeviceSettings &settings, uint64_t number,
                   std::function<void(const Error &)> publish);
  ~CudaCommunicator();

  /// Makes this rank's memory and hands it to the members.
  Error exportMemory(const Deadline &deadline);
  /// Takes the members' memory. All have exported theirs.
  Error importMemory(const Deadline &deadline);

  int size() const { return members.size(); }
  const Communicator &group() const { return members; }
  int channels() const { return settings.channels; }

  WorkspaceLayout layout() const {
    return {settings.workspaceBytes, settings.channels, size()};
  }

  /// The kernels' view of a call.
  Group describeCall(const CallAttributes &attributes, const char *label) const;

  /// What a kernel recorded or NCCL's watcher found; success if nothing.
  Error poll() const;

  /// The strategy nccl: not connected until it is asked for.
  NcclSession &nccl() { return *viaNccl; }
  /// This rank's slots. No peer reads them between the completion of channel
  /// 0's first step of a call and the next call.
  NcclSession::Stage stage() const;

  /// Gives the memory up without releasing it: kernels may still use it.
  void leak();

private:
  Error pollRecord() const;
  Error wordRecord(const Record &record) const;
  std::string prefixOf(const Record &record) const;
  Error wordTimeout(const Record &record) const;
  Error wordMismatch(const Record &record, const std::string &prefix) const;
  Error wordPeerAbort(const Record &record) const;

  World &world;
  Communicator &members;
  const DeviceSettings &settings;
  uint64_t number;
  std::vector<std::shared_ptr<DeviceMemory>> memory;
  LocalState *local = nullptr;
  Record *record = nullptr;
  Record *recordOnDevice = nullptr;
  std::unique_ptr<NcclSession> viaNccl;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CUDACOMMUNICATOR_H
