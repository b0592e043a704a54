//===- Numerics.cpp - Choice of the kernels, floating-point state ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Numerics.h"

#include "NumericsTable.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

using namespace conorm::rt;

namespace {

struct IsaEntry {
  const char *name;
  const NumericsTable *table;
};

/// In the order of enum Isa: wider ones later.
const IsaEntry isaEntries[] = {
    {"base", &numericsBase},
#if defined(__x86_64__)
    {"avx2", &numericsAVX2},
    {"avx512", &numericsAVX512},
#endif
};
constexpr int numIsas = sizeof(isaEntries) / sizeof(isaEntries[0]);

bool supported(int isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  unsigned a, b, c, d;
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
  if (isa == static_cast<int>(Isa::AVX2))
    return avx2;
  if (isa == static_cast<int>(Isa::AVX512))
    return avx2 && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#endif
  return isa == static_cast<int>(Isa::Base);
}

/// The widest that the processor has and CONORM_CPU_ISA does not exclude.
int chooseIsa() {
  int limit = numIsas - 1;
  if (const char *wish = std::getenv("CONORM_CPU_ISA"))
    for (int isa = 0; isa < numIsas; ++isa)
      if (std::strcmp(wish, isaEntries[isa].name) == 0)
        limit = isa;
  while (limit > 0 && !supported(limit))
    --limit;
  return limit;
}

std::atomic<int> &current() {
  static std::atomic<int> isa(chooseIsa());
  return isa;
}

const NumericsTable &kernels() {
  return *isaEntries[current().load(std::memory_order_relaxed)].table;
}

} // namespace

bool conorm::rt::selectIsa(Isa isa) {
  int index = static_cast<int>(isa);
  if (index >= numIsas || !supported(index))
    return false;
  current().store(index, std::memory_order_relaxed);
  return true;
}

const char *conorm::rt::selectedIsa() {
  return isaEntries[current().load(std::memory_order_relaxed)].name;
}

void conorm::rt::reduceOrdered(uint32_t type, uint32_t reduction,
                               const void *const *sources, int numSources,
                               void *out, int64_t count) {
  kernels().reduceOrdered(type, reduction, sources, numSources, out, count);
}

void conorm::rt::reduceAddOrdered(uint32_t type, const void *const *sources,
                                  int numSources, const void *residual,
                                  void *reduced, void *sum, int64_t count) {
  kernels().reduceAddOrdered(type, sources, numSources, residual, reduced, sum,
                             count);
}

void conorm::rt::addRounded(uint32_t type, const void *a, const void *b,
                            void *out, int64_t count) {
  kernels().addRounded(type, a, b, out, count);
}

void conorm::rt::rmsNormRow(uint32_t type, const void *row, void *out,
                            int64_t cols, const conorm_norm &norm,
                            const Claim &claim) {
  kernels().rmsNormRow(type, row, out, cols, norm, claim);
}

void conorm::rt::quantizeBlocks(uint32_t type, const conorm_quant &quant,
                                float scale, const void *y, int64_t numBlocks,
                                int64_t block, uint8_t *quantized,
                                void *scales) {
  kernels().quantizeBlocks(type, quant, scale, y, numBlocks, block, quantized,
                           scales);
}

#if defined(__x86_64__)
ScopedFloatEnvironment::ScopedFloatEnvironment() : saved(_mm_getcsr()) {
  // Rounding mode (bits 13 and 14), flush to zero (15), denormals are zero (6).
  _mm_setcsr(saved & ~0xe040u);
}
ScopedFloatEnvironment::~ScopedFloatEnvironment() { _mm_setcsr(saved); }
#else
ScopedFloatEnvironment::ScopedFloatEnvironment() : saved(std::fegetround()) {
  std::fesetround(FE_TONEAREST);
}
ScopedFloatEnvironment::~ScopedFloatEnvironment() {
  std::fesetround(static_cast<int>(saved));
}
#endif
