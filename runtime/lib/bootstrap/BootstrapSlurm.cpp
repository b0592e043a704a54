//===- BootstrapSlurm.cpp - Ranks started by srun -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tasks of a step, where srun was asked for no kind of MPI, or for one that
// is not needed: they meet by the numbers of their job and step.
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"
#include "LaunchVariables.h"
#include "Rendezvous.h"

#include <cstdlib>

using namespace conorm::rt;

Error conorm::rt::bootstrapFromSlurm(const SlurmVariables &variables,
                                     conorm_bootstrap &out) {
  if (Error error = expectSlurmStep(variables))
    return error;
  const char *restart = getenv("SLURM_RESTART_COUNT");
  Rendezvous place;
  place.name =
      rendezvousName("slurm", {getenv(variables.job), getenv(variables.step),
                               restart ? restart : ""});
  place.key = std::string(variables.job) + " and " + variables.step;
  meetAt(std::move(place), variables.claim.rank, variables.claim.size, out);
  return success();
}
