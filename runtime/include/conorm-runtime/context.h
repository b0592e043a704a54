//===- context.h - Contexts, groups and errors --------------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A context is one rank's view of the world: its rank, its groups, its stream,
// its deadline, and its first error. It is used by one thread at a time.
//
// Errors are sticky: after a failed collective every further call on the
// context returns CONORM_ERROR_ABORTED at once and touches no peer. Compiled
// code therefore needs no branch after each call; whoever called the entry asks
// conorm_context_status() once. The contents of outputs are undefined then.
// Argument errors found before any peer is involved are sticky too, so that a
// compiled entry cannot run on after one.
//
// A context belongs to the process that created it. In a child of fork every
// function here, and every operation, returns CONORM_ERROR_INVALID_ARGUMENT (-1
// for the rank, 0 for the world's size, nothing where there is no result) and
// does nothing: the child cannot speak for its parent, and
// conorm_context_destroy() in it does not end the parent's context, nor does
// the child's own end. A child that wants to be a rank takes a bootstrap and
// creates a context of its own. The death of a rank is seen at once, though a
// child that it forked lives on.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_CONTEXT_H
#define CONORM_RUNTIME_CONTEXT_H

#include "conorm-runtime/bootstrap.h"
#include "conorm-runtime/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct conorm_context conorm_context;

#define CONORM_DEFAULT_DEADLINE_MS 30000u
#define CONORM_DEFAULT_WORKSPACE_BYTES (64ull << 20)
#define CONORM_MAX_WORLD_SIZE 64
/// The devices that this process sees, in turn by the rank's number.
#define CONORM_DEVICE_BY_RANK (-1)

typedef struct conorm_context_options {
  uint32_t struct_size;
  /// A conorm_backend.
  uint32_t backend;
  /// Ranks, world size and allgather. Not owned; outlives the context.
  const conorm_bootstrap *bootstrap;
  /// Longest wait for a peer, milliseconds; 0: CONORM_DEFAULT_DEADLINE_MS. Time
  /// in which this process itself is stopped does not count.
  uint32_t deadline_ms;
  /// A conorm_strategy that overrides what each call asks for; 0: no override.
  uint32_t strategy;
  /// Workspace per group and rank, bytes; 0: CONORM_DEFAULT_WORKSPACE_BYTES.
  /// The CPU backend takes no more of it than it can use, 260 KiB.
  uint64_t workspace_bytes;
  /// CUDA only: device ordinal, since version 1.6 or CONORM_DEVICE_BY_RANK, and
  /// the stream (cudaStream_t) on which calls
  /// are enqueued, which outlives the context; NULL: the calling thread's
  /// default stream.
  int32_t device;
  uint32_t reserved;
  void *stream;
} conorm_context_options;

/// A group as the `comm.group` symbol states it. Constant data; the runtime
/// finds the communicator by content, so two artifacts may share one.
typedef struct conorm_group {
  uint32_t struct_size;
  /// Number of rows in `ranks`; 0: one group of all ranks of the world.
  uint32_t num_groups;
  /// Ranks in a row of `ranks`; with num_groups == 0 the size the program
  /// requires, 0 for any.
  uint32_t group_size;
  uint32_t reserved;
  /// Symbol name, without the '@'.
  const char *name;
  /// num_groups * group_size world ranks, row major; NULL if num_groups is 0.
  const int64_t *ranks;
} conorm_group;

/// Creates this rank's context and connects it to its peers. Collective over
/// the bootstrap's world; returns within the deadline. On error `*out` is NULL
/// and the message (at most `message_size` bytes with its NUL) says why.
CONORM_API conorm_status
conorm_context_create(const conorm_context_options *options,
                      conorm_context **out, char *message, size_t message_size);

/// Ends the context: tells the peers, unmaps, closes. Never blocks on a peer.
/// NULL is allowed. If another thread is in a call on it, the context fails,
/// and ends when that call returns.
///
/// A context that was destroyed is CONORM_ERROR_INVALID_ARGUMENT where a
/// function returns a status, and does nothing where it returns none:
/// destroying it twice, also from two threads, is harmless. The address of a
/// context is used again after many others have been destroyed; then it means
/// the new one.
CONORM_API void conorm_context_destroy(conorm_context *context);

/// Makes the communicators of the given groups. Collective over the world:
/// every rank names the same groups in the same order, also those it is not a
/// member of. Groups that already exist are found, not made again.
CONORM_API conorm_status conorm_context_add_groups(conorm_context *context,
                                                   const conorm_group *groups,
                                                   size_t count);

CONORM_API int32_t conorm_context_rank(const conorm_context *context);
CONORM_API int32_t conorm_context_world_size(const conorm_context *context);

/// Waits until the calls so far are complete, and returns the context's first
/// error. On the CPU calls are complete when they return; on CUDA they are
/// enqueued on the stream, and an error that happens later is the context's by
/// the next call, or by this one. Every wait in a call has the deadline that
/// was set when it was made.
CONORM_API conorm_status conorm_context_synchronize(conorm_context *context);

/// First error of the context, CONORM_OK if none.
CONORM_API conorm_status conorm_context_status(const conorm_context *context);

/// Message of the first error, "" if none; valid until destruction. It names
/// the peer, the call (operation, sequence number, site) and what differed.
CONORM_API const char *conorm_context_message(const conorm_context *context);

/// Gives up: this context fails with CONORM_ERROR_ABORTED and `reason`, and its
/// peers with CONORM_ERROR_PEER_LOST naming this rank and the reason.
CONORM_API void conorm_context_abort(conorm_context *context,
                                     const char *reason);

/// Replaces the deadline, milliseconds, for the calls that follow; 0: default.
CONORM_API void conorm_context_set_deadline(conorm_context *context,
                                            uint32_t deadline_ms);

/// Observation of every operation, for tools that check or trace. Called
/// before (phase 0) and after (phase 1) each one with the operation's own
/// argument structure (conorm-runtime/ops.h). Afterwards the `strategy` of an
/// all_reduce, fused or not, is the one that the call took. It may call the
/// bootstrap's allgather but no operation on this context.
typedef void (*conorm_observer_fn)(void *user, conorm_context *context,
                                   uint32_t op, uint32_t phase,
                                   const void *args);
CONORM_API void conorm_context_set_observer(conorm_context *context,
                                            conorm_observer_fn observer,
                                            void *user);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_CONTEXT_H
