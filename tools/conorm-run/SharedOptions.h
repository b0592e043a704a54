//===- SharedOptions.h - Options that all ranks must share ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_SHAREDOPTIONS_H
#define CONORM_TOOLS_CONORM_RUN_SHAREDOPTIONS_H

#include "Options.h"
#include "RankExchange.h"

namespace conorm::run {

/// Ranks that other launchers started have a command line each. Throws the same
/// AgreedError on all of them if these differ in what the ranks do together, or
/// in the data that they have in common. Collective.
void expectSharedOptions(const Options &options, RankExchange &world);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_SHAREDOPTIONS_H
