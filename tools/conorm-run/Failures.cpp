//===- Failures.cpp - What failed, rank by rank ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Failures.h"

#include "Error.h"
#include "RankRun.h"

#include <algorithm>
#include <cstdio>

using namespace conorm::run;

namespace {

/// Lower says more about the cause.
int distanceFromCause(const RankFailure &failure) {
  switch (failure.status) {
  case CONORM_ERROR_BOOTSTRAP:
    return 4;
  case CONORM_ERROR_ABORTED:
    return 3;
  case CONORM_ERROR_TIMEOUT:
    return 2;
  case CONORM_ERROR_PEER_LOST:
    return 1;
  default:
    return 0;
  }
}

} // namespace

int conorm::run::runGuarded(const Options &options,
                            const conorm_bootstrap &bootstrap, RankMode mode,
                            Heartbeats &heartbeats, RankFailure &failure) {
  failure = {};
  failure.rank = bootstrap.rank;
  auto fail = [&](uint32_t status, const char *message) {
    failure.status = status;
    std::snprintf(failure.message, sizeof(failure.message), "%s", message);
    return kExitFailure;
  };
  try {
    return runRank(options, bootstrap, mode, heartbeats);
  } catch (const AgreedError &error) {
    if (bootstrap.rank == 0)
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

void conorm::run::printFailures(std::vector<RankFailure> failures,
                                const std::string &cause) {
  std::stable_sort(failures.begin(), failures.end(),
                   [](const RankFailure &a, const RankFailure &b) {
                     return std::make_pair(distanceFromCause(a), a.rank) <
                            std::make_pair(distanceFromCause(b), b.rank);
                   });
  std::string view;
  if (!failures.empty())
    view =
        "rank " + std::to_string(failures[0].rank) + ": " + failures[0].message;
  if (cause.empty())
    return printError(view);
  printError(cause);
  if (!view.empty())
    printNote(view);
}
