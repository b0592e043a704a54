//===- BootstrapMPI.cpp - Ranks started by mpirun -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads the module that is linked with MPI, which stands next to this library,
// so that a machine without MPI can load the runtime.
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"

#include "mpi/BootstrapMPI.h"

#include <algorithm>
#include <dlfcn.h>
#include <memory>

using namespace conorm::rt;

namespace {
struct MpiBootstrap {
  void *state;
  conorm_mpi_allgather_fn allgather;
  conorm_mpi_close_fn close;
  ProcessOwner owner;
};
} // namespace

static int32_t mpiAllgather(void *user, const void *send, size_t bytes,
                            void *recv, uint32_t deadlineMs) {
  BootstrapUse use(user, bytes);
  if (!use)
    return 1;
  auto *self = static_cast<MpiBootstrap *>(user);
  if (Error error = claimBootstrap(self->owner)) {
    setBootstrapFailure(error.message);
    return 1;
  }
  char message[256] = "";
  int32_t code = self->allgather(self->state, send, bytes, recv, deadlineMs,
                                 message, sizeof(message));
  if (code != 0)
    setBootstrapFailure(message);
  return code;
}

static void releaseMpi(void *user) {
  // MPI is the parent's: a child that ended it would end it for both.
  if (static_cast<MpiBootstrap *>(user)->owner.isForeign())
    return;
  std::unique_ptr<MpiBootstrap> self(static_cast<MpiBootstrap *>(user));
  self->close(self->state, /*finalize=*/1);
}

/// The module stays loaded: MPI libraries do not survive dlclose().
static void *loadModule(std::string &reason) {
  Dl_info info;
  if (!dladdr(reinterpret_cast<void *>(&loadModule), &info) ||
      !info.dli_fname) {
    reason = "the runtime cannot find itself";
    return nullptr;
  }
  std::string path = info.dli_fname;
  path.erase(path.find_last_of('/') + 1);
  path += "libConormBootstrapMPI.so";
  void *module = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!module)
    reason = dlerror();
  return module;
}

/// A launcher of another MPI than the one that the module is linked with leaves
/// its processes alone with their variables: each of them is a world of one.
static Error expectClaim(const WorldClaim &claim, int rank, int worldSize,
                         const char *library) {
  if (claim.size >= 0 && claim.size != worldSize)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "%s is %d but MPI (%s) says that the world has %d "
                     "rank%s, expected a launcher of this MPI",
                     claim.sizeName, claim.size, library, worldSize,
                     worldSize == 1 ? "" : "s");
  if (claim.rank != rank)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "%s is %d but MPI (%s) says that this is rank %d of %d, "
                     "expected a launcher of this MPI",
                     claim.rankName, claim.rank, library, rank, worldSize);
  if (claim.size < 0 && worldSize == 1)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "%s is set but MPI (%s) says that this process is alone, "
                     "expected a launcher of this MPI",
                     claim.rankName, library);
  return success();
}

static Error checkWorld(const std::vector<WorldClaim> &claims, int rank,
                        int worldSize, const char *library) {
  // Where one claim says how many there are, the others need not.
  bool sized =
      std::any_of(claims.begin(), claims.end(),
                  [](const WorldClaim &claim) { return claim.size >= 0; });
  for (const WorldClaim &claim : claims)
    if (claim.size >= 0 || claim.rank != rank || !sized)
      if (Error error = expectClaim(claim, rank, worldSize, library))
        return error;
  if (worldSize > CONORM_MAX_WORLD_SIZE)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "MPI (%s) says that the world has %d ranks, expected at "
                     "most %d",
                     library, worldSize, CONORM_MAX_WORLD_SIZE);
  return success();
}

Error conorm::rt::bootstrapFromMpi(const std::vector<WorldClaim> &claims,
                                   conorm_bootstrap &out) {
  std::string reason;
  void *module = loadModule(reason);
  if (!module)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "%s is set but the MPI bootstrap cannot be loaded: %s",
                     claims.front().rankName, reason.c_str());
  auto open = reinterpret_cast<conorm_mpi_open_fn>(
      dlsym(module, CONORM_MPI_OPEN_SYMBOL));
  auto self = std::make_unique<MpiBootstrap>();
  // Of the process that initializes MPI, whoever gathers first.
  (void)self->owner.claim();
  self->allgather = reinterpret_cast<conorm_mpi_allgather_fn>(
      dlsym(module, CONORM_MPI_ALLGATHER_SYMBOL));
  self->close = reinterpret_cast<conorm_mpi_close_fn>(
      dlsym(module, CONORM_MPI_CLOSE_SYMBOL));
  if (!open || !self->allgather || !self->close)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "libConormBootstrapMPI.so is of another version than "
                     "this runtime");
  // What MPI has told this process, it has not told a child of it.
  static ProcessOwner processOfMpi;
  if (Error error = claimBootstrap(processOfMpi))
    return error;
  // The library's name on success, or a reason.
  char message[256] = "";
  int32_t rank, worldSize;
  if (open(&rank, &worldSize, &self->state, message, sizeof(message)) != 0)
    return makeError(CONORM_ERROR_BOOTSTRAP, "%s", message);
  if (Error error = checkWorld(claims, rank, worldSize, message)) {
    // MPI_Finalize waits for the other ranks: they may have no error, unless
    // they are none or too many.
    bool allFail = worldSize == 1 || worldSize > CONORM_MAX_WORLD_SIZE;
    self->close(self->state, allFail);
    return error;
  }
  out.rank = rank;
  out.world_size = worldSize;
  out.allgather = mpiAllgather;
  out.user = self.release();
  out.release = releaseMpi;
  return success();
}
