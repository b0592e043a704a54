//===- LaunchVariables.h - What launchers say of the world ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each launcher tells its processes who they are in variables of its own. What
// they say is read, and checked, before any bootstrap acts on it: a process
// that believes in a smaller world than its launcher's would reduce nothing and
// report success.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_BOOTSTRAP_LAUNCHVARIABLES_H
#define CONORM_RUNTIME_LIB_BOOTSTRAP_LAUNCHVARIABLES_H

#include "support/Error.h"

#include <vector>

namespace conorm::rt {

/// What the variables of one launcher say.
struct WorldClaim {
  /// Names of the variables, for messages. Where the launcher has none for a
  /// number, the name is null and the number -1.
  const char *sizeName = nullptr;
  const char *rankName = nullptr;
  int size = -1;
  int rank = -1;
};

/// The value of `name` as a decimal number in [low, high].
Error readNumber(const char *name, long low, long high, long &out);

/// Claims of the launchers that start programs of MPI: by their own names, and
/// by PMI or PMIx. None if no such launcher started this process.
Error readMpiClaims(std::vector<WorldClaim> &claims);

/// True if all claims are PMI's or PMIx's, which srun's tasks have, too.
bool arePmiClaims(const std::vector<WorldClaim> &claims);

/// Variables of torchrun. `complete` if all that are needed are there; `claim`
/// has what there is.
struct TorchrunVariables {
  bool any = false;
  bool complete = false;
  WorldClaim claim;
  const char *address = nullptr;
  long port = 0;
};
Error readTorchrunVariables(TorchrunVariables &out);
/// Which variable is missing, if some are there.
Error expectWholeTorchrun(const TorchrunVariables &variables);

/// Variables of Slurm, which a batch script and an interactive shell have as
/// well as the tasks that srun starts; only tasks have the number of a step.
struct SlurmVariables {
  WorldClaim claim;
  const char *job = nullptr;
  const char *step = nullptr;

  bool isTask() const { return job && step && claim.rankName; }
  bool isTaskOfSeveral() const { return isTask() && claim.size > 1; }
};
Error readSlurmVariables(SlurmVariables &out);
/// Fails if the ranks are on several machines, or cannot find each other.
Error expectSlurmStep(const SlurmVariables &variables);

/// Fails if two claims cannot both be true. A launcher that started one process
/// may have started another launcher in it: its claim is dropped.
Error reconcileClaims(std::vector<WorldClaim> &claims);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_BOOTSTRAP_LAUNCHVARIABLES_H
