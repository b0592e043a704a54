//===- BootstrapMPI.cpp - The MPI bootstrap's module ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that waits is non-blocking MPI polled against the deadline, with
// the core given up in between: MPI's own waits spin without an end.
//
//===----------------------------------------------------------------------===//

#include "BootstrapMPI.h"

#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <time.h>

#define CONORM_MPI_EXPORT extern "C" __attribute__((visibility("default")))

namespace {
struct State {
  /// A communicator of our own, so that the host's messages stay apart.
  MPI_Comm communicator = MPI_COMM_NULL;
  int rank = 0;
  int worldSize = 0;
  bool finalize = false;
  /// A request that ran past its deadline still owns its buffers.
  bool broken = false;
};
} // namespace

static int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

/// Returns whether the request completed before the deadline.
static bool complete(MPI_Request &request, int64_t end) {
  for (long pause = 1000;; pause = pause < 500000 ? pause * 2 : pause) {
    int done = 0;
    if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS)
      return false;
    if (done)
      return true;
    if (now() >= end)
      return false;
    timespec time{0, pause};
    nanosleep(&time, nullptr);
  }
}

static int32_t fail(char *message, size_t size, const char *text) {
  snprintf(message, size, "%s", text);
  return 1;
}

/// "Open MPI v4.1.4" and the like: what stands before the first comma or line.
static void nameLibrary(char *name, size_t size) {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  text[strcspn(text, ",\n")] = 0;
  snprintf(name, size, "%s", text);
}

CONORM_MPI_EXPORT int32_t conorm_mpi_open_v2(int32_t *rank, int32_t *worldSize,
                                             void **state, char *message,
                                             size_t messageSize) {
  int initialized = 0, finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  if (finalized)
    return fail(message, messageSize, "MPI has been finalized already");
  State *self = new State;
  if (!initialized) {
    int provided;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) !=
        MPI_SUCCESS) {
      delete self;
      return fail(message, messageSize, "MPI_Init_thread failed");
    }
    self->finalize = true;
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &self->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &self->worldSize);
  nameLibrary(message, messageSize);
  *rank = self->rank;
  *worldSize = self->worldSize;
  *state = self;
  return 0;
}

/// The communicator is made at the first allgather, which has a deadline.
static bool makeCommunicator(State &self, int64_t end) {
  if (self.communicator != MPI_COMM_NULL)
    return true;
  MPI_Request request;
  if (MPI_Comm_idup(MPI_COMM_WORLD, &self.communicator, &request) !=
          MPI_SUCCESS ||
      !complete(request, end)) {
    self.broken = true;
    return false;
  }
  MPI_Comm_set_errhandler(self.communicator, MPI_ERRORS_RETURN);
  return true;
}

CONORM_MPI_EXPORT int32_t conorm_mpi_allgather_v2(void *state, const void *send,
                                                  size_t bytes, void *recv,
                                                  uint32_t deadlineMs,
                                                  char *message,
                                                  size_t messageSize) {
  State &self = *static_cast<State *>(state);
  int64_t end = now() + int64_t(deadlineMs) * 1000000;
  if (self.broken)
    return fail(message, messageSize,
                "an earlier MPI allgather did not complete");
  bool made = makeCommunicator(self, end);
  char *mine = made ? static_cast<char *>(malloc(bytes + 1)) : nullptr;
  char *all =
      mine ? static_cast<char *>(malloc(bytes * self.worldSize + 1)) : nullptr;
  if (!all) {
    free(mine);
    return made ? fail(message, messageSize, "out of memory")
                : fail(message, messageSize,
                       "some rank did not take part in MPI_Comm_idup before "
                       "the deadline");
  }
  memcpy(mine, send, bytes);
  MPI_Request request;
  if (MPI_Iallgather(mine, int(bytes), MPI_BYTE, all, int(bytes), MPI_BYTE,
                     self.communicator, &request) != MPI_SUCCESS ||
      !complete(request, end)) {
    // MPI may still write to the buffers: they are given up with it.
    self.broken = true;
    return fail(message, messageSize,
                "some rank did not take part in MPI_Iallgather before the "
                "deadline");
  }
  memcpy(recv, all, bytes * self.worldSize);
  free(mine);
  free(all);
  return 0;
}

CONORM_MPI_EXPORT void conorm_mpi_close_v2(void *state, int32_t finalize) {
  State *self = static_cast<State *>(state);
  int finalized = 0;
  MPI_Finalized(&finalized);
  // After a failure both could wait for a rank that is gone; mpirun ends those
  // that leave without MPI_Finalize.
  if (!finalized && !self->broken && finalize) {
    if (self->communicator != MPI_COMM_NULL)
      MPI_Comm_free(&self->communicator);
    if (self->finalize)
      MPI_Finalize();
  }
  delete self;
}
