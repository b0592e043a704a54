//===- Describe.h - What an artifact says of itself -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_DESCRIBE_H
#define CONORM_TOOLS_CONORM_RUN_DESCRIBE_H

#include "Options.h"

namespace conorm::run {

/// Prints the manifest of an artifact, or of a source that is compiled first,
/// and whether it runs here. Starts no ranks. Returns the exit code.
int describeArtifact(const Options &options);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_DESCRIBE_H
