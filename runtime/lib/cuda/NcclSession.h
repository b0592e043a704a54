//===- NcclSession.h - A group's use of NCCL --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// NCCL's kernels read no word of ours. A thread of the host, the watcher, reads
// what our kernels read, and aborts NCCL's communicator where they would give
// up: its kernels then end, and the stream goes on.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_NCCLSESSION_H
#define CONORM_RUNTIME_LIB_CUDA_NCCLSESSION_H

#include "Driver.h"
#include "NcclApi.h"
#include "NcclKernels.h"
#include "NcclState.h"

#include "control/Communicator.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>

namespace conorm::rt::cuda {

class NcclSession {
public:
  struct Hooks {
    /// What a kernel of this rank recorded; success if nothing.
    std::function<Error()> findRecord;
    /// Tells the peers that this rank gave up.
    std::function<void(const Error &)> publish;
  };

  /// `members` carries the unique id between the hosts.
  NcclSession(World &world, Communicator &members, int device, Hooks hooks);
  ~NcclSession();

  /// Ends NCCL's communicator, in peace only if it was retired. Returns in
  /// bounded time, and whether nothing is under way on the device any more.
  bool finish();

  /// Memory of this rank that NCCL may use while it connects.
  struct Stage {
    char *at;
    int64_t bytes;
  };
  /// Makes the communicator: collective over the members. The first traffic is
  /// part of it, since NCCL connects when it first sends. `loaded` says how
  /// loading NCCL went here, which the members hear of.
  Error connect(const NcclApi &functions, Error loaded,
                const CallAttributes &attributes, const char *label,
                Stage stage);
  bool wasUsed() const;

  /// What ended this communicator; success if nothing did. From any thread.
  Error failure() const;

  /// The stream of the traffic follows `stream` from here, and `stream` follows
  /// it from there: NCCL launches from threads of its own, where a thread's
  /// default stream would be another one.
  Error enter(cudaStream_t stream, const Group &group);
  Error leave(cudaStream_t stream);
  cudaStream_t lane() const { return traffic; }

  /// A group of NCCL's calls, until it is enqueued. `calls(api, comm, lane)`
  /// returns NCCL's result.
  using Calls = std::function<int(const NcclApi &, NcclHandle, cudaStream_t)>;
  Error transfer(const char *what, const Calls &calls);

  /// Nothing is under way on the stream: the end may wait for NCCL's own.
  void retire();

private:
  struct Ending;
  Error prepareStreams();
  Error shareId(NcclId &id, const Error &mine);
  Error agreeOnOutcome(const Error &mine);
  Error initialize(const NcclId &id);
  Error warmUp(Stage stage);
  Error settle(const char *what, int result);
  Error ncclFailure(const char *what, int result) const;
  Error mark(const Group &group, uint32_t begins);
  Error startWatcher();
  static void *runWatcher(void *self);
  void watch();
  Error look(uint64_t &lastMark, int64_t &since, bool &isOwn);
  Error lookAtTraffic(uint64_t mark, int64_t since);
  std::string prefix() const;
  /// The first failure stays and aborts the communicator.
  Error fail(Error error, bool publish);
  /// Under the mutex.
  void advance(NcclEvent event) { state = after(state, event); }
  bool isWatched() const { return state < NcclState::Failed; }
  void beginEnd(bool gently);
  bool awaitQuiet() const;

  World &world;
  Communicator &members;
  int device;
  Hooks hooks;
  const NcclApi *api = nullptr;

  cudaStream_t traffic = nullptr;
  cudaEvent_t entered = nullptr, left = nullptr;
  Traffic *words = nullptr;
  Traffic *wordsOnDevice = nullptr;

  /// Of the thread that makes calls.
  std::optional<pthread_t> watcher;

  /// Guards what follows.
  mutable std::mutex mutex;
  std::condition_variable wake;
  NcclState state = NcclState::Unused;
  /// NCCL's communicator, until it is handed to `ending`.
  NcclHandle comm = nullptr;
  /// Set from Failed on, if that was passed through.
  Error firstFailure;
  std::shared_ptr<Ending> ending;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_NCCLSESSION_H
