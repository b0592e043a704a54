//===- NcclApi.h - NCCL, loaded at run time ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// NCCL is never linked, and its header is not needed: the functions that the
// runtime calls, with the types of NCCL's C ABI under names of our own.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_NCCLAPI_H
#define CONORM_RUNTIME_LIB_CUDA_NCCLAPI_H

#include "support/Error.h"

#include <climits>
#include <cstddef>

struct CUstream_st;

namespace conorm::rt::cuda {

struct NcclOpaque;
using NcclHandle = NcclOpaque *;
using NcclStream = CUstream_st *;

/// Values of ncclResult_t that are looked at.
enum : int { ncclDone = 0, ncclPeerFailed = 6, ncclUnderWay = 7 };
/// What a call that does not block may return.
inline bool ncclGood(int result) {
  return result == ncclDone || result == ncclUnderWay;
}
/// Values of ncclDataType_t and ncclRedOp_t.
enum : int { ncclBytes = 0, ncclHalves = 6, ncclFloats = 7, ncclBfloats = 9 };
enum : int { ncclOpSum = 0, ncclOpProd = 1 };

struct NcclId {
  char bytes[128];
};

/// The first layout of ncclConfig_t, which every later library takes: `size`
/// says where it ends and `version` which fields have a meaning. What is not
/// there has the library's default.
struct NcclConfig {
  size_t size = sizeof(NcclConfig);
  unsigned magic = 0xcafebeef;
  unsigned version = 21400;
  int blocking = 0;
  /// Where later versions have a field: "undefined".
  int unused = INT_MIN;
};
static_assert(sizeof(NcclConfig) == 24, "no padding");

/// First version with communicators that do not block.
constexpr int oldestNccl = 21400;

struct NcclApi {
  int version = 0;
  int (*getVersion)(int *) = nullptr;
  int (*getUniqueId)(NcclId *) = nullptr;
  int (*commInitRankConfig)(NcclHandle *, int ranks, NcclId, int rank,
                            NcclConfig *) = nullptr;
  int (*commFinalize)(NcclHandle) = nullptr;
  int (*commDestroy)(NcclHandle) = nullptr;
  int (*commAbort)(NcclHandle) = nullptr;
  int (*commGetAsyncError)(NcclHandle, int *) = nullptr;
  const char *(*getErrorString)(int) = nullptr;
  const char *(*getLastError)(NcclHandle) = nullptr;
  int (*groupStart)() = nullptr;
  int (*groupEnd)() = nullptr;
  int (*send)(const void *, size_t count, int type, int peer, NcclHandle,
              NcclStream) = nullptr;
  int (*recv)(void *, size_t count, int type, int peer, NcclHandle,
              NcclStream) = nullptr;
  int (*allGather)(const void *, void *, size_t sendCount, int type, NcclHandle,
                   NcclStream) = nullptr;
  int (*allReduce)(const void *, void *, size_t count, int type, int op,
                   NcclHandle, NcclStream) = nullptr;
  int (*reduceScatter)(const void *, void *, size_t receiveCount, int type,
                       int op, NcclHandle, NcclStream) = nullptr;
};

/// "2.28.9" of NCCL's number.
std::string ncclVersionText(int version);

/// Loads a library by name or path. It stays loaded.
Error loadNcclFrom(const char *path, NcclApi &out);

/// Loads CONORM_NCCL_LIBRARY, else libnccl.so.2, once in a process.
Error loadNccl(const NcclApi *&out);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_NCCLAPI_H
