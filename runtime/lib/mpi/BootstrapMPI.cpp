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

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <time.h>
#include <vector>

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

/// Waits until all requests are complete, or `end`. Returns the index of the
/// first that is not, or has failed; -1 if there is none.
static int firstIncomplete(MPI_Request *requests, MPI_Status *statuses,
                           int count, int64_t &end) {
  // A look that comes much too late is that of a process that was stopped,
  // whose deadline moves with it.
  constexpr int64_t longestCounted = 50000000;
  int64_t last = now();
  int at = 0;
  for (long pause = 1000;; pause = pause < 500000 ? pause * 2 : pause) {
    for (int done = 1; at < count; ++at) {
      if (MPI_Test(&requests[at], &done, &statuses[at]) != MPI_SUCCESS)
        return at;
      if (!done)
        break;
    }
    if (at == count)
      return -1;
    int64_t look = now();
    end += std::max<int64_t>(look - last - longestCounted, 0);
    last = look;
    if (look >= end)
      return at;
    timespec time{0, pause};
    nanosleep(&time, nullptr);
  }
}

__attribute__((format(printf, 3, 4))) static int32_t
fail(char *message, size_t size, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(message, size, format, list);
  va_end(list);
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
static bool makeCommunicator(State &self, int64_t &end) {
  if (self.communicator != MPI_COMM_NULL)
    return true;
  MPI_Request request;
  MPI_Status status;
  if (MPI_Comm_idup(MPI_COMM_WORLD, &self.communicator, &request) !=
          MPI_SUCCESS ||
      firstIncomplete(&request, &status, 1, end) >= 0) {
    self.broken = true;
    return false;
  }
  MPI_Comm_set_errhandler(self.communicator, MPI_ERRORS_RETURN);
  return true;
}

namespace {
/// One allgather, by a message from each rank to each: a collective of MPI's
/// would not tell who is missing. Of the requests the first half receives.
struct Allgather {
  int size;
  std::vector<char> mine;
  std::vector<char> all;
  std::vector<MPI_Request> requests;
  std::vector<MPI_Status> statuses;

  Allgather(const State &self, const void *send, size_t bytes)
      : size(self.worldSize), mine(bytes), all(bytes * size),
        requests(2 * size, MPI_REQUEST_NULL), statuses(2 * size) {
    memcpy(mine.data(), send, bytes);
    memcpy(all.data() + bytes * self.rank, send, bytes);
  }
  bool start(const State &self);
  int bytesFrom(int rank) const;
};
} // namespace

bool Allgather::start(const State &self) {
  int bytes = int(mine.size());
  for (int peer = 0; peer < size; ++peer)
    if (peer != self.rank &&
        (MPI_Irecv(all.data() + mine.size() * peer, bytes, MPI_BYTE, peer, 0,
                   self.communicator, &requests[peer]) != MPI_SUCCESS ||
         MPI_Isend(mine.data(), bytes, MPI_BYTE, peer, 0, self.communicator,
                   &requests[size + peer]) != MPI_SUCCESS))
      return false;
  return true;
}

/// Bytes that have come from another rank.
int Allgather::bytesFrom(int rank) const {
  int count = 0;
  MPI_Get_count(&statuses[rank], MPI_BYTE, &count);
  return count;
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
  if (!makeCommunicator(self, end))
    return fail(message, messageSize,
                "some rank did not take part in MPI_Comm_idup within %u ms",
                deadlineMs);
  auto call = std::make_unique<Allgather>(self, send, bytes);
  int culprit = call->start(self) ? firstIncomplete(call->requests.data(),
                                                    call->statuses.data(),
                                                    2 * self.worldSize, end)
                                  : self.rank;
  for (int peer = 0; culprit < 0 && peer < self.worldSize; ++peer)
    if (peer != self.rank && call->bytesFrom(peer) != int(bytes)) {
      self.broken = true;
      return fail(message, messageSize,
                  "rank %d gathers %d bytes, this rank %zu", peer,
                  call->bytesFrom(peer), bytes);
    }
  if (culprit >= 0) {
    // MPI may still write to the buffers: they are given up with it.
    call.release();
    self.broken = true;
    bool late = now() >= end;
    return fail(message, messageSize,
                late ? "rank %d did not take part within %u ms"
                     : "MPI could not exchange data with rank %d, or it "
                       "gathers more bytes than this rank",
                culprit % self.worldSize, deadlineMs);
  }
  if (bytes)
    memcpy(recv, call->all.data(), call->all.size());
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
