//===- CublasLtTestLibrary.c - Stands in for cuBLASLt ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Built four times: whole, of an older and of a newer major version, and
// without a function. No function but the first is ever called.
//
//===----------------------------------------------------------------------===//

#include <stddef.h>

size_t cublasLtGetVersion(void) {
#if defined(CONORM_CUBLASLT_TEST_OLD)
  return 111103;
#elif defined(CONORM_CUBLASLT_TEST_NEW)
  return 140000;
#else
  return 130100;
#endif
}

#define STAND_IN(name)                                                         \
  int name(void) { return 1; }

#ifndef CONORM_CUBLASLT_TEST_OLD
STAND_IN(cublasLtGetStatusString)
STAND_IN(cublasLtCreate)
STAND_IN(cublasLtDestroy)
STAND_IN(cublasLtMatmulDescCreate)
STAND_IN(cublasLtMatmulDescDestroy)
STAND_IN(cublasLtMatmulDescSetAttribute)
STAND_IN(cublasLtMatrixLayoutCreate)
STAND_IN(cublasLtMatrixLayoutDestroy)
STAND_IN(cublasLtMatrixLayoutSetAttribute)
STAND_IN(cublasLtMatmulPreferenceCreate)
STAND_IN(cublasLtMatmulPreferenceDestroy)
STAND_IN(cublasLtMatmulPreferenceSetAttribute)
#ifndef CONORM_CUBLASLT_TEST_PARTIAL
STAND_IN(cublasLtMatmulAlgoGetHeuristic)
#endif
STAND_IN(cublasLtMatmul)
#endif
