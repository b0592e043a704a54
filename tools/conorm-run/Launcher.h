//===- Launcher.h - Processes and threads as ranks --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_LAUNCHER_H
#define CONORM_TOOLS_CONORM_RUN_LAUNCHER_H

#include "Options.h"

namespace conorm::run {

/// What a stalled run is given beyond --timeout: within it, ranks notice their
/// own deadlines and say more than the launcher could.
constexpr double kStallGraceSeconds = 5;

/// Starts options.ranks processes and waits for them; all have ended when it
/// returns. Throws Error if they cannot be started.
int runProcesses(const Options &options);

/// The same with threads of this process.
int runThreads(const Options &options);

/// Runs as the rank that `bootstrap` says, in a world that others started.
int runInWorld(const Options &options, const conorm_bootstrap &bootstrap);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_LAUNCHER_H
