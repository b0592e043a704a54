//===- launch.h - Ranks as processes and threads ------------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launcher for host programs: conorm_launch_run() starts the ranks, or finds
// that another launcher has started this process as one, and returns when all
// have ended. Structures follow the rule of version.h; compiled code calls
// nothing of this.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LAUNCH_H
#define CONORM_RUNTIME_LAUNCH_H

#include "conorm-runtime/bootstrap.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a rank is.
typedef enum conorm_launch_mode {
  /// A process, forked from the one that launches.
  CONORM_LAUNCH_PROCESSES = 0,
  /// A thread of the process that launches.
  CONORM_LAUNCH_THREADS = 1,
  /// The process itself: another launcher has started it as one rank.
  CONORM_LAUNCH_EXISTING = 2
} conorm_launch_mode;

/// A rank, for the time of its conorm_rank_fn.
typedef struct conorm_rank conorm_rank;

/// What a rank does. Returns its exit code, 0 if all is well. Exceptions must
/// not leave it.
typedef int32_t (*conorm_rank_fn)(conorm_rank *rank, void *user);

/// The rank's bootstrap. The launcher releases it when the rank has returned,
/// which under MPI waits for the other ranks to leave as well: in
/// CONORM_LAUNCH_EXISTING, what must be heard at once is said before.
CONORM_API const conorm_bootstrap *
conorm_rank_bootstrap(const conorm_rank *rank);

/// A conorm_launch_mode.
CONORM_API uint32_t conorm_rank_mode(const conorm_rank *rank);

/// A sign of life: a launch in which no rank gives one for
/// conorm_launch_options::stall_ms is ended.
CONORM_API void conorm_rank_beat(conorm_rank *rank);

/// Says why the rank will return another code than 0: the launcher reports the
/// failure that says most, a rank's own one before what its peers saw of it.
/// The first call counts.
CONORM_API void conorm_rank_fail(conorm_rank *rank, conorm_status status,
                                 const char *message);

typedef struct conorm_launch_options {
  uint32_t struct_size;
  /// CONORM_LAUNCH_PROCESSES or CONORM_LAUNCH_THREADS.
  uint32_t mode;
  /// Ranks to start, 1 to CONORM_MAX_WORLD_SIZE.
  int32_t world_size;
  /// How long a launch may go without a sign of life, milliseconds; 0: forever.
  uint32_t stall_ms;
  conorm_rank_fn run;
  /// Passed to the functions.
  void *user;
  /// Ranks that are this process cannot be ended one by one: if they stall, a
  /// thread of the launcher calls this, once, and it should end the process.
  /// NULL: they go on.
  void (*stalled)(void *user, const char *message);
} conorm_launch_options;

/// What became of a launch.
typedef struct conorm_launch_report {
  uint32_t struct_size;
  /// A conorm_launch_mode: what the ranks were.
  uint32_t mode;
  /// The largest code that a rank returned.
  int32_t exit_code;
  /// The signal to this process that ended the launch; 0 if none did.
  int32_t signal;
  /// Nonzero if the launch was ended because no rank gave a sign of life.
  uint32_t stalled;
  uint32_t reserved;
  /// Why it failed, "" if it did not.
  char message[1152];
  /// What a rank says of it, if `message` is the launcher's own; else "".
  char detail[1152];
} conorm_launch_report;

/// Runs `options->run` on every rank, and returns when all have ended:
///  * this process alone, if another launcher has started it as a rank, as
///    conorm_bootstrap_from_environment() tells;
///  * else on `world_size` processes or threads.
/// After the first failure the other ranks have half a second to say what they
/// saw; processes are then ended, by SIGTERM and a second later by SIGKILL. So
/// are they on SIGINT, SIGTERM and SIGHUP (unless that is ignored), and when
/// this process dies.
///
/// Processes are forked: call it from the main thread, before the program has
/// others. They end by exit(). The soft limit of descriptors is raised to the
/// hard one, at most 65536.
///
/// Fills `report`, and returns
///  * CONORM_OK if no rank reported a failure, whatever the ranks returned;
///  * CONORM_ERROR_VERSION for a `struct_size` that no version has;
///  * CONORM_ERROR_INVALID_ARGUMENT for other values than these structures
///    allow, or threads in a process that is a rank already;
///  * CONORM_ERROR_BOOTSTRAP if the environment's bootstrap fails;
///  * CONORM_ERROR_RESOURCE or CONORM_ERROR_SYSTEM if a rank, or what it needs,
///    could not be made;
///  * CONORM_ERROR_PEER_LOST if a rank was killed, or exited by itself with
///    another code than 0;
///  * CONORM_ERROR_TIMEOUT if the ranks stalled;
///  * CONORM_ERROR_ABORTED if a signal ended the launch;
///  * else the status of the failure that says most.
CONORM_API conorm_status conorm_launch_run(const conorm_launch_options *options,
                                           conorm_launch_report *report);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_LAUNCH_H
