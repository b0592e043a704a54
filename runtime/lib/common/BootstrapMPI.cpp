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

#include "../mpi/BootstrapMPI.h"

#include <cstdlib>
#include <dlfcn.h>
#include <memory>

using namespace conorm::rt;

namespace {
struct MpiBootstrap {
  void *state;
  conorm_mpi_allgather_fn allgather;
  conorm_mpi_close_fn close;
};
} // namespace

static int32_t mpiAllgather(void *user, const void *send, size_t bytes,
                            void *recv, uint32_t deadlineMs) {
  auto *self = static_cast<MpiBootstrap *>(user);
  char message[256] = "";
  int32_t code = self->allgather(self->state, send, bytes, recv, deadlineMs,
                                 message, sizeof(message));
  if (code != 0)
    setBootstrapFailure(message);
  return code;
}

static void releaseMpi(void *user) {
  std::unique_ptr<MpiBootstrap> self(static_cast<MpiBootstrap *>(user));
  self->close(self->state);
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

Error conorm::rt::bootstrapFromMpi(conorm_bootstrap &out, bool &found) {
  // Open MPI's, and those of launchers that speak PMI.
  if (!getenv("OMPI_COMM_WORLD_SIZE") && !getenv("PMI_SIZE"))
    return success();
  std::string reason;
  void *module = loadModule(reason);
  if (!module)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "mpirun's variables are set but the MPI bootstrap cannot "
                     "be loaded: %s",
                     reason.c_str());
  auto open = reinterpret_cast<conorm_mpi_open_fn>(
      dlsym(module, CONORM_MPI_OPEN_SYMBOL));
  auto self = std::make_unique<MpiBootstrap>();
  self->allgather = reinterpret_cast<conorm_mpi_allgather_fn>(
      dlsym(module, CONORM_MPI_ALLGATHER_SYMBOL));
  self->close = reinterpret_cast<conorm_mpi_close_fn>(
      dlsym(module, CONORM_MPI_CLOSE_SYMBOL));
  if (!open || !self->allgather || !self->close)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "libConormBootstrapMPI.so is of another version than "
                     "this runtime");
  char message[256] = "";
  int32_t rank, worldSize;
  if (open(&rank, &worldSize, &self->state, message, sizeof(message)) != 0)
    return makeError(CONORM_ERROR_BOOTSTRAP, "%s", message);
  out.rank = rank;
  out.world_size = worldSize;
  out.allgather = mpiAllgather;
  out.user = self.release();
  out.release = releaseMpi;
  found = true;
  return success();
}
