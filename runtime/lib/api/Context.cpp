//===- Context.cpp - Creation, errors and settings of contexts ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include "CudaLoader.h"
#include "Dispatch.h"

#include "bootstrap/Bootstrap.h"
#include "cpu/CpuBackend.h"
#include "support/Structs.h"

#include <new>

using namespace conorm::rt;

conorm_status conorm::rt::failContext(conorm_context *context,
                                      const Error &error) {
  if (isForkedCopy(context))
    return CONORM_ERROR_INVALID_ARGUMENT;
  {
    std::lock_guard<std::mutex> lock(context->errorMutex);
    if (context->status.load(std::memory_order_relaxed) != CONORM_OK)
      return CONORM_ERROR_ABORTED;
    context->message = error.message;
    context->status.store(error.code, std::memory_order_release);
  }
  if (context->backend)
    context->backend->publishFailure(error);
  return error.code;
}

static Error checkOptions(const conorm_context_options &options,
                          conorm_bootstrap &bootstrap) {
  if (Error error = readStruct(options.bootstrap, bootstrap, "bootstrap"))
    return error;
  if (isReleased(bootstrap))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "bootstrap was released, expected it until the contexts "
                     "that use it are destroyed");
  if (!bootstrap.allgather)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "bootstrap.allgather is null");
  if (bootstrap.world_size < 1 || bootstrap.world_size > CONORM_MAX_WORLD_SIZE)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "world size is %d, expected 1 to %d", bootstrap.world_size,
                     CONORM_MAX_WORLD_SIZE);
  if (bootstrap.rank < 0 || bootstrap.rank >= bootstrap.world_size)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "rank is %d, expected 0 to %d", bootstrap.rank,
                     bootstrap.world_size - 1);
  if (options.backend > CONORM_BACKEND_CUDA)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "backend is %u, expected 0 (cpu) or 1 (cuda)",
                     options.backend);
  return success();
}

static Error makeBackend(uint32_t kind, std::unique_ptr<Backend> &out) {
  if (kind == CONORM_BACKEND_CUDA)
    return makeCudaBackend(out);
  out = std::make_unique<CpuBackend>();
  return success();
}

static Error createContext(const conorm_context_options *given,
                           std::unique_ptr<conorm_context> &out) {
  conorm_context_options options;
  if (Error error = readStruct(given, options, "options"))
    return error;
  conorm_bootstrap bootstrap;
  if (Error error = checkOptions(options, bootstrap))
    return error;
  if (options.deadline_ms == 0)
    options.deadline_ms = CONORM_DEFAULT_DEADLINE_MS;
  if (options.workspace_bytes == 0)
    options.workspace_bytes = CONORM_DEFAULT_WORKSPACE_BYTES;
  std::unique_ptr<conorm_context> context(new (std::nothrow) conorm_context);
  if (!context)
    return makeError(CONORM_ERROR_RESOURCE, "out of memory");
  context->rank = bootstrap.rank;
  context->worldSize = bootstrap.world_size;
  context->strategy = options.strategy;
  context->backendKind = options.backend;
  if (Error error = makeBackend(options.backend, context->backend))
    return error;
  if (Error error = checkStrategy(*context, options.strategy))
    return error;
  if (Error error = context->backend->connect(options, bootstrap))
    return error;
  if (Device *device = context->backend->device())
    context->calls = std::make_unique<memory::DeviceCalls>(*device);
  out = std::move(context);
  return success();
}

conorm_status conorm_context_create(const conorm_context_options *options,
                                    conorm_context **out, char *message,
                                    size_t messageSize) {
  copyMessage("", message, messageSize);
  if (!out) {
    copyMessage("out is null", message, messageSize);
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  *out = nullptr;
  std::unique_ptr<conorm_context> context;
  if (Error error = guarded([&] { return createContext(options, context); })) {
    copyMessage(error.message, message, messageSize);
    return error.code;
  }
  if (Error error = addHandle(Handle::Context, context.get(),
                              destroyObject<conorm_context>)) {
    copyMessage(error.message, message, messageSize);
    return error.code;
  }
  *out = context.release();
  return CONORM_OK;
}

void conorm_context_destroy(conorm_context *context) {
  ContextUse use(context);
  // A child's copy ends with the child.
  if (!use || isForkedCopy(context))
    return;
  if (context->busy.load(std::memory_order_acquire))
    failContext(context, makeError(CONORM_ERROR_ABORTED,
                                   "the context was destroyed while a call ran "
                                   "on it"));
  removeHandle(Handle::Context, context);
}

static Error readGroups(const conorm_group *groups, size_t count,
                        std::unique_ptr<conorm_group[]> &out) {
  if (count > 0 && !groups)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "groups is null");
  if (count > 65536)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "count is %zu, expected at most 65536 groups", count);
  out.reset(new conorm_group[count + 1]);
  return forEachStruct(
      groups, count, "group",
      [&](size_t i, const conorm_group &group, const char *) -> Error {
        out[i] = group;
        return success();
      });
}

conorm_status conorm_context_add_groups(conorm_context *context,
                                        const conorm_group *groups,
                                        size_t count) {
  ContextUse use(context);
  if (conorm_status status = refusal(use, context))
    return status;
  CallScope scope(context);
  if (!scope)
    return failContext(context,
                       makeError(CONORM_ERROR_OVERLAP,
                                 "conorm_context_add_groups was called while "
                                 "another call ran on the same context"));
  std::unique_ptr<conorm_group[]> copies;
  if (Error error = readGroups(groups, count, copies))
    return failContext(context, error);
  if (Error error = guarded(
          [&] { return context->backend->addGroups(copies.get(), count); }))
    return failContext(context, error);
  return CONORM_OK;
}

int32_t conorm_context_rank(const conorm_context *context) {
  ContextUse use(context);
  return use && !isForkedCopy(context) ? context->rank : -1;
}

int32_t conorm_context_world_size(const conorm_context *context) {
  ContextUse use(context);
  return use && !isForkedCopy(context) ? context->worldSize : 0;
}

/// Takes over what went wrong on a device since the last look.
static void adoptFailure(conorm_context *context) {
  if (context->status.load(std::memory_order_acquire) != CONORM_OK)
    return;
  if (Error error = guarded([&] { return context->backend->poll(); }))
    failContext(context, error);
}

conorm_status conorm_context_synchronize(conorm_context *context) {
  ContextUse use(context);
  if (!use || isForkedCopy(context))
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (Error error = guarded([&] { return context->backend->synchronize(); }))
    if (context->status.load(std::memory_order_acquire) == CONORM_OK)
      failContext(context, error);
  return conorm_context_status(context);
}

conorm_status conorm_context_status(const conorm_context *context) {
  ContextUse use(context);
  if (!use || isForkedCopy(context))
    return CONORM_ERROR_INVALID_ARGUMENT;
  adoptFailure(const_cast<conorm_context *>(context));
  return conorm_status(context->status.load(std::memory_order_acquire));
}

const char *conorm_context_message(const conorm_context *context) {
  if (!context)
    return "context is null";
  ContextUse use(context);
  if (!use)
    return "context is not live: it was destroyed, or never created";
  if (isForkedCopy(context))
    return "the context belongs to the process that forked this one, expected "
           "a context that this process has created";
  // Written once before the status is released, never after.
  if (context->status.load(std::memory_order_acquire) == CONORM_OK)
    return "";
  return context->message.c_str();
}

void conorm_context_abort(conorm_context *context, const char *reason) {
  ContextUse use(context);
  if (!use)
    return;
  failContext(context,
              makeError(CONORM_ERROR_ABORTED, "%s",
                        reason && *reason ? reason : "aborted by the caller"));
}

void conorm_context_set_deadline(conorm_context *context, uint32_t deadlineMs) {
  ContextUse use(context);
  if (!use || isForkedCopy(context))
    return;
  if (!deadlineMs)
    deadlineMs = CONORM_DEFAULT_DEADLINE_MS;
  context->backend->setDeadline(deadlineMs);
  if (context->calls)
    context->calls->deadlineMs = deadlineMs;
}

void conorm_context_set_observer(conorm_context *context,
                                 conorm_observer_fn observer, void *user) {
  ContextUse use(context);
  if (!use || isForkedCopy(context))
    return;
  context->observer = observer;
  context->observerUser = user;
}
