//===- RankRun.h - What each rank does --------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_RANKRUN_H
#define CONORM_TOOLS_CONORM_RUN_RANKRUN_H

#include "Options.h"

#include "conorm-runtime/launch.h"

namespace conorm::run {

/// Runs as one rank; rank 0 prints the report. Returns the exit code, which is
/// the same on all ranks. Throws AgreedError if all ranks know the failure, and
/// RankError or another RunError if it is this rank's view.
int runRank(const Options &options, conorm_rank *rank);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_RANKRUN_H
