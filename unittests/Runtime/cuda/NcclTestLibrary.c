//===- NcclTestLibrary.c - Stands in for NCCL where it is loaded ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Built three times: whole, of an old version, and without some functions. No
// function but the first is ever called.
//
//===----------------------------------------------------------------------===//

int ncclGetVersion(int *version) {
#ifdef CONORM_NCCL_TEST_OLD
  *version = 2708;
#else
  *version = 21805;
#endif
  return 0;
}

#define STAND_IN(name)                                                         \
  int name(void) { return 1; }

#ifndef CONORM_NCCL_TEST_OLD
STAND_IN(ncclGetUniqueId)
STAND_IN(ncclCommInitRankConfig)
#ifndef CONORM_NCCL_TEST_PARTIAL
STAND_IN(ncclCommFinalize)
#endif
STAND_IN(ncclCommDestroy)
STAND_IN(ncclCommAbort)
STAND_IN(ncclCommGetAsyncError)
STAND_IN(ncclGetErrorString)
STAND_IN(ncclGetLastError)
STAND_IN(ncclGroupStart)
STAND_IN(ncclGroupEnd)
STAND_IN(ncclSend)
STAND_IN(ncclRecv)
STAND_IN(ncclAllGather)
STAND_IN(ncclAllReduce)
STAND_IN(ncclReduceScatter)
#endif
