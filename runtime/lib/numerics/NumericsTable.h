//===- NumericsTable.h - Kernels of one instruction set ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_NUMERICS_NUMERICSTABLE_H
#define CONORM_RUNTIME_LIB_NUMERICS_NUMERICSTABLE_H

#include "Numerics.h"

namespace conorm::rt {

/// The functions of Numerics.h for one instruction set.
struct NumericsTable {
  void (*reduceOrdered)(uint32_t type, uint32_t reduction,
                        const void *const *sources, int numSources, void *out,
                        int64_t count);
  void (*reduceAddOrdered)(uint32_t type, const void *const *sources,
                           int numSources, const void *residual, void *reduced,
                           void *sum, int64_t count);
  void (*addRounded)(uint32_t type, const void *a, const void *b, void *out,
                     int64_t count);
  void (*rmsNormRow)(uint32_t type, const void *row, void *out, int64_t cols,
                     const conorm_norm &norm, const Claim &claim);
  void (*quantizeBlocks)(uint32_t type, const conorm_quant &quant, float scale,
                         const void *y, int64_t numBlocks, int64_t block,
                         uint8_t *quantized, void *scales);
};

extern const NumericsTable numericsBase;
#if defined(__x86_64__)
extern const NumericsTable numericsAVX2;
extern const NumericsTable numericsAVX512;
#endif

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_NUMERICS_NUMERICSTABLE_H
