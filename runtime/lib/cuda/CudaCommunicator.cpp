//===- CudaCommunicator.cpp - A group's memory on the devices -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaCommunicator.h"

#include "control/Verdict.h"

#include <cinttypes>
#include <cstring>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static_assert(sizeof(CallHeader) <= headerWords * sizeof(uint64_t),
              "a header fits its room");

CudaCommunicator::CudaCommunicator(World &world, Communicator &group,
                                   const DeviceSettings &settings,
                                   uint64_t number,
                                   std::function<void(const Error &)> publish)
    : world(world), members(group), settings(settings), number(number),
      viaNccl(std::make_unique<NcclSession>(
          world, group, settings.device,
          NcclSession::Hooks{[this] { return pollRecord(); },
                             std::move(publish)})) {}

CudaCommunicator::~CudaCommunicator() {
  // Its watcher reads the record, and its traffic uses the memory.
  if (!viaNccl->finish())
    leak();
  DeviceScope scope(settings.device);
  if (local)
    cudaFree(local);
  if (record)
    cudaFreeHost(record);
}

void CudaCommunicator::leak() {
  (void)viaNccl->finish();
  // The pointers to shared memory are never destroyed.
  new std::vector<std::shared_ptr<DeviceMemory>>(std::move(memory));
  local = nullptr;
  record = nullptr;
}

Error CudaCommunicator::exportMemory(const Deadline &deadline) {
  memory.resize(size());
  std::shared_ptr<DeviceMemory> &mine = memory[members.index()];
  if (Error error =
          DeviceMemory::allocate(settings.workspaceBytes, settings.handles,
                                 settings.localDevices, mine))
    return explain(std::move(error),
                   format("cannot make a workspace of %" PRIu64
                          " bytes on device %d for each of %d ranks",
                          settings.workspaceBytes, settings.device, size()));
  WorkspaceLayout places = layout();
  if (Error error = mine->fill(places.landingsOffset, 0xff,
                               places.slotsOffset - places.landingsOffset))
    return error;
  if (Error error = mine->fill(termsOffset, 0xff, linesOffset - termsOffset))
    return error;
  void *state;
  if (Error error =
          checkCuda("cudaMalloc", cudaMalloc(&state, sizeof(LocalState))))
    return error;
  local = static_cast<LocalState *>(state);
  if (Error error =
          checkCuda("cudaMemset", cudaMemset(local, 0, sizeof(LocalState))))
    return error;
  void *page;
  if (Error error =
          checkCuda("cudaHostAlloc",
                    cudaHostAlloc(&page, sizeof(Record),
                                  cudaHostAllocMapped | cudaHostAllocPortable)))
    return error;
  record = static_cast<Record *>(page);
  memset(static_cast<void *>(record), 0, sizeof(Record));
  void *onDevice;
  if (Error error = checkCuda("cudaHostGetDevicePointer",
                              cudaHostGetDevicePointer(&onDevice, page, 0)))
    return error;
  recordOnDevice = static_cast<Record *>(onDevice);
  for (int rank : members.ranks())
    if (rank != world.rank())
      if (Error error = DeviceMemory::exportTo(world.mesh(), rank, number, mine,
                                               deadline))
        return error;
  return success();
}

Error CudaCommunicator::importMemory(const Deadline &deadline) {
  for (int member = 0; member < size(); ++member)
    if (member != members.index())
      if (Error error = DeviceMemory::importFrom(
              world.mesh(), members.rankOf(member), number,
              settings.workspaceBytes, settings.handles, deadline,
              memory[member]))
        return explain(std::move(error),
                       format("cannot map a workspace of %" PRIu64
                              " bytes for each of %d ranks",
                              settings.workspaceBytes, size()));
  return success();
}

Group CudaCommunicator::describeCall(const CallAttributes &attributes,
                                     const char *label) const {
  Group group{};
  group.size = size();
  group.self = members.index();
  group.channels = settings.channels;
  WorkspaceLayout places = layout();
  group.slotBytes = int64_t(places.slotBytes);
  group.landingBytes = int64_t(places.landingBytes);
  group.slotsOffset = places.slotsOffset;
  group.landingsOffset = places.landingsOffset;
  group.generation = world.mesh().generation() + number;
  group.digest = digestOf(attributes);
  group.deadlineNanoseconds = uint64_t(world.deadlineMs()) * 1000000;
  group.delayNanoseconds = settings.delayNanoseconds;
  group.local = local;
  group.record = recordOnDevice;
  const RankControl &control = world.own();
  auto onDevice = [&](const void *word) {
    return settings.controlPage + (static_cast<const char *>(word) -
                                   reinterpret_cast<const char *>(&control));
  };
  group.aborted = reinterpret_cast<uint64_t *>(onDevice(&control.aborted));
  group.left = reinterpret_cast<uint64_t *>(onDevice(&control.left));
  group.lost = reinterpret_cast<uint64_t *>(onDevice(&control.lost));
  group.launcherLost =
      reinterpret_cast<uint32_t *>(onDevice(&control.launcherLost));
  for (int member = 0; member < size(); ++member) {
    group.workspaces[member] = memory[member]->data();
    group.ranks[member] = uint8_t(members.rankOf(member));
  }
  CallHeader header{};
  header.attributes = attributes;
  memcpy(header.label, label, strnlen(label, sizeof(header.label) - 1));
  memcpy(group.header, &header, sizeof(header));
  return group;
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

static CallHeader headerOf(const uint64_t *words) {
  CallHeader header;
  memcpy(static_cast<void *>(&header), words, sizeof(header));
  return header;
}

Error CudaCommunicator::poll() const {
  if (Error error = viaNccl->failure())
    return error;
  return pollRecord();
}

NcclSession::Stage CudaCommunicator::stage() const {
  uint64_t offset = layout().slotsOffset;
  return {memory[members.index()]->data() + offset,
          int64_t(settings.workspaceBytes - offset)};
}

Error CudaCommunicator::pollRecord() const {
  if (!record || !__atomic_load_n(&record->ready, __ATOMIC_ACQUIRE))
    return success();
  return wordRecord(*record);
}

std::string CudaCommunicator::prefixOf(const Record &record) const {
  return format("call %llu (", static_cast<unsigned long long>(record.call)) +
         conorm::rt::describeCall(headerOf(record.ownHeader)) + "): ";
}

Error CudaCommunicator::wordRecord(const Record &record) const {
  std::string prefix = prefixOf(record);
  int peer = int(record.peer);
  switch (record.reason) {
  case reasonTimeout:
    return wordTimeout(record);
  case reasonMismatch:
    return wordMismatch(record, prefix);
  case reasonOverlap:
    return makeError(CONORM_ERROR_OVERLAP,
                     "%sanother call runs on the same group, expected one at a "
                     "time",
                     prefix.c_str());
  case reasonPeerAborted:
    return wordPeerAbort(record);
  case reasonPeerLeft:
    return makeError(CONORM_ERROR_PEER_LOST,
                     "%srank %d left (context destroyed) before call %llu",
                     prefix.c_str(), members.rankOf(peer),
                     static_cast<unsigned long long>(record.call));
  default:
    break;
  }
  if (Error error = world.checkPeers(prefix))
    return error;
  return makeError(CONORM_ERROR_PEER_LOST, "%sa peer gave up", prefix.c_str());
}

/// Members that came but made another call explain more than who is missing;
/// of those that are missing, the one that is furthest behind.
Error CudaCommunicator::wordTimeout(const Record &record) const {
  std::string prefix = prefixOf(record);
  if (record.channel == 0 && record.firstStep)
    if (Error error = wordMismatch(record, prefix))
      return error;
  int culprit = int(record.peer);
  for (int member = 0; member < size(); ++member)
    if (member != members.index() &&
        record.steps[member][record.step & 1] != record.step &&
        record.calls[member] < record.calls[culprit])
      culprit = member;
  // The number of the call is posted on one channel only; a later step of the
  // call on any other tells as much.
  uint64_t last = record.firstStep ? record.calls[culprit] : record.call;
  return {CONORM_ERROR_TIMEOUT,
          prefix + describeMissing(members.rankOf(culprit), world.deadlineMs(),
                                   record.call, last)};
}

Error CudaCommunicator::wordMismatch(const Record &record,
                                     const std::string &prefix) const {
  const CallHeader mine = headerOf(record.ownHeader);
  std::vector<Vote> votes(size());
  for (int member = 0; member < size(); ++member)
    votes[member] = {record.steps[member][record.step & 1] == record.step,
                     record.digests[member]};
  votes[members.index()] = {true, digestOf(mine.attributes)};
  int culprit = findOddOneOut(votes, members.index());
  if (culprit < 0)
    return success();
  return {CONORM_ERROR_MISMATCH,
          prefix + describeDifference(members.rankOf(culprit), mine,
                                      headerOf(record.headers[culprit]))};
}

/// The peer's kernel said why it gave up, and whom it blames.
Error CudaCommunicator::wordPeerAbort(const Record &record) const {
  int reporter = members.rankOf(int(record.peer));
  int culprit = members.rankOf(abortCulprit(record.word));
  std::string call = prefixOf(record);
  auto report = [&](conorm_status code, const char *what) {
    return makeError(code, "rank %d reported: %srank %d %s", reporter,
                     call.c_str(), culprit, what);
  };
  switch (abortReason(record.word)) {
  case reasonTimeout:
    return report(CONORM_ERROR_TIMEOUT, "did not arrive");
  case reasonMismatch:
    // The verdict is each member's own, from all headers.
    if (Error error = wordMismatch(record, call))
      return error;
    return report(CONORM_ERROR_MISMATCH, "made another call");
  case reasonOverlap:
    return report(CONORM_ERROR_PEER_LOST, "overlapped two calls");
  case reasonPeerLeft:
    return report(CONORM_ERROR_PEER_LOST, "left (context destroyed)");
  default:
    break;
  }
  if (Error error = world.checkPeers(call))
    return error;
  return makeError(CONORM_ERROR_PEER_LOST, "%srank %d gave up", call.c_str(),
                   reporter);
}
