//===- profile.h - Where the time of calls goes -------------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// When calls of entries, and the operations in them, begin and end where they
// run, and what a captured call holds. All since version 1.6.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_PROFILE_H
#define CONORM_RUNTIME_PROFILE_H

#include "conorm-runtime/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What is timed.
typedef enum conorm_timing {
  CONORM_TIMING_NONE = 0,
  /// Each call of an entry, replays of graphs among them.
  CONORM_TIMING_CALLS = 1,
  /// Each call, and each operation that an observer sees. Not while entries are
  /// captured in graphs: calls only.
  CONORM_TIMING_OPERATIONS = 2
} conorm_timing;

typedef struct conorm_time {
  uint32_t struct_size;
  /// A conorm_op; CONORM_OP_NONE for a call of an entry, from before its first
  /// operation to after its last.
  uint32_t op;
  /// Nanoseconds since timing began.
  double begin_ns;
  double end_ns;
} conorm_time;

/// Chooses a conorm_timing for what follows, and forgets the times so far. On
/// the CPU times are the host's. On CUDA they are the device's, from events on
/// the stream before and after each: with CONORM_TIMING_OPERATIONS, no kernel
/// begins before the one in front of it ends, and a call waits on the device
/// until most of its operations are enqueued, so that times hold no waits for
/// the host. An operation that waits for peers does so in its time. Collective
/// among ranks of one process that share a device.
CONORM_API conorm_status conorm_context_set_timing(conorm_context *context,
                                                   uint32_t timing);

/// Waits until the calls so far are complete. `*count` becomes the number of
/// times, in the order in which what they time began, and `times`, which may be
/// NULL, gets as many as it has room for (`capacity`). The `struct_size` of the
/// first one is set and holds for all.
CONORM_API conorm_status conorm_context_times(conorm_context *context,
                                              conorm_time *times,
                                              size_t capacity, size_t *count);

/// What a device does for a call.
typedef enum conorm_work_kind {
  CONORM_WORK_KERNEL = 0,
  CONORM_WORK_COPY = 1,
  CONORM_WORK_FILL = 2,
  CONORM_WORK_OTHER = 3
} conorm_work_kind;

/// `kind` is a conorm_work_kind; `name` is a kernel's, as its code has it, and
/// "" for the rest. It is valid until the visitor returns.
typedef void (*conorm_work_fn)(void *user, uint32_t kind, const char *name);

/// Visits all that the graph of the last call holds, in the order in which it
/// was enqueued: what a library launches is among it. CONORM_ERROR_UNSUPPORTED
/// if the last call was none of a graph.
CONORM_API conorm_status conorm_context_visit_graph(conorm_context *context,
                                                    conorm_work_fn visit,
                                                    void *user);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_PROFILE_H
