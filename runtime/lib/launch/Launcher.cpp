//===- Launcher.cpp - Ranks as processes and threads ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"

#include "support/Structs.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <cstdio>
#include <sys/resource.h>
#include <utility>

using namespace conorm::rt;

//===----------------------------------------------------------------------===//
// A rank
//===----------------------------------------------------------------------===//

struct conorm_rank {
  const conorm_bootstrap &bootstrap;
  uint32_t mode;
  Heartbeats &heartbeats;
  RankEnd end;
};

const conorm_bootstrap *conorm_rank_bootstrap(const conorm_rank *rank) {
  return &rank->bootstrap;
}

uint32_t conorm_rank_mode(const conorm_rank *rank) { return rank->mode; }

void conorm_rank_beat(conorm_rank *rank) {
  rank->heartbeats.beat(rank->bootstrap.rank);
}

void conorm_rank_fail(conorm_rank *rank, conorm_status status,
                      const char *message) {
  if (rank->end.status != CONORM_OK)
    return;
  rank->end.status = status;
  copyMessage(message ? message : "", rank->end.message,
              sizeof(rank->end.message));
}

RankEnd conorm::rt::runRank(const conorm_launch_options &options, uint32_t mode,
                            conorm_bootstrap &bootstrap,
                            Heartbeats &heartbeats) {
  conorm_rank rank{bootstrap, mode, heartbeats, {}};
  rank.end.rank = bootstrap.rank;
  rank.end.code = options.run(&rank, options.user);
  // Peers that still wait for this rank learn that it is gone.
  conorm_bootstrap_release(&bootstrap);
  return rank.end;
}

//===----------------------------------------------------------------------===//
// The verdict
//===----------------------------------------------------------------------===//

/// Lower says more about the cause. Peers wait in vain for a rank that is lost;
/// but if every rank reported a failure, none was lost before it gave up.
static int distanceFromCause(const RankEnd &failure, bool everyRankReported) {
  switch (failure.status) {
  case CONORM_ERROR_BOOTSTRAP:
    return 4;
  case CONORM_ERROR_ABORTED:
    return 3;
  case CONORM_ERROR_TIMEOUT:
    return everyRankReported ? 1 : 2;
  case CONORM_ERROR_PEER_LOST:
    return everyRankReported ? 2 : 1;
  default:
    return 0;
  }
}

void LaunchVerdict::add(const RankEnd &end) {
  addCode(end.code);
  if (end.status != CONORM_OK)
    failures.push_back(end);
}

conorm_status LaunchVerdict::write(conorm_launch_report &report) const {
  report.exit_code = exitCode;
  bool everyRankReported = failures.size() == size_t(worldSize);
  auto place = [&](const RankEnd &end) {
    return std::make_pair(distanceFromCause(end, everyRankReported), end.rank);
  };
  auto first = std::min_element(
      failures.begin(), failures.end(),
      [&](const RankEnd &a, const RankEnd &b) { return place(a) < place(b); });
  std::string view = first == failures.end()
                         ? ""
                         : format("rank %d: %s", first->rank, first->message);
  if (cause) {
    copyMessage(cause.message, report.message, sizeof(report.message));
    copyMessage(view, report.detail, sizeof(report.detail));
    return cause.code;
  }
  copyMessage(view, report.message, sizeof(report.message));
  return first == failures.end() ? CONORM_OK : conorm_status(first->status);
}

//===----------------------------------------------------------------------===//
// Threads, and this process as a rank
//===----------------------------------------------------------------------===//

static Error watch(const conorm_launch_options &options, Heartbeats &heartbeats,
                   Watchdog &watchdog) {
  if (Error error = heartbeats.create())
    return error;
  if (!options.stalled || options.stall_ms == 0)
    return success();
  return watchdog.start(heartbeats, options.stall_ms,
                        [&options](const std::string &message) {
                          options.stalled(options.user, message.c_str());
                        });
}

Error conorm::rt::runThreads(const conorm_launch_options &options,
                             LaunchVerdict &verdict) {
  int32_t size = options.world_size;
  std::vector<conorm_bootstrap> bootstraps(size, CONORM_BOOTSTRAP_INIT);
  if (conorm_status status = conorm_bootstrap_threads(size, bootstraps.data()))
    return makeError(status, "cannot make %d ranks as threads", size);
  Heartbeats heartbeats;
  Watchdog watchdog;
  Error error = watch(options, heartbeats, watchdog);
  std::vector<RankEnd> ends(size);
  std::vector<std::thread> threads(size);
  for (int32_t rank = 0; rank < size; ++rank) {
    if (!error)
      error = startThread(
          format("the thread of rank %d of %d", rank, size),
          [&, rank] {
            ends[rank] = runRank(options, CONORM_LAUNCH_THREADS,
                                 bootstraps[rank], heartbeats);
          },
          threads[rank]);
    if (error)
      conorm_bootstrap_release(&bootstraps[rank]);
  }
  for (std::thread &thread : threads)
    if (thread.joinable())
      thread.join();
  for (const RankEnd &end : ends)
    verdict.add(end);
  return error;
}

/// All descriptors that this user may have. Of those that are on their way
/// between the ranks, the system counts all against each rank's limit.
static void raiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Runs as a rank if this process is one. Watched from the start: MPI_Init
/// waits for ranks that never come without an end.
static Error runExisting(const conorm_launch_options &options, bool &found,
                         LaunchVerdict &verdict) {
  Heartbeats heartbeats;
  Watchdog watchdog;
  if (Error error = watch(options, heartbeats, watchdog))
    return error;
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t isRank = 0;
  char message[1024];
  if (conorm_status status = conorm_bootstrap_from_environment(
          &bootstrap, &isRank, message, sizeof(message)))
    return {status, message};
  found = isRank != 0;
  if (!found)
    return success();
  if (options.mode == CONORM_LAUNCH_THREADS) {
    Error error = makeError(CONORM_ERROR_INVALID_ARGUMENT,
                            "threads: expected no other launcher, found this "
                            "process to be rank %d of %d",
                            bootstrap.rank, bootstrap.world_size);
    conorm_bootstrap_release(&bootstrap);
    return error;
  }
  raiseDescriptorLimit();
  RankEnd end = runRank(options, CONORM_LAUNCH_EXISTING, bootstrap, heartbeats);
  verdict.add(end);
  return success();
}

//===----------------------------------------------------------------------===//
// The entry point
//===----------------------------------------------------------------------===//

/// These structures have had one version.
namespace conorm::rt {
template <>
constexpr size_t firstStructSize<conorm_launch_options>() {
  return sizeof(conorm_launch_options);
}
template <>
constexpr size_t firstStructSize<conorm_launch_report>() {
  return sizeof(conorm_launch_report);
}
} // namespace conorm::rt

static Error readOptions(const conorm_launch_options *given,
                         conorm_launch_options &options) {
  if (Error error = readStruct(given, options, "options"))
    return error;
  if (options.mode > CONORM_LAUNCH_THREADS)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "mode is %u, expected 0 (processes) or 1 (threads)",
                     options.mode);
  if (options.world_size < 1 || options.world_size > CONORM_MAX_WORLD_SIZE)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "world_size is %d, expected 1 to %d", options.world_size,
                     CONORM_MAX_WORLD_SIZE);
  if (!options.run)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "run is null");
  return success();
}

static Error launch(const conorm_launch_options *given,
                    conorm_launch_report &report, LaunchVerdict &verdict) {
  conorm_launch_options options;
  if (Error error = readOptions(given, options))
    return error;
  bool found = false;
  report.mode = CONORM_LAUNCH_EXISTING;
  if (Error error = runExisting(options, found, verdict))
    return error;
  if (found)
    return success();
  report.mode = options.mode;
  verdict.expectRanks(options.world_size);
  if (options.mode == CONORM_LAUNCH_THREADS)
    return runThreads(options, verdict);
  raiseDescriptorLimit();
  return runProcesses(options, verdict, report);
}

conorm_status conorm_launch_run(const conorm_launch_options *options,
                                conorm_launch_report *report) {
  conorm_launch_report known;
  if (Error error = readStruct(report, known, "report"))
    return error.code;
  uint32_t size = report->struct_size;
  *report = {};
  report->struct_size = size;
  LaunchVerdict verdict;
  if (Error error = guarded([&] { return launch(options, *report, verdict); }))
    verdict.setCause(std::move(error));
  return verdict.write(*report);
}
