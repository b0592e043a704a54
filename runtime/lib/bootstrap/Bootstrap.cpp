//===- Bootstrap.cpp - Choosing a bootstrap, and its common parts ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"

#include "support/Structs.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace conorm::rt;

static thread_local std::string lastFailure;

void conorm::rt::setBootstrapFailure(std::string reason) {
  lastFailure = std::move(reason);
}

std::string conorm::rt::takeBootstrapFailure() {
  return std::exchange(lastFailure, std::string());
}

Error conorm::rt::claimBootstrap(ProcessOwner &owner) {
  if (owner.claim())
    return success();
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "the bootstrap belongs to the process that forked this one, "
                   "expected a bootstrap of its own");
}

BootstrapUse::BootstrapUse(const void *user, size_t bytes)
    : use(Handle::Bootstrap, user), fits(bytes <= maxAllgatherBytes) {
  if (!use)
    setBootstrapFailure("the bootstrap was released");
  else if (!fits)
    setBootstrapFailure(format("allgather of %zu bytes, expected at most %u",
                               bytes, maxAllgatherBytes));
}

/// What `release` is of every bundled bootstrap.
static void releaseBundled(void *user) {
  removeHandle(Handle::Bootstrap, user);
}

Error conorm::rt::addBootstrap(conorm_bootstrap &bootstrap) {
  auto *release = std::exchange(bootstrap.release, releaseBundled);
  Error error = addHandle(Handle::Bootstrap, bootstrap.user, release);
  if (error) {
    release(bootstrap.user);
    bootstrap.allgather = nullptr;
    bootstrap.user = nullptr;
    bootstrap.release = nullptr;
  }
  return error;
}

Error conorm::rt::clearBootstrap(conorm_bootstrap &bootstrap) {
  conorm_bootstrap known;
  uint32_t size;
  if (Error error = readStruct(&bootstrap, known, size, "bootstrap"))
    return error;
  // All fields of today belong to version 1.0, so there is room for them.
  static_assert(firstStructSize<conorm_bootstrap>() == sizeof(known), "");
  bootstrap = {};
  bootstrap.struct_size = size;
  return success();
}

bool conorm::rt::isReleased(const conorm_bootstrap &bootstrap) {
  return bootstrap.release == releaseBundled &&
         !HandleUse(Handle::Bootstrap, bootstrap.user);
}

Error AllgatherClient::allgather(const void *send, size_t bytes, void *recv,
                                 const Deadline &deadline) {
  if (Error error = claimBootstrap(owner))
    return error;
  if (!connection)
    return makeError(CONORM_ERROR_BOOTSTRAP, "not connected to %s", relay);
  connection.keepFromChildren();
  if (bytes > maxAllgatherBytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "allgather of %zu bytes, expected at most %u", bytes,
                     maxAllgatherBytes);
  RequestFrame request{frameMagic, rank,
                       worldSize,  uint32_t(bytes),
                       ++sequence, deadline.milliseconds,
                       0};
  // A write cut short would leave the stream out of step: such a connection is
  // not used again.
  Transfer outcome =
      sendAll(connection.get(), &request, sizeof(request), deadline);
  if (outcome == Transfer::Done)
    outcome = sendAll(connection.get(), send, bytes, deadline);
  if (outcome == Transfer::Done)
    return awaitReply(bytes, recv, deadline);
  connection.reset();
  return makeError(CONORM_ERROR_BOOTSTRAP, "%s is gone", relay);
}

Error AllgatherClient::awaitReply(size_t bytes, void *recv,
                                  const Deadline &deadline) {
  for (;;) {
    Transfer outcome = waitReadable(connection.get(), deadline);
    if (outcome == Transfer::TimedOut)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "no answer from %s within %u ms, since some rank did "
                       "not take part",
                       relay, deadline.milliseconds);
    ReplyFrame reply;
    Deadline rest(1000 + deadline.milliseconds);
    if (outcome == Transfer::Done)
      outcome = receiveAll(connection.get(), &reply, sizeof(reply), rest);
    bool sane = outcome == Transfer::Done && reply.magic == frameMagic &&
                reply.bytes <= maxAllgatherBytes * CONORM_MAX_WORLD_SIZE;
    std::vector<char> data;
    if (sane) {
      data.resize(reply.bytes);
      outcome = receiveAll(connection.get(), data.data(), data.size(), rest);
    }
    if (!sane || outcome != Transfer::Done) {
      connection.reset();
      return makeError(CONORM_ERROR_BOOTSTRAP, "%s is gone", relay);
    }
    // An answer to an allgather that this rank gave up on.
    if (reply.sequence < sequence)
      continue;
    if (reply.failed)
      return makeError(CONORM_ERROR_BOOTSTRAP, "%.*s", int(data.size()),
                       data.data());
    if (data.size() != bytes * worldSize)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "%s answered with %zu bytes, expected %zu", relay,
                       data.size(), bytes * worldSize);
    std::copy(data.begin(), data.end(), static_cast<char *>(recv));
    return success();
  }
}

/// A world of one beside tasks of Slurm's that each make one would reduce
/// nothing.
static Error expectAlone(const SlurmVariables &slurm, int worldSize) {
  const WorldClaim &claim = slurm.claim;
  if (worldSize != 1 || !slurm.isTaskOfSeveral())
    return success();
  return makeError(CONORM_ERROR_BOOTSTRAP,
                   "this process is one of %d tasks, as %s says, but other "
                   "variables say that it is alone",
                   claim.size, claim.sizeName);
}

/// True if the claims describe this task of Slurm's, as those of PMI and PMIx
/// do that srun sets, and those that a script derives from Slurm's variables.
static bool describeTask(const std::vector<WorldClaim> &claims,
                         const SlurmVariables &slurm) {
  const WorldClaim &task = slurm.claim;
  return slurm.isTask() &&
         std::all_of(claims.begin(), claims.end(),
                     [&](const WorldClaim &claim) {
                       return claim.rank == task.rank &&
                              (claim.size < 0 || claim.size == task.size);
                     });
}

/// A task of Slurm's needs no MPI; one that is alone is as any other process.
static Error chooseSlurm(const SlurmVariables &slurm, conorm_bootstrap &out,
                         bool &found) {
  found = slurm.claim.size > 1;
  return found ? bootstrapFromSlurm(slurm, out) : success();
}

/// Chooses among what the claims, torchrun's with them, leave possible.
static Error chooseByClaims(std::vector<WorldClaim> &claims,
                            const TorchrunVariables &torchrun,
                            const SlurmVariables &slurm, conorm_bootstrap &out,
                            bool &found) {
  bool isTask = describeTask(claims, slurm);
  if (isTask && slurm.claim.size > 1)
    if (Error error = expectSlurmStep(slurm))
      return error;
  auto at =
      std::find_if(claims.begin(), claims.end(), [](const WorldClaim &claim) {
        return !strcmp(claim.rankName, "RANK");
      });
  found = true;
  if (at != claims.end() && torchrun.complete) {
    bootstrapFromTorchrun(torchrun, out);
    return expectAlone(slurm, out.world_size);
  }
  if (at != claims.end())
    claims.erase(at);
  if (claims.empty())
    return expectWholeTorchrun(torchrun);
  if (isTask && arePmiClaims(claims))
    return chooseSlurm(slurm, out, found);
  if (Error error = bootstrapFromMpi(claims, out))
    return error;
  return expectAlone(slurm, out.world_size);
}

static Error chooseBootstrap(conorm_bootstrap &out, bool &found) {
  if (Error error = bootstrapFromLauncher(out, found))
    return error;
  if (found)
    return success();
  std::vector<WorldClaim> claims;
  if (Error error = readMpiClaims(claims))
    return error;
  TorchrunVariables torchrun;
  if (Error error = readTorchrunVariables(torchrun))
    return error;
  if (torchrun.claim.rankName)
    claims.push_back(torchrun.claim);
  if (Error error = reconcileClaims(claims))
    return error;
  // A batch script's have nothing to do with what mpirun or torchrun say.
  SlurmVariables slurm;
  Error slurmError = readSlurmVariables(slurm);
  if (!claims.empty())
    return chooseByClaims(claims, torchrun, slurm, out, found);
  if (Error error = expectWholeTorchrun(torchrun))
    return error;
  if (slurmError)
    return slurmError;
  return chooseSlurm(slurm, out, found);
}

conorm_status conorm_bootstrap_from_environment(conorm_bootstrap *out,
                                                int32_t *found, char *message,
                                                size_t messageSize) {
  copyMessage("", message, messageSize);
  if (!out || !found) {
    copyMessage("out and found must not be null", message, messageSize);
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  *found = 0;
  if (Error error = clearBootstrap(*out)) {
    copyMessage(error.message, message, messageSize);
    return error.code;
  }
  bool applies = false;
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = out->struct_size;
  Error error = guarded([&] { return chooseBootstrap(bootstrap, applies); });
  if (!error && applies)
    error = addBootstrap(bootstrap);
  if (error) {
    conorm_bootstrap_release(&bootstrap);
    bootstrap = {};
    bootstrap.struct_size = out->struct_size;
    copyMessage(error.message, message, messageSize);
  }
  *out = bootstrap;
  *found = !error && applies;
  return error.code;
}

const char *conorm_bootstrap_message(void) { return lastFailure.c_str(); }

void conorm_bootstrap_release(conorm_bootstrap *bootstrap) {
  if (!bootstrap || !bootstrap->release)
    return;
  auto *release = std::exchange(bootstrap->release, nullptr);
  release(std::exchange(bootstrap->user, nullptr));
  bootstrap->allgather = nullptr;
}
