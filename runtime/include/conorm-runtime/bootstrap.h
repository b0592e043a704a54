//===- bootstrap.h - How ranks find each other --------------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The runtime needs one thing from its host: an allgather of small byte
// strings. Five are provided; a framework may pass its own.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_BOOTSTRAP_H
#define CONORM_RUNTIME_BOOTSTRAP_H

#include "conorm-runtime/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Gathers `bytes` bytes from every rank into `recv` (world_size * bytes bytes,
/// in rank order). Collective: all ranks call it the same number of times with
/// the same `bytes`. Returns 0 on success, anything else on failure, and must
/// not block longer than `deadline_ms` milliseconds.
typedef int32_t (*conorm_allgather_fn)(void *user, const void *send,
                                       size_t bytes, void *recv,
                                       uint32_t deadline_ms);

/// A bootstrap: the callback, and how to release what it holds. One of the
/// functions below belongs to the process that gathers with it first: in a
/// child of fork that this process makes afterwards its allgather fails, and
/// releasing it does nothing.
typedef struct conorm_bootstrap {
  uint32_t struct_size;
  int32_t rank;
  int32_t world_size;
  uint32_t reserved;
  conorm_allgather_fn allgather;
  void *user;
  /// Called once by conorm_bootstrap_release(); may be NULL.
  void (*release)(void *user);
} conorm_bootstrap;

/// What a bootstrap is before one of the functions below fills it in: they
/// write no field behind the caller's `struct_size`, and refuse one of 0.
#define CONORM_BOOTSTRAP_INIT                                                  \
  { sizeof(conorm_bootstrap), 0, 0, 0, NULL, NULL, NULL }

/// Environment variable naming the descriptor that `conorm-run`, or another
/// launcher that speaks its protocol (docs/RuntimeProtocol.md), passed down.
#define CONORM_LAUNCH_FD_ENV "CONORM_LAUNCH_FD"

/// Finds out how this process was started:
///  * the launcher's descriptor decides, if there is one;
///  * torchrun's RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, all four;
///  * MPI, if a launcher of MPI programs has set variables (those of Open MPI,
///    MVAPICH, jsrun and Flux, PMI_*, PMIX_*);
///  * a task of a Slurm step, by SLURM_PROCID and SLURM_NTASKS.
/// Sets `*found` to 0 and returns CONORM_OK if none applies. Fails rather than
/// make a smaller world than the launcher's: if variables are malformed,
/// incomplete or contradict each other, if MPI_Comm_size or MPI_Comm_rank
/// contradict them, if there are more than CONORM_MAX_WORLD_SIZE ranks, or if
/// they are on several machines. On error, writes a message of at most
/// `message_size` bytes. `out->struct_size` is the caller's.
/// docs/RuntimeProtocol.md has the details.
CONORM_API conorm_status conorm_bootstrap_from_environment(
    conorm_bootstrap *out, int32_t *found, char *message, size_t message_size);

/// Why the last allgather of a bootstrap from one of these functions failed on
/// this thread, "" if that is not known. Valid until the thread's next call.
CONORM_API const char *conorm_bootstrap_message(void);

/// Fills `out[0 .. world_size)` for ranks that are threads of this process.
/// Each element is used, and released, by one thread. The caller has set the
/// `struct_size` of each; elements are that far apart. CONORM_ERROR_VERSION if
/// it is of no version, CONORM_ERROR_INVALID_ARGUMENT for any other number of
/// ranks than 1 to CONORM_MAX_WORLD_SIZE.
CONORM_API conorm_status conorm_bootstrap_threads(int32_t world_size,
                                                  conorm_bootstrap *out);

/// Releases a bootstrap from one of the functions above. A context does not
/// take ownership: release it after the contexts that use it are destroyed; an
/// allgather on it fails afterwards. A second release, also of a copy of the
/// structure, does nothing.
CONORM_API void conorm_bootstrap_release(conorm_bootstrap *bootstrap);

/// The launcher's side. `conorm_launch_create` makes one connected descriptor
/// for each rank; the parent lets rank i inherit `child_fds[i]` (and names it
/// in CONORM_LAUNCH_FD_ENV), closes its copy, and then calls
/// `conorm_launch_serve` from one thread until it returns: it relays the
/// allgathers until every child's descriptor is closed or `*stop` is nonzero.
/// A random 128-bit nonce goes to each child through its descriptor. What is
/// destroyed while another thread serves it goes when that returns; a second
/// destruction does nothing.
typedef struct conorm_launch conorm_launch;
CONORM_API conorm_status conorm_launch_create(int32_t world_size,
                                              int32_t *child_fds,
                                              conorm_launch **out);
CONORM_API conorm_status conorm_launch_serve(conorm_launch *launch,
                                             const volatile int32_t *stop);
CONORM_API void conorm_launch_destroy(conorm_launch *launch);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_BOOTSTRAP_H
