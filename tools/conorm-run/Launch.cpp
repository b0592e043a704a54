//===- Launch.cpp - Runs the ranks, and reports what failed ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launch.h"

#include "RankRun.h"
#include "RunError.h"

#include "conorm-runtime/launch.h"

#include <unistd.h>

#include <exception>
#include <new>

using namespace conorm::run;

/// What a stalled run is given beyond --timeout: within it, ranks notice their
/// own deadlines and say more than the launcher could.
static constexpr uint32_t kStallGraceMs = 5000;
static constexpr const char *kStallLimit = " (--timeout and 5 s)";

/// An error on which all ranks agree is printed by rank 0; of the others the
/// launcher chooses one, if it has started the ranks. A rank that another one
/// has started says so before it leaves, which may have to wait for its peers.
static int32_t runGuarded(conorm_rank *rank, void *user) {
  auto fail = [&](uint32_t status, const std::string &message) {
    if (conorm_rank_mode(rank) == CONORM_LAUNCH_EXISTING)
      printError("rank " + std::to_string(conorm_rank_bootstrap(rank)->rank) +
                 ": " + message);
    else
      conorm_rank_fail(rank, conorm_status(status), message.c_str());
    return kExitFailure;
  };
  try {
    return runRank(*static_cast<const Options *>(user), rank);
  } catch (const AgreedError &error) {
    if (conorm_rank_bootstrap(rank)->rank == 0)
      printError(error.what());
    return error.exitCode;
  } catch (const RankError &error) {
    return fail(error.status, error.what());
  } catch (const std::bad_alloc &) {
    return fail(CONORM_ERROR_RESOURCE, "out of memory");
  } catch (const std::exception &error) {
    return fail(CONORM_ERROR_INVALID_ARGUMENT, error.what());
  }
}

static void endStalled(void *, const char *message) {
  printError(message + std::string(kStallLimit));
  _exit(kExitFailure);
}

int conorm::run::launchRanks(const Options &options) {
  conorm_launch_options wanted = {};
  wanted.struct_size = sizeof(wanted);
  wanted.mode =
      options.threads ? CONORM_LAUNCH_THREADS : CONORM_LAUNCH_PROCESSES;
  wanted.world_size = options.ranks;
  wanted.stall_ms = options.timeoutMs() + kStallGraceMs;
  wanted.run = runGuarded;
  wanted.user = const_cast<Options *>(&options);
  wanted.stalled = endStalled;
  conorm_launch_report report = {};
  report.struct_size = sizeof(report);
  conorm_status status = conorm_launch_run(&wanted, &report);
  if (status == CONORM_OK)
    return report.exit_code;
  std::string message = report.message;
  if (report.stalled)
    message += kStallLimit;
  // The option that asked for them.
  if (message.rfind("threads: ", 0) == 0)
    message.insert(0, "--");
  printError(message);
  if (report.signal)
    return 128 + report.signal;
  if (report.detail[0])
    printNote(report.detail);
  return kExitFailure;
}
