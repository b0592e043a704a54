//===- Failures.h - What failed, rank by rank -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_FAILURES_H
#define CONORM_TOOLS_CONORM_RUN_FAILURES_H

#include "conorm-runtime/bootstrap.h"

#include "Options.h"
#include "Report.h"
#include "World.h"

#include <string>
#include <vector>

namespace conorm::run {

/// One rank's view of a failure; plain data, written to a pipe in one piece.
struct RankFailure {
  int32_t rank;
  uint32_t status;
  char message[1024];
};

/// Runs a rank and turns what it throws into an exit code. An error on which
/// all ranks agree is printed by rank 0; another one is stored in `failure`
/// (status != CONORM_OK), for one place to choose among those of all ranks.
int runGuarded(const Options &options, const conorm_bootstrap &bootstrap,
               RankMode mode, Heartbeats &heartbeats, RankFailure &failure);

/// Prints the failure that says most: a rank's own one before what peers saw
/// of it. `cause`, if not empty, is what the launcher itself knows.
void printFailures(std::vector<RankFailure> failures, const std::string &cause);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_FAILURES_H
