//===- BootstrapMPI.h - Interface of the MPI bootstrap's module -*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MPI_BOOTSTRAPMPI_H
#define CONORM_RUNTIME_LIB_MPI_BOOTSTRAPMPI_H

#include <stddef.h>
#include <stdint.h>

// The names carry the interface's version.
#define CONORM_MPI_OPEN_SYMBOL "conorm_mpi_open_v2"
#define CONORM_MPI_ALLGATHER_SYMBOL "conorm_mpi_allgather_v2"
#define CONORM_MPI_CLOSE_SYMBOL "conorm_mpi_close_v2"

/// Return 0 on success and leave a message otherwise. On success, opening
/// leaves the name of the MPI library in `message`.
typedef int32_t (*conorm_mpi_open_fn)(int32_t *rank, int32_t *worldSize,
                                      void **state, char *message,
                                      size_t messageSize);
typedef int32_t (*conorm_mpi_allgather_fn)(void *state, const void *send,
                                           size_t bytes, void *recv,
                                           uint32_t deadlineMs, char *message,
                                           size_t messageSize);
/// Without `finalize`, MPI is left as it is, since its end waits for all ranks.
typedef void (*conorm_mpi_close_fn)(void *state, int32_t finalize);

#endif // CONORM_RUNTIME_LIB_MPI_BOOTSTRAPMPI_H
