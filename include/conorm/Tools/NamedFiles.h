//===- NamedFiles.h - Files on a command line -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_NAMEDFILES_H
#define CONORM_TOOLS_NAMEDFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace conorm {

/// The paths that a command line names, as it spells them. Which options have
/// paths to write is known; whatever else looks like a path may be read.
struct NamedFiles {
  llvm::SmallVector<std::string> inputs, outputs;
};

/// Finds the paths in arguments: positional ones and values of options, also of
/// those in a textual pipeline. An output that is not given is `-`.
NamedFiles findNamedFiles(llvm::ArrayRef<const char *> arguments);

/// Looks for an output that is the same file as an input or another output, by
/// whatever path or link. Returns a message that names both, or nothing.
std::string findOverwrittenFile(const NamedFiles &files);

} // namespace conorm

#endif // CONORM_TOOLS_NAMEDFILES_H
