//===- Numerics.h - The rounding contract on the CPU ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels for rules R1 to R6 of docs/RoundingContract.md. Buffers are
// contiguous; `type` is F32, F16 or BF16. An output may be the very same buffer
// as an input of the same call; otherwise they do not overlap.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_NUMERICS_NUMERICS_H
#define CONORM_RUNTIME_LIB_NUMERICS_NUMERICS_H

#include "conorm-runtime/ops.h"

namespace conorm::rt {

/// R1: out[i] = T(fold of sources[0 .. numSources)[i] in order), the fold in
/// f32 with one rounding at the end. `reduction` is a conorm_reduction.
void reduceOrdered(uint32_t type, uint32_t reduction,
                   const void *const *sources, int numSources, void *out,
                   int64_t count);

/// R1 and R2 in one pass over memory: reduced = T(sum of sources), sum =
/// T(f32(reduced) + f32(residual)). `reduced` may be null.
void reduceAddOrdered(uint32_t type, const void *const *sources, int numSources,
                      const void *residual, void *reduced, void *sum,
                      int64_t count);

/// R2: out[i] = T(f32(a[i]) + f32(b[i])).
void addRounded(uint32_t type, const void *a, const void *b, void *out,
                int64_t count);

/// Memory that will be written soon and that other cores have read or written:
/// to take it from their caches takes long, and is best done while this core
/// computes.
struct Claim {
  char *begin = nullptr;
  char *end = nullptr;
  /// The computation reads this very memory, from `begin` on.
  bool isRead = false;

  /// Cuts off the first of `parts` about equal parts.
  inline Claim split(int64_t parts) {
    Claim first = *this;
    if (parts > 1)
      first.end = begin + (end - begin) / parts / 64 * 64;
    begin = first.end;
    return first;
  }

  /// Asks for the next `lines` cache lines, without waiting for them. Always
  /// inlined: a copy for the linker to share could have come from a file that
  /// is compiled for wider instructions.
  __attribute__((always_inline)) inline void take(int lines) {
    for (; lines > 0 && begin < end; --lines, begin += 64) {
#if defined(__x86_64__)
      // What __builtin_prefetch gives depends on the processor compiled for.
      asm volatile("prefetchw %0" : : "m"(*begin));
#else
      __builtin_prefetch(begin, /*rw=*/1);
#endif
    }
  }
};

/// The roundings of R4: whether a norm rounds before it scales, and whether it
/// rounds the factor, the sum of weight_bias and the weight. Always inlined, as
/// Claim::take.
__attribute__((always_inline)) inline bool
roundsThenScales(const conorm_norm &norm) {
  return norm.rounding & CONORM_ROUNDING_ROUND_THEN_SCALE;
}
__attribute__((always_inline)) inline bool
roundsWeight(const conorm_norm &norm) {
  return norm.rounding & CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT;
}

/// R3 and R4 on one row of `cols` elements; `claim` is claimed meanwhile.
void rmsNormRow(uint32_t type, const void *row, void *out, int64_t cols,
                const conorm_norm &norm, const Claim &claim = {});

/// R5 on `numBlocks` blocks of `block` elements each, from `y` on: their codes,
/// packed, and their scales, one after the other (f32, or a byte each). Either
/// output may be null. `scale` is what readsScale() says, else not used.
void quantizeBlocks(uint32_t type, const conorm_quant &quant, float scale,
                    const void *y, int64_t numBlocks, int64_t block,
                    uint8_t *quantized, void *scales);

/// Instruction sets that have kernels of their own. All give the same bits. The
/// widest that the processor has is used, unless the environment variable
/// CONORM_CPU_ISA names a narrower one (base, avx2, avx512).
enum class Isa { Base = 0, AVX2 = 1, AVX512 = 2 };

/// Uses the kernels of `isa` from now on, in the whole process. Returns false,
/// and changes nothing, if the processor lacks it. For tests and benchmarks.
bool selectIsa(Isa isa);

/// Name of the instruction set in use, as in CONORM_CPU_ISA.
const char *selectedIsa();

/// Sets the floating-point environment that the contract assumes (round to
/// nearest even, denormals kept) and restores the caller's at the end.
class ScopedFloatEnvironment {
public:
  ScopedFloatEnvironment();
  ~ScopedFloatEnvironment();
  ScopedFloatEnvironment(const ScopedFloatEnvironment &) = delete;
  ScopedFloatEnvironment &operator=(const ScopedFloatEnvironment &) = delete;

private:
  unsigned saved;
};

/// Elements before a row of the input.
inline int64_t inputRow(const conorm_rms_norm_args &args, int64_t row) {
  if (!args.input_group_rows)
    return row * args.cols;
  return row / args.input_group_rows * args.input_group_stride +
         row % args.input_group_rows * args.cols;
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_NUMERICS_NUMERICS_H
