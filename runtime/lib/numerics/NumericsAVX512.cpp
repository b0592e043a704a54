//===- NumericsAVX512.cpp - Kernels for AVX-512 ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// GCC's own AVX-512 headers read "undefined" vectors (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include "NumericsKernels.h"

#include <immintrin.h>

namespace conorm::rt {
namespace {

struct AVX512 {
  using V = __m512;
  static constexpr int width = 16;
  static constexpr int64_t leafBlock = 128;

  struct PackedF16 {
    __m256i a, b;
  };

  //===--------------------------------------------------------------------===//
  // Memory. A pair of bf16 vectors holds the even and the odd elements, which
  // are the halves of 32-bit words: no shuffle on either way.
  //===--------------------------------------------------------------------===//

  static inline Pair<AVX512> load(F32, const float *p) {
    return {_mm512_loadu_ps(p), _mm512_loadu_ps(p + 16)};
  }
  static inline Pair<AVX512> load(F16, const uint16_t *p) {
    auto *from = reinterpret_cast<const __m256i *>(p);
    return {_mm512_cvtph_ps(_mm256_loadu_si256(from)),
            _mm512_cvtph_ps(_mm256_loadu_si256(from + 1))};
  }
  static inline Pair<AVX512> load(BF16 tag, const uint16_t *p) {
    __m512i x = _mm512_loadu_si512(p);
    // Both halves come of one load: as operands of both instructions, the
    // compiler's choice, they are two, and each may cross a cache line.
    asm("" : "+v"(x));
    return unpack(tag, x);
  }

  static inline Pair<AVX512> loadF32For(F32 tag, const float *p) {
    return load(tag, p);
  }
  static inline Pair<AVX512> loadF32For(F16, const float *p) {
    return load(F32(), p);
  }
  static inline Pair<AVX512> loadF32For(BF16, const float *p) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18,
                                           20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    __m512 lo = canonical(_mm512_loadu_ps(p));
    __m512 hi = canonical(_mm512_loadu_ps(p + 16));
    return {_mm512_permutex2var_ps(lo, even, hi),
            _mm512_permutex2var_ps(lo, odd, hi)};
  }
  static inline __m512 canonical(__m512 x) {
    return _mm512_mask_mov_ps(x, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q),
                              _mm512_set1_ps(__builtin_nanf("")));
  }

  static inline void store(F32, float *p, Pair<AVX512> x) {
    _mm512_storeu_ps(p, x.a);
    _mm512_storeu_ps(p + 16, x.b);
  }
  static inline void store(F16, uint16_t *p, PackedF16 x) {
    auto *to = reinterpret_cast<__m256i *>(p);
    _mm256_storeu_si256(to, x.a);
    _mm256_storeu_si256(to + 1, x.b);
  }
  static inline void store(BF16, uint16_t *p, __m512i x) {
    _mm512_storeu_si512(p, x);
  }

  //===--------------------------------------------------------------------===//
  // Conversions. The processor's own conversion to bf16 (AVX512_BF16) is not
  // used: it flushes denormals, which rule R6 forbids. Rounding counts on NaN
  // being canonical (NumericsKernels.h).
  //===--------------------------------------------------------------------===//

  static inline Pair<AVX512> pack(F32, Pair<AVX512> x) { return x; }
  static inline Pair<AVX512> unpack(F32, Pair<AVX512> x) { return x; }

  static inline PackedF16 pack(F16, Pair<AVX512> x) {
    return {_mm512_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT),
            _mm512_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT)};
  }
  static inline Pair<AVX512> unpack(F16, PackedF16 x) {
    return {_mm512_cvtph_ps(x.a), _mm512_cvtph_ps(x.b)};
  }

  static inline __m512i pack(BF16, Pair<AVX512> x) {
    // 0xca: bits of the second operand where the first has ones, else the
    // third's.
    const __m512i odd = _mm512_set1_epi32(0xffff0000);
    __m512i a = _mm512_castps_si512(x.a), b = _mm512_castps_si512(x.b);
    __m512i upper =
        _mm512_ternarylogic_epi32(odd, b, _mm512_srli_epi32(a, 16), 0xca);
    __m512i lower =
        _mm512_ternarylogic_epi32(odd, _mm512_slli_epi32(b, 16), a, 0xca);
    // Up from 0x8000 if the upper half is odd, else from 0x8001 (0xae: the
    // second operand's bits that the first lacks, and the third's).
    __m512i least = _mm512_ternarylogic_epi32(
        upper, _mm512_set1_epi16(1), _mm512_set1_epi16(short(0x8000)), 0xae);
    return _mm512_mask_sub_epi16(upper, _mm512_cmpge_epu16_mask(lower, least),
                                 upper, _mm512_set1_epi16(-1));
  }
  static inline Pair<AVX512> unpack(BF16, __m512i x) {
    const __m512i odd = _mm512_set1_epi32(0xffff0000);
    return {_mm512_castsi512_ps(_mm512_slli_epi32(x, 16)),
            _mm512_castsi512_ps(_mm512_and_si512(x, odd))};
  }

  //===--------------------------------------------------------------------===//
  // Arithmetic
  //===--------------------------------------------------------------------===//

  static inline V splat(float x) { return _mm512_set1_ps(x); }
  static inline V add(V x, V y) { return _mm512_add_ps(x, y); }
  static inline V mul(V x, V y) { return _mm512_mul_ps(x, y); }

  // The instructions give the second operand for equal zeros and for NaN. Equal
  // operands have equal bits unless they are zeros; then the sign bits decide.
  static inline V maximum(V x, V y) {
    return fixed(x, y, _mm512_max_ps(x, y), _mm512_and_ps(x, y));
  }
  static inline V minimum(V x, V y) {
    return fixed(x, y, _mm512_min_ps(x, y), _mm512_or_ps(x, y));
  }
  static inline V fixed(V x, V y, V other, V ifEqual) {
    V z = _mm512_mask_mov_ps(other, _mm512_cmp_ps_mask(x, y, _CMP_EQ_OQ),
                             ifEqual);
    return _mm512_mask_add_ps(z, _mm512_cmp_ps_mask(x, y, _CMP_UNORD_Q), x, y);
  }

  //===--------------------------------------------------------------------===//
  // R3: one lane for each leaf
  //===--------------------------------------------------------------------===//

  /// Transposes the 4x4 blocks of the 128-bit quarters.
  static inline void transpose(V &a, V &b, V &c, V &d) {
    __m512d ab0 = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
    __m512d ab1 = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
    __m512d cd0 = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
    __m512d cd1 = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
    a = _mm512_castpd_ps(_mm512_unpacklo_pd(ab0, cd0));
    b = _mm512_castpd_ps(_mm512_unpackhi_pd(ab0, cd0));
    c = _mm512_castpd_ps(_mm512_unpacklo_pd(ab1, cd1));
    d = _mm512_castpd_ps(_mm512_unpackhi_pd(ab1, cd1));
  }

  /// Balanced tree over 16 leaves of which lane 4q + k has leaf 4k + q: bits 0
  /// and 1 of the leaf number the quarters, bits 2 and 3 the lanes in one.
  static inline float tree(V s) {
    s = _mm512_add_ps(s, _mm512_shuffle_f32x4(s, s, 0xb1));
    s = _mm512_add_ps(s, _mm512_shuffle_f32x4(s, s, 0x4e));
    s = _mm512_add_ps(s, _mm512_permute_ps(s, 0xb1));
    s = _mm512_add_ps(s, _mm512_permute_ps(s, 0x4e));
    return _mm512_cvtss_f32(s);
  }

  /// The sum of 16 leaves, leaf[k] holding the (2k)-th and the next.
  static inline float sumLeaves(const V (&leaf)[8]) {
    V s = _mm512_setzero_ps();
    V half[4];
    for (int k = 0; k < 4; ++k)
      half[k] = _mm512_shuffle_f32x4(leaf[2 * k], leaf[2 * k + 1], 0x88);
    transpose(half[0], half[1], half[2], half[3]);
    for (V v : half)
      s = _mm512_fmadd_ps(v, v, s);
    for (int k = 0; k < 4; ++k)
      half[k] = _mm512_shuffle_f32x4(leaf[2 * k], leaf[2 * k + 1], 0xdd);
    transpose(half[0], half[1], half[2], half[3]);
    for (V v : half)
      s = _mm512_fmadd_ps(v, v, s);
    return tree(s);
  }

  static inline float blockSum(F32, const float *p) {
    V leaf[8];
    for (int k = 0; k < 8; ++k)
      leaf[k] = _mm512_loadu_ps(p + 16 * k);
    return sumLeaves(leaf);
  }
  static inline float blockSum(F16, const uint16_t *p) {
    V leaf[8];
    for (int k = 0; k < 8; ++k)
      leaf[k] = _mm512_cvtph_ps(
          _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p) + k));
    return sumLeaves(leaf);
  }
  /// A bf16 leaf is four 32-bit words: they are transposed before they are
  /// split into their halves.
  static inline float blockSum(BF16 tag, const uint16_t *p) {
    V word[4];
    for (int k = 0; k < 4; ++k)
      word[k] = _mm512_castsi512_ps(_mm512_loadu_si512(p + 32 * k));
    transpose(word[0], word[1], word[2], word[3]);
    V s = _mm512_setzero_ps();
    for (V w : word) {
      Pair<AVX512> v = unpack(tag, _mm512_castps_si512(w));
      s = _mm512_fmadd_ps(v.a, v.a, s);
      s = _mm512_fmadd_ps(v.b, v.b, s);
    }
    return tree(s);
  }
};

} // namespace

const NumericsTable numericsAVX512 = makeTable<AVX512>();

} // namespace conorm::rt
