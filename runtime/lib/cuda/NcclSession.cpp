//===- NcclSession.cpp - A group's use of NCCL ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Making a communicator and sending through it. Watching and ending it is in
// NcclWatcher.cpp.
//
//===----------------------------------------------------------------------===//

#include "NcclSession.h"

#include <algorithm>
#include <cstring>
#include <sched.h>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

/// What members tell one another, in a slot of the control plane's channel.
namespace {
struct Hello {
  uint32_t code;
  int32_t version;
  NcclId id;
  char message[512];
};
} // namespace

NcclSession::NcclSession(World &world, Communicator &members, int device,
                         Hooks hooks)
    : world(world), members(members), device(device), hooks(std::move(hooks)) {}

bool NcclSession::wasUsed() const {
  std::lock_guard<std::mutex> lock(mutex);
  return state != NcclState::Unused;
}

Error NcclSession::failure() const {
  std::lock_guard<std::mutex> lock(mutex);
  return firstFailure;
}

Error NcclSession::ncclFailure(const char *what, int result) const {
  const char *detail = api->getLastError(comm);
  bool hasDetail = detail && *detail;
  return makeError(result == ncclPeerFailed ? CONORM_ERROR_PEER_LOST
                                            : CONORM_ERROR_SYSTEM,
                   "%s: %s%s%s", what, api->getErrorString(result),
                   hasDetail ? ": " : "", hasDetail ? detail : "");
}

//===----------------------------------------------------------------------===//
// Connecting
//===----------------------------------------------------------------------===//

Error NcclSession::prepareStreams() {
  for (uint32_t type : {CONORM_TYPE_F32, CONORM_TYPE_F16, CONORM_TYPE_BF16}) {
    cudaFuncAttributes attributes;
    if (Error error = checkCuda(
            "cudaFuncGetAttributes",
            cudaFuncGetAttributes(&attributes, orderedSumKernel(type))))
      return error;
  }
  cudaFuncAttributes attributes;
  if (Error error = checkCuda("cudaFuncGetAttributes",
                              cudaFuncGetAttributes(&attributes, markKernel())))
    return error;
  if (Error error =
          checkCuda("cudaStreamCreate",
                    cudaStreamCreateWithFlags(&traffic, cudaStreamNonBlocking)))
    return error;
  for (cudaEvent_t *event : {&entered, &left})
    if (Error error =
            checkCuda("cudaEventCreate",
                      cudaEventCreateWithFlags(event, cudaEventDisableTiming)))
      return error;
  void *page;
  if (Error error =
          checkCuda("cudaHostAlloc",
                    cudaHostAlloc(&page, sizeof(Traffic),
                                  cudaHostAllocMapped | cudaHostAllocPortable)))
    return error;
  memset(page, 0, sizeof(Traffic));
  words = static_cast<Traffic *>(page);
  void *onDevice;
  if (Error error = checkCuda("cudaHostGetDevicePointer",
                              cudaHostGetDevicePointer(&onDevice, page, 0)))
    return error;
  wordsOnDevice = static_cast<Traffic *>(onDevice);
  return success();
}

/// The first member's id, unless a member cannot go on. The hello is a step on
/// the control plane's channel of the group, with its deadline and its errors.
Error NcclSession::shareId(NcclId &id, const Error &mine) {
  static_assert(sizeof(Hello) <= 4096, "fits the smallest slot");
  Hello hello{};
  hello.code = mine.code;
  hello.version = api ? api->version : 0;
  copyMessage(mine.message, hello.message, sizeof(hello.message));
  hello.id = id;
  if (members.size() == 1)
    return mine;
  memcpy(members.nextSlot(), &hello, sizeof(hello));
  if (Error error = members.exchange())
    return error;
  if (mine)
    return mine;
  for (int member = 0; member < members.size(); ++member) {
    Hello other;
    memcpy(&other, members.readSlot(member), sizeof(other));
    int rank = members.rankOf(member);
    if (other.code != CONORM_OK)
      return makeError(conorm_status(other.code), "rank %d reported: %.*s",
                       rank, int(strnlen(other.message, sizeof(other.message))),
                       other.message);
    if (other.version != hello.version)
      return makeError(CONORM_ERROR_VERSION,
                       "rank %d loaded NCCL %s, this rank %s", rank,
                       ncclVersionText(other.version).c_str(),
                       ncclVersionText(hello.version).c_str());
    if (member == 0)
      id = other.id;
  }
  return success();
}

Error NcclSession::agreeOnOutcome(const Error &mine) {
  NcclId unused{};
  return shareId(unused, mine);
}

Error NcclSession::initialize(const NcclId &id) {
  NcclConfig config;
  int result;
  {
    std::lock_guard<std::mutex> lock(mutex);
    result = api->commInitRankConfig(&comm, members.size(), id, members.index(),
                                     &config);
    if (!comm)
      return ncclFailure("ncclCommInitRankConfig", result);
  }
  return settle("ncclCommInitRankConfig", result);
}

/// Everything that calls will use, with little and with as much as a call
/// sends: NCCL connects and allocates for what it meets first, which in a call
/// could wait for a kernel that waits.
Error NcclSession::warmUp(Stage stage) {
  int size = members.size();
  for (int64_t part : {int64_t(16), stage.bytes / 2 / size / 16 * 16}) {
    char *from = stage.at, *to = stage.at + part * size;
    if (Error error = transfer(
            "ncclSend and ncclRecv",
            [&](const NcclApi &nccl, NcclHandle comm, cudaStream_t lane) {
              int result = ncclDone;
              for (int peer = 0; peer < size && ncclGood(result); ++peer) {
                result = nccl.send(from + peer * part, size_t(part), ncclBytes,
                                   peer, comm, lane);
                if (ncclGood(result))
                  result = nccl.recv(to + peer * part, size_t(part), ncclBytes,
                                     peer, comm, lane);
              }
              return result;
            }))
      return error;
    if (Error error =
            transfer("ncclAllGather", [&](const NcclApi &nccl, NcclHandle comm,
                                          cudaStream_t lane) {
              return nccl.allGather(from + members.index() * part, from,
                                    size_t(part), ncclBytes, comm, lane);
            }))
      return error;
    if (Error error =
            transfer("ncclAllReduce", [&](const NcclApi &nccl, NcclHandle comm,
                                          cudaStream_t lane) {
              return nccl.allReduce(from, to, size_t(part / 4), ncclFloats,
                                    ncclOpSum, comm, lane);
            }))
      return error;
    if (Error error = transfer(
            "ncclReduceScatter",
            [&](const NcclApi &nccl, NcclHandle comm, cudaStream_t lane) {
              return nccl.reduceScatter(from, to, size_t(part / 4), ncclFloats,
                                        ncclOpSum, comm, lane);
            }))
      return error;
  }
  Deadline deadline(world.deadlineMs());
  while (cudaStreamQuery(traffic) == cudaErrorNotReady) {
    cudaGetLastError();
    if (Error error = failure())
      return error;
    if (deadline.passed())
      return fail(makeError(CONORM_ERROR_TIMEOUT,
                            "NCCL's first traffic was not complete within %u "
                            "ms",
                            deadline.milliseconds),
                  /*publish=*/false);
    usleep(50);
  }
  return checkCuda("cudaStreamQuery", cudaStreamQuery(traffic));
}

Error NcclSession::connect(const NcclApi &functions, Error loaded,
                           const CallAttributes &attributes, const char *label,
                           Stage stage) {
  api = &functions;
  if (Error error = members.begin(attributes, label))
    return error;
  NcclId id{};
  Error outcome = std::move(loaded);
  if (!outcome)
    outcome = prepareStreams();
  if (!outcome && members.index() == 0)
    if (int result = api->getUniqueId(&id))
      outcome = ncclFailure("ncclGetUniqueId", result);
  if (Error error = shareId(id, outcome))
    return error;
  outcome = startWatcher();
  if (!outcome)
    outcome = initialize(id);
  if (!outcome)
    outcome = warmUp(stage);
  if (Error error = agreeOnOutcome(outcome))
    return fail(std::move(error), /*publish=*/false);
  std::lock_guard<std::mutex> lock(mutex);
  advance(NcclEvent::Agree);
  return success();
}

//===----------------------------------------------------------------------===//
// Traffic
//===----------------------------------------------------------------------===//

Error NcclSession::mark(const Group &group, uint32_t begins) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(1);
  config.blockDim = dim3(32);
  config.stream = traffic;
  void *arguments[] = {const_cast<Group *>(&group), &wordsOnDevice, &begins};
  return checkCuda("cudaLaunchKernel",
                   cudaLaunchKernelExC(&config, markKernel(), arguments));
}

Error NcclSession::enter(cudaStream_t stream, const Group &group) {
  if (Error error =
          checkCuda("cudaEventRecord", cudaEventRecord(entered, stream)))
    return error;
  if (Error error = checkCuda("cudaStreamWaitEvent",
                              cudaStreamWaitEvent(traffic, entered, 0)))
    return error;
  return mark(group, 1);
}

Error NcclSession::leave(cudaStream_t stream) {
  Group nobody{};
  if (Error error = mark(nobody, 0))
    return error;
  if (Error error =
          checkCuda("cudaEventRecord", cudaEventRecord(left, traffic)))
    return error;
  return checkCuda("cudaStreamWaitEvent", cudaStreamWaitEvent(stream, left, 0));
}

Error NcclSession::transfer(const char *what, const Calls &calls) {
  int result;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (firstFailure)
      return firstFailure;
    result = api->groupStart();
    if (result == ncclDone) {
      result = calls(*api, comm, traffic);
      int end = api->groupEnd();
      if (ncclGood(result))
        result = end;
    }
  }
  return settle(what, result);
}

/// Until what was begun is enqueued: what follows on the stream must come after
/// it. The watcher looks at everything but the time.
Error NcclSession::settle(const char *what, int result) {
  // A little more than a kernel's deadline, whose record says more.
  Deadline deadline(world.deadlineMs() + 250);
  for (int64_t polls = 0;; ++polls) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (firstFailure)
        return firstFailure;
      if (ncclGood(result)) {
        int state = ncclDone;
        result = api->commGetAsyncError(comm, &state);
        if (result == ncclDone)
          result = state;
      }
      if (result == ncclDone)
        return success();
    }
    if (result != ncclUnderWay)
      break;
    if (deadline.passed())
      return fail(makeError(CONORM_ERROR_TIMEOUT,
                            "%s was not enqueued within %u ms, since some rank "
                            "did not take part",
                            what, world.deadlineMs()),
                  /*publish=*/false);
    if (polls < 1000)
      sched_yield();
    else
      usleep(20);
  }
  // A peer that ended explains more than NCCL's own words. It is heard of a
  // moment later.
  int64_t end = now() + 100000000;
  while (result == ncclPeerFailed && now() < end && !world.disturbed())
    usleep(1000);
  Error error;
  {
    std::lock_guard<std::mutex> lock(mutex);
    error = firstFailure ? firstFailure : ncclFailure(what, result);
  }
  if (world.disturbed())
    if (Error cause = world.checkPeers(""))
      error = std::move(cause);
  return fail(std::move(error), /*publish=*/false);
}
