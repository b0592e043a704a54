//===- LaunchVariables.cpp - What launchers say of the world --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchVariables.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>

using namespace conorm::rt;

/// No launcher starts more ranks, or uses more machines.
static constexpr long unlimited = 1 << 24;

Error conorm::rt::readNumber(const char *name, long low, long high, long &out) {
  const char *text = getenv(name);
  char *end = nullptr;
  errno = 0;
  out = text ? strtol(text, &end, 10) : 0;
  // strtol() would take spaces and signs.
  if (text && isdigit(static_cast<unsigned char>(*text)) && !*end && !errno &&
      out >= low && out <= high)
    return success();
  std::string range = format("a number from %ld to %ld", low, high);
  if (high >= unlimited - 1)
    range = low == 0 ? "a number" : format("a number, at least %ld", low);
  return makeError(CONORM_ERROR_BOOTSTRAP, "%s is '%s', expected %s", name,
                   text ? text : "", range.c_str());
}

/// Reads the pair of a claim, whose variables are both set.
static Error readClaim(WorldClaim &claim, long most) {
  long size = most, rank;
  if (claim.sizeName)
    if (Error error = readNumber(claim.sizeName, 1, most, size))
      return error;
  if (Error error = readNumber(claim.rankName, 0, size - 1, rank))
    return error;
  claim.size = claim.sizeName ? int(size) : -1;
  claim.rank = int(rank);
  return success();
}

static Error halfSet(const char *set, const char *missing) {
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "%s is set but %s is not, expected both or neither", set,
                   missing);
}

/// How many of the ranks are on this machine, as the launcher says: all.
static Error expectOneMachine(const char *localName, const WorldClaim &claim) {
  if (!getenv(localName))
    return success();
  long local;
  if (Error error = readNumber(localName, 1, claim.size, local))
    return error;
  if (local == claim.size)
    return success();
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "%s is %ld and %s is %d: the ranks are on several machines, "
                   "expected all on one",
                   localName, local, claim.sizeName, claim.size);
}

/// Fails if more than one machine is counted.
static Error expectOneNode(const char *name) {
  if (!getenv(name))
    return success();
  long nodes;
  if (Error error = readNumber(name, 1, unlimited, nodes))
    return error;
  if (nodes == 1)
    return success();
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "%s is %ld: the ranks are on several machines, expected all "
                   "on one",
                   name, nodes);
}

//===----------------------------------------------------------------------===//
// Launchers of MPI programs
//===----------------------------------------------------------------------===//

namespace {
struct MpiVariables {
  const char *size;
  const char *rank;
  /// Numbers of ranks on this machine; any may be null.
  std::array<const char *, 2> local;
  /// Number of machines, or null.
  const char *nodes;
  /// What else is set only in processes that the launcher started.
  std::array<const char *, 3> signs;
};
} // namespace

static const MpiVariables mpiLaunchers[] = {
    // Open MPI, and what is derived from it.
    {"OMPI_COMM_WORLD_SIZE",
     "OMPI_COMM_WORLD_RANK",
     {"OMPI_COMM_WORLD_LOCAL_SIZE"},
     nullptr,
     {"OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_NODE_RANK"}},
    // MVAPICH, before and since version 3.
    {"MV2_COMM_WORLD_SIZE",
     "MV2_COMM_WORLD_RANK",
     {"MV2_COMM_WORLD_LOCAL_SIZE"},
     nullptr,
     {"MV2_COMM_WORLD_LOCAL_RANK"}},
    {"MVP_COMM_WORLD_SIZE",
     "MVP_COMM_WORLD_RANK",
     {"MVP_COMM_WORLD_LOCAL_SIZE"},
     nullptr,
     {"MVP_COMM_WORLD_LOCAL_RANK"}},
    // jsrun.
    {"JSM_NAMESPACE_SIZE",
     "JSM_NAMESPACE_RANK",
     {"JSM_NAMESPACE_LOCAL_SIZE"},
     nullptr,
     {"JSM_NAMESPACE_LOCAL_RANK"}},
    {"FLUX_JOB_SIZE",
     "FLUX_TASK_RANK",
     {},
     "FLUX_JOB_NNODES",
     {"FLUX_TASK_LOCAL_ID"}},
    // PMI: Hydra (MPICH, Intel MPI), srun, Cray's launchers.
    {"PMI_SIZE",
     "PMI_RANK",
     {"PMI_LOCAL_SIZE", "MPI_LOCALNRANKS"},
     nullptr,
     {"PMI_FD", "PMI_LOCAL_RANK", "MPI_LOCALRANKID"}},
};

static bool isPmi(const char *name) {
  return name && strncmp(name, "PMI", 3) == 0;
}

template <typename Names>
static const char *firstOf(const Names &names) {
  for (const char *name : names)
    if (name && getenv(name))
      return name;
  return nullptr;
}

static const char *firstSet(std::initializer_list<const char *> names) {
  return firstOf(names);
}

static Error readMpiClaim(const MpiVariables &variables,
                          std::vector<WorldClaim> &claims) {
  const char *set = firstSet({variables.size, variables.rank});
  if (!set)
    set = firstOf(variables.local);
  if (!set)
    set = firstOf(variables.signs);
  if (!set)
    return success();
  for (const char *name : {variables.size, variables.rank})
    if (!getenv(name))
      return halfSet(set, name);
  // More ranks than a context has are refused when MPI has been initialized:
  // some launchers do not survive that many ranks that end before it.
  WorldClaim claim{variables.size, variables.rank};
  if (Error error = readClaim(claim, unlimited))
    return error;
  for (const char *local : variables.local)
    if (local)
      if (Error error = expectOneMachine(local, claim))
        return error;
  if (variables.nodes && claim.size > 1)
    if (Error error = expectOneNode(variables.nodes))
      return error;
  claims.push_back(claim);
  return success();
}

/// PMIx tells the rank alone; so does PMI where the process is to ask for the
/// rest at a port.
static Error readRankClaim(const char *rank, const char *companion,
                           std::vector<WorldClaim> &claims) {
  if (!firstSet({rank, companion}))
    return success();
  for (auto [one, other] :
       {std::pair(rank, companion), std::pair(companion, rank)})
    if (!getenv(other))
      return halfSet(one, other);
  WorldClaim claim{nullptr, rank};
  if (Error error = readClaim(claim, unlimited))
    return error;
  claims.push_back(claim);
  return success();
}

Error conorm::rt::readMpiClaims(std::vector<WorldClaim> &claims) {
  for (const MpiVariables &variables : mpiLaunchers)
    if (Error error = readMpiClaim(variables, claims))
      return error;
  if (Error error = readRankClaim("PMIX_RANK", "PMIX_NAMESPACE", claims))
    return error;
  return readRankClaim("PMI_ID", "PMI_PORT", claims);
}

bool conorm::rt::arePmiClaims(const std::vector<WorldClaim> &claims) {
  return std::all_of(claims.begin(), claims.end(), [](const WorldClaim &claim) {
    return isPmi(claim.rankName);
  });
}

//===----------------------------------------------------------------------===//
// torchrun
//===----------------------------------------------------------------------===//

Error conorm::rt::readTorchrunVariables(TorchrunVariables &out) {
  WorldClaim &claim = out.claim;
  out.any = firstSet({"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"});
  if (!getenv("RANK") || !getenv("WORLD_SIZE"))
    return success();
  claim = {"WORLD_SIZE", "RANK"};
  if (Error error = readClaim(claim, CONORM_MAX_WORLD_SIZE))
    return error;
  if (Error error = expectOneMachine("LOCAL_WORLD_SIZE", claim))
    return error;
  // Agents, of which there is one on each machine.
  if (Error error = expectOneNode("GROUP_WORLD_SIZE"))
    return error;
  out.address = getenv("MASTER_ADDR");
  if (!out.address || !*out.address || !getenv("MASTER_PORT"))
    return success();
  if (Error error = readNumber("MASTER_PORT", 1, 65535, out.port))
    return error;
  out.complete = true;
  return success();
}

Error conorm::rt::expectWholeTorchrun(const TorchrunVariables &variables) {
  if (!variables.any || variables.complete)
    return success();
  for (const char *name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
    if (const char *text = getenv(name); !text || !*text)
      return makeError(
          CONORM_ERROR_BOOTSTRAP,
          "%s is not set but %s is, expected torchrun's RANK, "
          "WORLD_SIZE, MASTER_ADDR and MASTER_PORT together, or "
          "none of them",
          name,
          firstSet({"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"}));
  return success();
}

//===----------------------------------------------------------------------===//
// Slurm
//===----------------------------------------------------------------------===//

/// The number that all variables of a list that are set have in common.
static Error readCommonNumber(std::initializer_list<const char *> names,
                              long low, long high, long &out,
                              const char *&name) {
  name = nullptr;
  for (const char *next : names) {
    long number;
    if (!getenv(next))
      continue;
    if (Error error = readNumber(next, low, high, number))
      return error;
    if (name && number != out)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "%s is %ld but %s is %ld, expected Slurm's variables to "
                       "say the same",
                       name, out, next, number);
    if (!name)
      name = next;
    out = number;
  }
  return success();
}

Error conorm::rt::readSlurmVariables(SlurmVariables &out) {
  WorldClaim &claim = out.claim;
  long size = -1, rank = -1;
  // Any number of tasks: this may be the script of a job on many machines.
  if (Error error = readCommonNumber(
          {"SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"}, 1,
          unlimited, size, claim.sizeName))
    return error;
  if (Error error =
          readCommonNumber({"SLURM_PROCID"}, 0, size > 0 ? size - 1 : unlimited,
                           rank, claim.rankName))
    return error;
  // A script has the rank 0, and is told no size unless the job was given one.
  if (!claim.sizeName && rank > 0)
    return halfSet("SLURM_PROCID", "SLURM_NTASKS");
  claim.size = int(size);
  claim.rank = int(rank);
  out.job = firstSet({"SLURM_JOB_ID", "SLURM_JOBID"});
  out.step = firstSet({"SLURM_STEP_ID", "SLURM_STEPID"});
  return success();
}

Error conorm::rt::expectSlurmStep(const SlurmVariables &variables) {
  const WorldClaim &claim = variables.claim;
  const char *missing = !claim.rankName   ? "SLURM_PROCID"
                        : !variables.job  ? "SLURM_JOB_ID"
                        : !variables.step ? "SLURM_STEP_ID"
                                          : nullptr;
  // In the job's script, this is one process; elsewhere it would be one of
  // several, and each would start a world of its own.
  if (missing)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "%s is %d but %s is not set, expected a task that srun "
                     "started; unset %s in a process that is not one of "
                     "several",
                     claim.sizeName, claim.size, missing, claim.sizeName);
  if (claim.size > CONORM_MAX_WORLD_SIZE)
    return makeError(CONORM_ERROR_BOOTSTRAP, "%s is %d, expected at most %d",
                     claim.sizeName, claim.size, CONORM_MAX_WORLD_SIZE);
  // A step may have fewer machines than its job.
  for (const char *nodes :
       {"SLURM_STEP_NUM_NODES", "SLURM_NNODES", "SLURM_JOB_NUM_NODES"})
    if (getenv(nodes))
      return expectOneNode(nodes);
  return success();
}

//===----------------------------------------------------------------------===//
// Several launchers
//===----------------------------------------------------------------------===//

static Error contradiction(const char *name, int value, const char *otherName,
                           int other) {
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "%s is %d but %s is %d, expected the variables of one "
                   "launcher, or of two that agree",
                   name, value, otherName, other);
}

Error conorm::rt::reconcileClaims(std::vector<WorldClaim> &claims) {
  bool several =
      std::any_of(claims.begin(), claims.end(),
                  [](const WorldClaim &claim) { return claim.size > 1; });
  // Of one process, or, where no size is told, of one that may be alone.
  auto mayBeAlone = [](const WorldClaim &claim) {
    return claim.size <= 1 && claim.rank == 0;
  };
  if (several)
    claims.erase(std::remove_if(claims.begin(), claims.end(), mayBeAlone),
                 claims.end());
  for (const WorldClaim &claim : claims) {
    const WorldClaim &first = claims.front();
    if (first.size > 0 && claim.size > 0 && claim.size != first.size)
      return contradiction(first.sizeName, first.size, claim.sizeName,
                           claim.size);
    if (first.rank != claim.rank)
      return contradiction(first.rankName, first.rank, claim.rankName,
                           claim.rank);
  }
  return success();
}
