//===- Launch.h - Runs the ranks, and reports what failed -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_LAUNCH_H
#define CONORM_TOOLS_CONORM_RUN_LAUNCH_H

#include "Options.h"

namespace conorm::run {

/// Runs every rank, or this process as the rank that another launcher has
/// started it as, prints what failed, and returns the exit code.
int launchRanks(const Options &options);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_LAUNCH_H
