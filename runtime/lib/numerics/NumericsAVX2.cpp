//===- NumericsAVX2.cpp - Kernels for AVX2, FMA and F16C ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumericsKernels.h"

#include <immintrin.h>

namespace conorm::rt {
namespace {

struct AVX2 {
  using V = __m256;
  static constexpr int width = 8;
  static constexpr int64_t leafBlock = 64;

  struct PackedF16 {
    __m128i a, b;
  };

  //===--------------------------------------------------------------------===//
  // Memory. A pair of bf16 vectors holds the even and the odd elements, which
  // are the halves of 32-bit words: no shuffle on either way.
  //===--------------------------------------------------------------------===//

  static inline Pair<AVX2> load(F32, const float *p) {
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
  }
  static inline Pair<AVX2> load(F16, const uint16_t *p) {
    auto *from = reinterpret_cast<const __m128i *>(p);
    return {_mm256_cvtph_ps(_mm_loadu_si128(from)),
            _mm256_cvtph_ps(_mm_loadu_si128(from + 1))};
  }
  static inline Pair<AVX2> load(BF16 tag, const uint16_t *p) {
    return unpack(tag,
                  _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
  }

  static inline Pair<AVX2> loadF32For(F32 tag, const float *p) {
    return load(tag, p);
  }
  static inline Pair<AVX2> loadF32For(F16, const float *p) {
    return load(F32(), p);
  }
  static inline Pair<AVX2> loadF32For(BF16, const float *p) {
    __m256 lo = canonical(_mm256_loadu_ps(p));
    __m256 hi = canonical(_mm256_loadu_ps(p + 8));
    return {inOrder(_mm256_shuffle_ps(lo, hi, 0x88)),
            inOrder(_mm256_shuffle_ps(lo, hi, 0xdd))};
  }
  static inline __m256 canonical(__m256 x) {
    return _mm256_blendv_ps(x, _mm256_set1_ps(__builtin_nanf("")),
                            _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  }
  /// Undoes what a shuffle of two vectors does to the order of 64-bit words.
  static inline __m256 inOrder(__m256 x) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(x), 0xd8));
  }

  static inline void store(F32, float *p, Pair<AVX2> x) {
    _mm256_storeu_ps(p, x.a);
    _mm256_storeu_ps(p + 8, x.b);
  }
  static inline void store(F16, uint16_t *p, PackedF16 x) {
    auto *to = reinterpret_cast<__m128i *>(p);
    _mm_storeu_si128(to, x.a);
    _mm_storeu_si128(to + 1, x.b);
  }
  static inline void store(BF16, uint16_t *p, __m256i x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(p), x);
  }

  //===--------------------------------------------------------------------===//
  // Conversions. Rounding to bf16 counts on NaN being canonical
  // (NumericsKernels.h).
  //===--------------------------------------------------------------------===//

  static inline Pair<AVX2> pack(F32, Pair<AVX2> x) { return x; }
  static inline Pair<AVX2> unpack(F32, Pair<AVX2> x) { return x; }

  static inline PackedF16 pack(F16, Pair<AVX2> x) {
    return {_mm256_cvtps_ph(x.a, _MM_FROUND_TO_NEAREST_INT),
            _mm256_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT)};
  }
  static inline Pair<AVX2> unpack(F16, PackedF16 x) {
    return {_mm256_cvtph_ps(x.a), _mm256_cvtph_ps(x.b)};
  }

  static inline __m256i pack(BF16, Pair<AVX2> x) {
    __m256i a = _mm256_castps_si256(x.a), b = _mm256_castps_si256(x.b);
    __m256i upper = _mm256_blend_epi16(_mm256_srli_epi32(a, 16), b, 0xaa);
    __m256i lower = _mm256_blend_epi16(a, _mm256_slli_epi32(b, 16), 0xaa);
    // The carry out of lower + 0x7fff + (upper & 1); the average adds one.
    __m256i most = _mm256_or_si256(
        _mm256_and_si256(upper, _mm256_set1_epi16(1)),
        _mm256_set1_epi16(0x7ffe));
    return _mm256_add_epi16(
        upper, _mm256_srli_epi16(_mm256_avg_epu16(lower, most), 15));
  }
  static inline Pair<AVX2> unpack(BF16, __m256i x) {
    const __m256i odd = _mm256_set1_epi32(0xffff0000);
    return {_mm256_castsi256_ps(_mm256_slli_epi32(x, 16)),
            _mm256_castsi256_ps(_mm256_and_si256(x, odd))};
  }

  //===--------------------------------------------------------------------===//
  // Arithmetic
  //===--------------------------------------------------------------------===//

  static inline V splat(float x) { return _mm256_set1_ps(x); }
  static inline V add(V x, V y) { return _mm256_add_ps(x, y); }
  static inline V mul(V x, V y) { return _mm256_mul_ps(x, y); }

  // The instructions give the second operand for equal zeros and for NaN. Equal
  // operands have equal bits unless they are zeros; then the sign bits decide.
  static inline V maximum(V x, V y) {
    return fixed(x, y, _mm256_max_ps(x, y), _mm256_and_ps(x, y));
  }
  static inline V minimum(V x, V y) {
    return fixed(x, y, _mm256_min_ps(x, y), _mm256_or_ps(x, y));
  }
  static inline V fixed(V x, V y, V other, V ifEqual) {
    V z = _mm256_blendv_ps(other, ifEqual, _mm256_cmp_ps(x, y, _CMP_EQ_OQ));
    return _mm256_blendv_ps(z, _mm256_add_ps(x, y),
                            _mm256_cmp_ps(x, y, _CMP_UNORD_Q));
  }

  //===--------------------------------------------------------------------===//
  // R3: one lane for each leaf
  //===--------------------------------------------------------------------===//

  /// Transposes the 4x4 blocks of the 128-bit halves.
  static inline void transpose(V &a, V &b, V &c, V &d) {
    __m256d ab0 = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
    __m256d ab1 = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
    __m256d cd0 = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
    __m256d cd1 = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
    a = _mm256_castpd_ps(_mm256_unpacklo_pd(ab0, cd0));
    b = _mm256_castpd_ps(_mm256_unpackhi_pd(ab0, cd0));
    c = _mm256_castpd_ps(_mm256_unpacklo_pd(ab1, cd1));
    d = _mm256_castpd_ps(_mm256_unpackhi_pd(ab1, cd1));
  }

  /// Balanced tree over the lanes in order.
  static inline float tree(V s) {
    s = _mm256_add_ps(s, _mm256_permute_ps(s, 0xb1));
    s = _mm256_add_ps(s, _mm256_permute_ps(s, 0x4e));
    return _mm_cvtss_f32(
        _mm_add_ss(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1)));
  }

  /// The sum of eight leaves, leaf[k] being the k-th.
  static inline float sumLeaves(const V (&leaf)[8]) {
    V s = _mm256_setzero_ps();
    V half[4];
    for (int k = 0; k < 4; ++k)
      half[k] = _mm256_permute2f128_ps(leaf[k], leaf[k + 4], 0x20);
    transpose(half[0], half[1], half[2], half[3]);
    for (V v : half)
      s = _mm256_fmadd_ps(v, v, s);
    for (int k = 0; k < 4; ++k)
      half[k] = _mm256_permute2f128_ps(leaf[k], leaf[k + 4], 0x31);
    transpose(half[0], half[1], half[2], half[3]);
    for (V v : half)
      s = _mm256_fmadd_ps(v, v, s);
    return tree(s);
  }

  static inline float blockSum(F32, const float *p) {
    V leaf[8];
    for (int k = 0; k < 8; ++k)
      leaf[k] = _mm256_loadu_ps(p + 8 * k);
    return sumLeaves(leaf);
  }
  static inline float blockSum(F16, const uint16_t *p) {
    V leaf[8];
    for (int k = 0; k < 8; ++k)
      leaf[k] = _mm256_cvtph_ps(
          _mm_loadu_si128(reinterpret_cast<const __m128i *>(p) + k));
    return sumLeaves(leaf);
  }
  /// A bf16 leaf is four 32-bit words: they are transposed before they are
  /// split into their halves.
  static inline float blockSum(BF16 tag, const uint16_t *p) {
    auto *leaf = reinterpret_cast<const __m128i *>(p);
    V word[4];
    for (int k = 0; k < 4; ++k)
      word[k] = _mm256_castsi256_ps(_mm256_inserti128_si256(
          _mm256_castsi128_si256(_mm_loadu_si128(leaf + k)),
          _mm_loadu_si128(leaf + k + 4), 1));
    transpose(word[0], word[1], word[2], word[3]);
    V s = _mm256_setzero_ps();
    for (V w : word) {
      Pair<AVX2> v = unpack(tag, _mm256_castps_si256(w));
      s = _mm256_fmadd_ps(v.a, v.a, s);
      s = _mm256_fmadd_ps(v.b, v.b, s);
    }
    return tree(s);
  }
};

} // namespace

const NumericsTable numericsAVX2 = makeTable<AVX2>();

} // namespace conorm::rt
