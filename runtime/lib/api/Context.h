//===- Context.h - One rank's view of the world -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_API_CONTEXT_H
#define CONORM_RUNTIME_LIB_API_CONTEXT_H

#include "control/Backend.h"
#include "memory/DeviceCalls.h"
#include "support/Handles.h"
#include "support/Process.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

struct conorm_context {
  /// Where it was made.
  uint64_t process = conorm::rt::processMark();
  int32_t rank = 0;
  int32_t worldSize = 0;
  /// A conorm_strategy that overrides what calls ask for; AUTO: none.
  uint32_t strategy = 0;
  /// A conorm_backend.
  uint32_t backendKind = CONORM_BACKEND_CPU;
  std::unique_ptr<conorm::rt::Backend> backend;
  /// Null if the backend has no device.
  std::unique_ptr<conorm::rt::memory::DeviceCalls> calls;

  /// A conorm_timing, and the timer unless it is NONE.
  uint32_t timing = CONORM_TIMING_NONE;
  std::unique_ptr<conorm::rt::Timer> timer;

  conorm_observer_fn observer = nullptr;
  void *observerUser = nullptr;

  /// Set while a call runs, to detect another one beside it.
  std::atomic<bool> busy{false};

  /// First error. The message is written once, under the mutex, before
  /// `status` is released.
  std::atomic<uint32_t> status{CONORM_OK};
  std::mutex errorMutex;
  std::string message;
};

namespace conorm::rt {

/// Whether the context is the copy that a child got of its parent's. Nothing in
/// it may be used: the sockets and the memory it shares with the peers are the
/// parent's, a lock may be held by a thread that does not exist.
inline bool isForkedCopy(const conorm_context *context) {
  return context->process != processMark();
}

/// Keeps a context for the time of one entry point; false if it is not live.
class ContextUse : public HandleUse {
public:
  explicit ContextUse(const conorm_context *context)
      : HandleUse(Handle::Context, context) {}
};

/// Why a call on the context cannot even begin; CONORM_OK if it can.
inline conorm_status refusal(const ContextUse &use,
                             const conorm_context *context) {
  if (!use || isForkedCopy(context))
    return CONORM_ERROR_INVALID_ARGUMENT;
  return context->status.load(std::memory_order_acquire) == CONORM_OK
             ? CONORM_OK
             : CONORM_ERROR_ABORTED;
}

/// Records an error as the context's first, unless there is one, and tells the
/// peers. Returns what the failing call returns: the error's code.
conorm_status failContext(conorm_context *context, const Error &error);

/// What times operations now; null for nothing.
inline Timer *operationTimer(const conorm_context *context) {
  bool isCaptured = context->calls && context->calls->usesGraphs;
  return context->timing == CONORM_TIMING_OPERATIONS && !isCaptured
             ? context->timer.get()
             : nullptr;
}

/// Marks a context as in use for the time of one call.
class CallScope {
public:
  explicit CallScope(conorm_context *context)
      : context(context),
        entered(!context->busy.exchange(true, std::memory_order_acquire)) {}
  ~CallScope() {
    if (entered)
      context->busy.store(false, std::memory_order_release);
  }
  CallScope(const CallScope &) = delete;
  CallScope &operator=(const CallScope &) = delete;

  explicit operator bool() const { return entered; }

private:
  conorm_context *context;
  bool entered;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_API_CONTEXT_H
