//===- CublasLtApi.h - cuBLASLt, loaded at run time -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuBLASLt is never linked, and its header is not needed: the functions that
// the runtime calls, with the types of cuBLASLt's C ABI under names of our own.
// Versions 12 and 13 agree in all of it.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_BLAS_CUBLASLTAPI_H
#define CONORM_RUNTIME_LIB_CUDA_BLAS_CUBLASLTAPI_H

#include "support/Error.h"

#include <cstddef>
#include <cstdint>

struct CUstream_st;

namespace conorm::rt::cuda {

struct LtOpaque;
struct LtDescOpaque;
struct LtLayoutOpaque;
struct LtPreferenceOpaque;
using LtHandle = LtOpaque *;
using LtDesc = LtDescOpaque *;
using LtLayout = LtLayoutOpaque *;
using LtPreference = LtPreferenceOpaque *;

/// Values of cublasStatus_t that are looked at.
enum : int { ltSuccess = 0, ltNotSupported = 15 };
/// Of cudaDataType_t.
enum : int { ltF32 = 0, ltF16 = 2, ltBF16 = 14, ltE4M3 = 28, ltE5M2 = 29 };
/// Of cublasComputeType_t: f32 that is not made smaller.
enum : int { ltComputeF32 = 68 };
/// Of cublasOperation_t.
enum : int32_t { ltAsIs = 0, ltTransposed = 1 };
/// Of cublasLtMatmulDescAttributes_t.
enum : int {
  ltTransA = 3,
  ltTransB = 4,
  ltScalePointerA = 17,
  ltScalePointerB = 18,
  ltScaleModeA = 31,
  ltScaleModeB = 32
};
/// Of cublasLtMatmulMatrixScale_t.
enum : int32_t { ltScaleScalar = 0, ltScaleOuterVector = 3 };
/// Of cublasLtMatrixLayoutAttribute_t.
enum : int { ltBatchCount = 5, ltBatchStride = 6 };
/// Of cublasLtMatmulPreferenceAttributes_t; those of B, C and D follow.
enum : int { ltMaxWorkspace = 1, ltReductionSchemes = 3, ltMinAlignmentA = 5 };
/// Of cublasLtReductionScheme_t: parts of a sum are added in the type of the
/// computation. Others add them in the output's type.
enum : uint32_t { ltReduceInF32 = 2 };

/// cublasLtMatmulAlgo_t.
struct LtAlgorithm {
  uint64_t data[8];
};

/// cublasLtMatmulHeuristicResult_t.
struct LtHeuristic {
  LtAlgorithm algorithm;
  size_t workspaceBytes;
  int state;
  float waves;
  int reserved[4];
};

/// The major versions whose ABI this is.
constexpr int oldestCublasLt = 12, newestCublasLt = 13;

struct CublasLtApi {
  /// 130100 of 13.1.0.
  size_t version = 0;
  size_t (*getVersion)() = nullptr;
  const char *(*getStatusString)(int) = nullptr;
  int (*create)(LtHandle *) = nullptr;
  int (*destroy)(LtHandle) = nullptr;
  int (*descCreate)(LtDesc *, int compute, int scaleType) = nullptr;
  int (*descDestroy)(LtDesc) = nullptr;
  int (*descSet)(LtDesc, int attribute, const void *, size_t) = nullptr;
  int (*layoutCreate)(LtLayout *, int type, uint64_t rows, uint64_t cols,
                      int64_t ld) = nullptr;
  int (*layoutDestroy)(LtLayout) = nullptr;
  int (*layoutSet)(LtLayout, int attribute, const void *, size_t) = nullptr;
  int (*preferenceCreate)(LtPreference *) = nullptr;
  int (*preferenceDestroy)(LtPreference) = nullptr;
  int (*preferenceSet)(LtPreference, int attribute, const void *,
                       size_t) = nullptr;
  int (*getHeuristic)(LtHandle, LtDesc, LtLayout a, LtLayout b, LtLayout c,
                      LtLayout d, LtPreference, int wanted, LtHeuristic *,
                      int *found) = nullptr;
  int (*matmul)(LtHandle, LtDesc, const void *alpha, const void *a, LtLayout,
                const void *b, LtLayout, const void *beta, const void *c,
                LtLayout, void *d, LtLayout, const LtAlgorithm *,
                void *workspace, size_t workspaceBytes,
                CUstream_st *) = nullptr;
};

/// "13.1.0" of cuBLASLt's number.
std::string cublasLtVersionText(size_t version);

/// Loads a library by name or path. It stays loaded.
Error loadCublasLtFrom(const char *path, CublasLtApi &out);

/// Loads CONORM_CUBLASLT, else the newest of the names and places where it may
/// be, once in a process.
Error loadCublasLt(const CublasLtApi *&out);

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_BLAS_CUBLASLTAPI_H
