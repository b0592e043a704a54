//===- QuantizeKernels.h - Kernels of rule R5 -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by NumericsKernels.h, hence compiled for each instruction set, with
// internal linkage for the reason given there. The loops are plain and free of
// branches: the compiler makes vectors of them.
//
// Everything reads f32 values that were widened into a small array before.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_COMMON_QUANTIZEKERNELS_H
#define CONORM_RUNTIME_LIB_COMMON_QUANTIZEKERNELS_H

#include "Numerics.h"

namespace conorm::rt {
namespace {
namespace r5 {

inline int32_t bitsOf(float x) {
  int32_t bits;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  return bits;
}

inline float fromBits(int32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof(x));
  return x;
}

constexpr int32_t magnitudeMask = 0x7fffffff;
constexpr int32_t infinityBits = 0x7f800000;

//===----------------------------------------------------------------------===//
// R5.2 and R5.3: small formats
//===----------------------------------------------------------------------===//

struct E4M3 {
  static constexpr int fractionBits = 3, bias = 7, signBit = 7;
  static constexpr float largest = 448.0f;
  static constexpr int32_t nan = 0x7f;
};
struct E5M2 {
  static constexpr int fractionBits = 2, bias = 15, signBit = 7;
  static constexpr float largest = 57344.0f;
  static constexpr int32_t nan = 0x7f;
};
struct E2M1 {
  static constexpr int fractionBits = 1, bias = 1, signBit = 3;
  static constexpr float largest = 6.0f;
  static constexpr int32_t nan = 0x7;
};

template <typename Format>
inline int32_t encode(float x) {
  constexpr int shift = 23 - Format::fractionBits;
  constexpr int32_t leastNormal = (128 - Format::bias) << 23;
  // The last place of a sum with this number is that of the denormals.
  constexpr int32_t alignBits = (127 + 24 - Format::bias - Format::fractionBits)
                                << 23;
  const int32_t largest = bitsOf(Format::largest);
  int32_t bits = bitsOf(x);
  int32_t magnitude = bits & magnitudeMask;
  int32_t sign = int32_t(uint32_t(bits) >> 31) << Format::signBit;
  int32_t bounded = magnitude < largest ? magnitude : largest;
  int32_t normal =
      ((bounded + ((1 << (shift - 1)) - 1) + (bounded >> shift & 1)) >> shift) -
      ((127 - Format::bias) << Format::fractionBits);
  int32_t denormal =
      bitsOf(fromBits(bounded) + fromBits(alignBits)) - alignBits;
  int32_t code = sign | (bounded < leastNormal ? denormal : normal);
  return magnitude > infinityBits ? Format::nan : code;
}

/// The number with an e4m3 code; 0x7f and 0xff are NaN.
inline float decodeE4M3(int32_t code) {
  int32_t rest = code & 0x7f;
  float sign = code & 0x80 ? -1.0f : 1.0f;
  if (rest == 0x7f)
    return fromBits(0x7fc00000);
  if (rest < 8)
    return sign * (static_cast<float>(rest) * 0x1p-9f);
  return sign * fromBits((rest << 20) + (120 << 23));
}

/// R5.4 for x >= +0.
inline int32_t encodeE8M0(float x) {
  int32_t bits = bitsOf(x);
  int32_t code = bits >> 23, fraction = bits & 0x7fffff;
  // 2^-127 is a denormal: half of the least normal number.
  if (code == 0)
    return fraction > 0x400000;
  code += fraction != 0;
  return code < 254 ? code : 254;
}

/// 2^(127 - code), which is a number of f32 for all codes up to 254.
inline float reciprocalE8M0(int32_t code) {
  return code == 254 ? fromBits(0x400000) : fromBits((254 - code) << 23);
}

//===----------------------------------------------------------------------===//
// Elements of T, a stage at a time
//===----------------------------------------------------------------------===//

constexpr int64_t stageElements = 512;

inline void widen(uint32_t type, const void *y, int64_t first,
                  float *__restrict to, int64_t count) {
  if (type == CONORM_TYPE_F32) {
    __builtin_memcpy(to, static_cast<const float *>(y) + first,
                     count * sizeof(float));
    return;
  }
  const uint16_t *from = static_cast<const uint16_t *>(y) + first;
  if (type == CONORM_TYPE_BF16) {
    for (int64_t i = 0; i < count; ++i)
      to[i] = fromBits(int32_t(uint32_t(from[i]) << 16));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    int32_t sign = int32_t(uint32_t(from[i] & 0x8000) << 16);
    int32_t rest = from[i] & 0x7fff;
    // The exponent biases differ by 112; this normalizes denormals too.
    int32_t bits = bitsOf(fromBits(rest << 13) * 0x1p112f);
    bits |= rest >= 0x7c00 ? infinityBits : 0;
    to[i] = fromBits(sign | bits);
  }
}

/// R5.1: bits of the largest magnitude that is not NaN, at least `bits`.
inline int32_t largestMagnitude(const float *x, int64_t count, int32_t bits) {
  for (int64_t i = 0; i < count; ++i) {
    int32_t magnitude = bitsOf(x[i]) & magnitudeMask;
    magnitude = magnitude > infinityBits ? 0 : magnitude;
    bits = magnitude > bits ? magnitude : bits;
  }
  return bits;
}

//===----------------------------------------------------------------------===//
// R5.5 to R5.10: the schemes
//===----------------------------------------------------------------------===//

enum class Apply { Multiply, Divide, ScaleAndDivide, Zero };

/// What becomes of the elements of a block.
struct BlockScale {
  Apply apply;
  float factor;
  /// The scale as it is stored, if it is not `factor` itself.
  int32_t code;
};

inline BlockScale scaleOf(const conorm_quant &quant, float scale, float amax) {
  switch (quant.scheme) {
  case CONORM_QUANT_PER_TENSOR:
    if (quant.scale_mode == CONORM_SCALE_MODE_DIVIDE)
      return {Apply::Divide, scale, 0};
    return {Apply::Multiply, 1.0f / scale, 0};
  case CONORM_QUANT_NVFP4: {
    float product = scale * amax;
    int32_t code = encode<E4M3>(product / 6.0f);
    bool zero = (code & 0x7f) == 0;
    return {zero ? Apply::Zero : Apply::ScaleAndDivide, decodeE4M3(code), code};
  }
  default:
    break;
  }
  float s = amax / 448.0f;
  float least = quant.scheme == CONORM_QUANT_PER_TOKEN   ? 0x1.24924ap-18f
                : quant.scheme == CONORM_QUANT_PER_GROUP ? 1e-10f
                                                         : 0.0f;
  s = s > least ? s : least;
  if (quant.scale_type == CONORM_TYPE_F32)
    return {Apply::Divide, s, 0};
  int32_t code = encodeE8M0(s);
  return {Apply::Multiply, reciprocalE8M0(code), code};
}

template <typename Format>
inline void encodeBytes(const BlockScale &s, const float *__restrict x,
                        int64_t count, uint8_t *__restrict to) {
  const float factor = s.factor;
  if (s.apply == Apply::Multiply)
    for (int64_t i = 0; i < count; ++i)
      to[i] = uint8_t(encode<Format>(x[i] * factor));
  else
    for (int64_t i = 0; i < count; ++i)
      to[i] = uint8_t(encode<Format>(x[i] / factor));
}

/// `count` is even.
inline void encodeNibbles(const BlockScale &s, float global,
                          const float *__restrict x, int64_t count,
                          uint8_t *__restrict to) {
  if (s.apply == Apply::Zero) {
    __builtin_memset(to, 0, count / 2);
    return;
  }
  for (int64_t i = 0; i < count; i += 2) {
    int32_t low = encode<E2M1>(x[i] * global / s.factor);
    int32_t high = encode<E2M1>(x[i + 1] * global / s.factor);
    to[i / 2] = uint8_t(low | high << 4);
  }
}

inline void encodeStage(const conorm_quant &quant, const BlockScale &s,
                        float global, const float *x, int64_t count,
                        uint8_t *to) {
  if (quant.scheme == CONORM_QUANT_NVFP4)
    return encodeNibbles(s, global, x, count, to);
  if (quant.quantized_type == CONORM_TYPE_F8E5M2)
    return encodeBytes<E5M2>(s, x, count, to);
  encodeBytes<E4M3>(s, x, count, to);
}

inline void storeScale(const conorm_quant &quant, const BlockScale &s,
                       void *scales, int64_t index) {
  if (quant.scale_type == CONORM_TYPE_F32)
    static_cast<float *>(scales)[index] = s.factor;
  else
    static_cast<uint8_t *>(scales)[index] = uint8_t(s.code);
}

} // namespace r5

/// See quantizeBlocks() in Numerics.h.
void quantizeBlocksImpl(uint32_t type, const conorm_quant &quant, float scale,
                        const void *y, int64_t numBlocks, int64_t block,
                        uint8_t *quantized, void *scales) {
  alignas(64) float stage[r5::stageElements];
  const bool fits = block <= r5::stageElements;
  const bool measures = quant.scheme != CONORM_QUANT_PER_TENSOR;
  const int elementsAByte = quant.scheme == CONORM_QUANT_NVFP4 ? 2 : 1;
  auto forEachStage = [&](int64_t first, auto body) {
    for (int64_t i = 0; i < block; i += r5::stageElements) {
      int64_t rest = block - i;
      body(first + i, rest < r5::stageElements ? rest : r5::stageElements);
    }
  };
  for (int64_t b = 0; b < numBlocks; ++b) {
    int32_t amax = 0;
    if (measures || fits)
      forEachStage(b * block, [&](int64_t first, int64_t count) {
        r5::widen(type, y, first, stage, count);
        if (measures)
          amax = r5::largestMagnitude(stage, count, amax);
      });
    r5::BlockScale s = r5::scaleOf(quant, scale, r5::fromBits(amax));
    if (scales)
      r5::storeScale(quant, s, scales, b);
    if (!quantized)
      continue;
    forEachStage(b * block, [&](int64_t first, int64_t count) {
      if (!fits)
        r5::widen(type, y, first, stage, count);
      r5::encodeStage(quant, s, scale, stage, count,
                      quantized + first / elementsAByte);
    });
  }
}

} // namespace
} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_COMMON_QUANTIZEKERNELS_H
