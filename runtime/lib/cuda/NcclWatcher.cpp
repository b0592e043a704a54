//===- NcclWatcher.cpp - What ends a communicator of NCCL -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NcclSession.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static constexpr std::chrono::milliseconds betweenLooks{1};
/// What a peer sent before it left may still be on its way.
static constexpr int64_t graceNanoseconds = 200000000;
/// How long the end of a context waits for NCCL.
static constexpr uint32_t patienceMilliseconds = 3000;
/// Between two looks; more is time in which the process was stopped.
static constexpr int64_t longestCounted = 50000000;

//===----------------------------------------------------------------------===//
// Watching
//===----------------------------------------------------------------------===//

Error NcclSession::startWatcher() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    advance(NcclEvent::Start);
  }
  pthread_t thread;
  int number = pthread_create(&thread, nullptr, runWatcher, this);
  if (number != 0)
    return threadError("starting the thread that watches NCCL", number);
  watcher = thread;
  return success();
}

void *NcclSession::runWatcher(void *self) {
  static_cast<NcclSession *>(self)->watch();
  return nullptr;
}

void NcclSession::watch() {
  uint64_t lastMark = 0;
  int64_t since = now(), lastLook = since;
  std::unique_lock<std::mutex> lock(mutex);
  while (isWatched()) {
    lock.unlock();
    int64_t time = now();
    since += std::max<int64_t>(time - lastLook - longestCounted, 0);
    lastLook = time;
    bool isOwn = true;
    if (Error error = guarded([&] { return look(lastMark, since, isOwn); }))
      (void)fail(std::move(error), /*publish=*/isOwn);
    lock.lock();
    if (isWatched())
      wake.wait_for(lock, betweenLooks);
  }
}

/// One look. `isOwn` is cleared for what the peers know already.
Error NcclSession::look(uint64_t &lastMark, int64_t &since, bool &isOwn) {
  if (Error error = hooks.findRecord())
    return error;
  uint64_t mark = __atomic_load_n(&words->mark, __ATOMIC_ACQUIRE);
  if (mark != lastMark) {
    lastMark = mark;
    since = now();
  }
  bool inside = mark & 1;
  if (world.disturbed()) {
    isOwn = false;
    return world.checkPeers(inside ? prefix() : "");
  }
  // A peer that ends in peace may close connections that nothing uses.
  if (!inside)
    return success();
  int state = ncclDone;
  Error error;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!comm)
      return success();
    if (int result = api->commGetAsyncError(comm, &state))
      state = result;
    if (!ncclGood(state))
      error = ncclFailure("NCCL", state);
  }
  if (!error)
    return lookAtTraffic(mark, since);
  // Who ended is heard of a moment later, and says more.
  if (now() - since < graceNanoseconds && state == ncclPeerFailed)
    return success();
  error.message = prefix() + error.message;
  return error;
}

Error NcclSession::lookAtTraffic(uint64_t mark, int64_t since) {
  int64_t waited = now() - since;
  int64_t deadline = int64_t(world.deadlineMs()) * 1000000;
  if (waited < std::min(deadline, graceNanoseconds))
    return success();
  uint64_t gone = world.own().left.load(std::memory_order_acquire);
  Error error;
  for (int rank : members.ranks())
    if (!error && gone >> rank & 1)
      error = makeError(CONORM_ERROR_PEER_LOST,
                        "%srank %d left (context destroyed) before the call "
                        "was complete",
                        prefix().c_str(), rank);
  if (!error && waited > deadline)
    error = makeError(CONORM_ERROR_TIMEOUT,
                      "%sNCCL was not complete within %u ms, though all ranks "
                      "had begun the call",
                      prefix().c_str(), world.deadlineMs());
  // It may have come to its end in between.
  if (__atomic_load_n(&words->mark, __ATOMIC_ACQUIRE) != mark)
    return success();
  return error;
}

std::string NcclSession::prefix() const {
  CallHeader header;
  memcpy(static_cast<void *>(&header), words->header, sizeof(header));
  return format("call %llu (", static_cast<unsigned long long>(words->call)) +
         conorm::rt::describeCall(header) + "): ";
}

Error NcclSession::fail(Error error, bool publish) {
  bool isFirst = false;
  {
    std::lock_guard<std::mutex> lock(mutex);
    advance(NcclEvent::Fail);
    if (!firstFailure) {
      firstFailure = error;
      isFirst = true;
    }
    error = firstFailure;
    beginEnd(/*gently=*/false);
  }
  // Kernels that are queued behind find a word, and the peers hear of it.
  if (isFirst && publish)
    hooks.publish(error);
  return error;
}

//===----------------------------------------------------------------------===//
// Ending
//===----------------------------------------------------------------------===//

/// NCCL's ends may take as long as they like, since a graph that holds its
/// kernels keeps them waiting: they have a thread that outlives this object.
struct NcclSession::Ending {
  const NcclApi *api;
  NcclHandle comm;
  int device;
  bool gently;
  std::atomic<bool> done{false};

  void run();
  static void *entry(void *reference) {
    std::unique_ptr<std::shared_ptr<Ending>> self(
        static_cast<std::shared_ptr<Ending> *>(reference));
    (*self)->run();
    return nullptr;
  }
};

void NcclSession::Ending::run() {
  cudaSetDevice(device);
  if (gently) {
    int state = api->commFinalize(comm);
    Deadline deadline(patienceMilliseconds / 2);
    while (ncclGood(state) && !deadline.passed()) {
      int result = api->commGetAsyncError(comm, &state);
      if (result != ncclDone)
        state = result;
      if (state != ncclUnderWay)
        break;
      usleep(200);
    }
    if (state == ncclDone) {
      api->commDestroy(comm);
      done.store(true, std::memory_order_release);
      return;
    }
  }
  // Kernels leave at once; what is freed is freed when they have.
  api->commAbort(comm);
  done.store(true, std::memory_order_release);
}

/// Under the mutex. From here on the communicator is the thread's.
void NcclSession::beginEnd(bool gently) {
  if (!comm)
    return;
  ending = std::make_shared<Ending>();
  ending->api = api;
  ending->comm = std::exchange(comm, nullptr);
  ending->device = device;
  ending->gently = gently;
  auto *reference = new std::shared_ptr<Ending>(ending);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, Ending::entry, reference) == 0)
    pthread_detach(thread);
  else
    Ending::entry(reference);
}

/// A call that failed halfway has left traffic that its stream does not wait
/// for.
bool NcclSession::awaitQuiet() const {
  Deadline deadline(patienceMilliseconds);
  auto isBusy = [&] {
    return (ending && !ending->done.load(std::memory_order_acquire)) ||
           (traffic && cudaStreamQuery(traffic) == cudaErrorNotReady);
  };
  while (isBusy()) {
    if (deadline.passed())
      return false;
    usleep(200);
  }
  cudaGetLastError();
  return true;
}

void NcclSession::retire() {
  std::lock_guard<std::mutex> lock(mutex);
  advance(NcclEvent::Retire);
}

bool NcclSession::finish() {
  bool gently;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (state >= NcclState::Ending)
      return state == NcclState::Quiet;
    gently = state == NcclState::Retired;
    advance(NcclEvent::Finish);
  }
  wake.notify_all();
  if (watcher)
    pthread_join(*watcher, nullptr);
  {
    std::lock_guard<std::mutex> lock(mutex);
    // What the watcher found last has begun the end itself.
    beginEnd(gently);
  }
  DeviceScope scope(device);
  bool isQuiet = awaitQuiet();
  std::lock_guard<std::mutex> lock(mutex);
  advance(isQuiet ? NcclEvent::Drain : NcclEvent::GiveUp);
  return isQuiet;
}

/// What is not quiet is abandoned with what its kernels may still write.
NcclSession::~NcclSession() {
  if (state != NcclState::Quiet)
    return;
  DeviceScope scope(device);
  if (entered)
    cudaEventDestroy(entered);
  if (left)
    cudaEventDestroy(left);
  if (traffic)
    cudaStreamDestroy(traffic);
  if (words)
    cudaFreeHost(words);
}
