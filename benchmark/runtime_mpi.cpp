//===- runtime_mpi.cpp - The fused operation against MPI_Allreduce --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mpirun -n 2 --mca mpi_yield_when_idle 1 conorm-bench-mpi [--benchmark_...]
//
// In the same processes and the same run, compares the fused operation to
// MPI_Allreduce followed by the runtime's own add_rms_norm. The norm is the
// same code on both sides, so the ratio reflects only communication and fusion.
// The type is f32, because MPI has neither bf16 nor f16.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"
#include "conorm/Tools/Process.h"

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include <cstdio>
#include <cstring>

using namespace conorm::bench;

static int32_t mpiAllgather(void *, const void *send, size_t bytes, void *recv,
                            uint32_t) {
  return MPI_Allgather(send, int(bytes), MPI_BYTE, recv, int(bytes), MPI_BYTE,
                       MPI_COMM_WORLD);
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-bench-mpi");
  setvbuf(stdout, nullptr, _IOLBF, 0);
  MPI_Init(&argc, &argv);
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  MPI_Comm_rank(MPI_COMM_WORLD, &bootstrap.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &bootstrap.world_size);
  bootstrap.allgather = mpiAllgather;
  conorm_context *context = makeContext(bootstrap);
  int status = runRank(context, makeCases({CONORM_TYPE_F32}),
                       {{"fused", [](Workload &work) { work.fused(); }},
                        {"mpi",
                         [](Workload &work) {
                           MPI_Allreduce(work.input.data(), work.reduced.data(),
                                         int(work.c.rows * work.c.cols),
                                         MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
                           work.addNorm();
                         }},
                        {"unfused",
                         [](Workload &work) {
                           work.allReduce();
                           work.addNorm();
                         }}},
                       argc, argv);
  conorm_context_destroy(context);
  MPI_Finalize();
  return status;
}
