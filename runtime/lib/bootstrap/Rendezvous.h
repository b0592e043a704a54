//===- Rendezvous.h - Ranks that meet by a name they all know ---*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_BOOTSTRAP_RENDEZVOUS_H
#define CONORM_RUNTIME_LIB_BOOTSTRAP_RENDEZVOUS_H

#include "conorm-runtime/bootstrap.h"

#include <string>
#include <vector>

namespace conorm::rt {

/// Where the ranks of a job meet.
struct Rendezvous {
  /// Of a socket in the abstract namespace.
  std::string name;
  /// The variables that the name follows from, for messages.
  std::string key;
  /// Why the ranks may be unable to meet, for messages; may be empty.
  std::string doubt;
};

/// A name of this user's that follows from `key`.
std::string rendezvousName(const char *kind,
                           const std::vector<std::string> &key);

/// The bootstrap of a rank that meets the others at its first allgather.
void meetAt(Rendezvous place, int rank, int worldSize, conorm_bootstrap &out);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_BOOTSTRAP_RENDEZVOUS_H
