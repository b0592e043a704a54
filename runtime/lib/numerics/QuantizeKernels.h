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

#ifndef CONORM_RUNTIME_LIB_NUMERICS_QUANTIZEKERNELS_H
#define CONORM_RUNTIME_LIB_NUMERICS_QUANTIZEKERNELS_H

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
  // Masks from signs leave the compiler nothing to branch on.
  int32_t isDenormal = (bounded - leastNormal) >> 31;
  int32_t isNan = (infinityBits - magnitude) >> 31;
  int32_t code = sign | (denormal & isDenormal) | (normal & ~isDenormal);
  return (Format::nan & isNan) | (code & ~isNan);
}

/// The number with an e4m3 code; 0x7f and 0xff are NaN.
inline float decodeE4M3(int32_t code) {
  int32_t rest = code & 0x7f;
  int32_t isDenormal = (rest - 8) >> 31;
  int32_t isNan = (0x7e - rest) >> 31;
  int32_t normal = (rest << 20) + (120 << 23);
  int32_t denormal = bitsOf(static_cast<float>(rest) * 0x1p-9f);
  int32_t bits = (denormal & isDenormal) | (normal & ~isDenormal);
  int32_t sign = int32_t(uint32_t(code & 0x80) << 24);
  return fromBits(sign | (0x7fc00000 & isNan) | (bits & ~isNan));
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
    magnitude &= ~((infinityBits - magnitude) >> 31);
    bits = magnitude > bits ? magnitude : bits;
  }
  return bits;
}

//===----------------------------------------------------------------------===//
// R5.5 to R5.10: the schemes
//===----------------------------------------------------------------------===//

/// What the elements of a block are divided by, or multiplied.
struct BlockScale {
  bool divides;
  float factor;
  /// The scale as it is stored, if it is not `factor` itself.
  int32_t code;
};

/// All schemes but nvfp4.
inline BlockScale scaleOf(const conorm_quant &quant, float scale, float amax) {
  if (quant.scheme == CONORM_QUANT_PER_TENSOR) {
    bool divides = quant.scale_mode == CONORM_SCALE_MODE_DIVIDE;
    return {divides, divides ? scale : 1.0f / scale, 0};
  }
  float s = amax / 448.0f;
  float least = quant.scheme == CONORM_QUANT_PER_TOKEN   ? 0x1.24924ap-18f
                : quant.scheme == CONORM_QUANT_PER_GROUP ? 1e-10f
                                                         : 0.0f;
  s = s > least ? s : least;
  if (quant.scale_type == CONORM_TYPE_F32)
    return {true, s, 0};
  int32_t code = encodeE8M0(s);
  return {false, reciprocalE8M0(code), code};
}

inline void applyScale(const BlockScale &s, float *x, int64_t count) {
  const float factor = s.factor;
  if (s.divides)
    for (int64_t i = 0; i < count; ++i)
      x[i] = x[i] / factor;
  else
    for (int64_t i = 0; i < count; ++i)
      x[i] = x[i] * factor;
}

template <typename Format>
inline void encodeBytes(const float *__restrict x, int64_t count,
                        uint8_t *__restrict to) {
  for (int64_t i = 0; i < count; ++i)
    to[i] = uint8_t(encode<Format>(x[i]));
}

/// `count` is even.
inline void encodeNibbles(const float *x, int64_t count,
                          uint8_t *__restrict to) {
  uint8_t codes[stageElements];
  encodeBytes<E2M1>(x, count, codes);
  for (int64_t i = 0; i < count / 2; ++i)
    to[i] = uint8_t(codes[2 * i] | codes[2 * i + 1] << 4);
}

inline void encodeFloat8(const conorm_quant &quant, const float *x,
                         int64_t count, uint8_t *to) {
  if (quant.quantized_type == CONORM_TYPE_F8E5M2)
    encodeBytes<E5M2>(x, count, to);
  else
    encodeBytes<E4M3>(x, count, to);
}

inline void storeScale(const conorm_quant &quant, const BlockScale &s,
                       void *scales, int64_t index) {
  if (quant.scale_type == CONORM_TYPE_F32)
    static_cast<float *>(scales)[index] = s.factor;
  else
    static_cast<uint8_t *>(scales)[index] = uint8_t(s.code);
}

/// What all blocks of a call have in common.
struct Task {
  uint32_t type;
  const conorm_quant &quant;
  float scale;
  const void *y;
  uint8_t *quantized;
  void *scales;
};

/// Blocks [begin, end) that fit a stage together. Static: their size if it is
/// known, else 0.
template <int64_t Static>
inline void quantizeShortBlocks(const Task &task, int64_t begin, int64_t end,
                                int64_t block) {
  alignas(64) float stage[stageElements];
  const int64_t size = Static ? Static : block;
  const int64_t first = begin * size, count = (end - begin) * size;
  widen(task.type, task.y, first, stage, count);
  for (int64_t b = begin; b < end; ++b) {
    float *x = stage + (b - begin) * size;
    int32_t amax = largestMagnitude(x, size, 0);
    BlockScale s = scaleOf(task.quant, task.scale, fromBits(amax));
    if (task.scales)
      storeScale(task.quant, s, task.scales, b);
    applyScale(s, x, size);
  }
  if (task.quantized)
    encodeFloat8(task.quant, stage, count, task.quantized + first);
}

/// R5.9 on blocks [begin, end) that fit a stage together, step by step for all
/// of them: each step is a loop that becomes vectors, the scales' too.
inline void quantizeFloat4(const Task &task, int64_t begin, int64_t end) {
  constexpr int64_t size = 16, most = stageElements / size;
  alignas(64) float stage[stageElements];
  int32_t amax[most], codes[most];
  float divisor[most];
  const int64_t blocks = end - begin;
  widen(task.type, task.y, begin * size, stage, blocks * size);
  for (int64_t b = 0; b < blocks; ++b)
    amax[b] = largestMagnitude(stage + b * size, size, 0);
  for (int64_t b = 0; b < blocks; ++b) {
    float product = task.scale * fromBits(amax[b]);
    codes[b] = encode<E4M3>(product / 6.0f);
    divisor[b] = decodeE4M3(codes[b]);
  }
  if (task.scales)
    for (int64_t b = 0; b < blocks; ++b)
      static_cast<uint8_t *>(task.scales)[begin + b] = uint8_t(codes[b]);
  if (!task.quantized)
    return;
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t i = b * size; i < (b + 1) * size; ++i)
      stage[i] = stage[i] * task.scale / divisor[b];
  uint8_t *to = task.quantized + begin * size / 2;
  encodeNibbles(stage, blocks * size, to);
  for (int64_t b = 0; b < blocks; ++b)
    if ((codes[b] & 0x7f) == 0)
      __builtin_memset(to + b * size / 2, 0, size / 2);
}

/// A block of any size, read twice if its scale is to be computed.
inline void quantizeLongBlock(const Task &task, int64_t b, int64_t block) {
  alignas(64) float stage[stageElements];
  auto forEachStage = [&](auto body) {
    for (int64_t i = 0; i < block; i += stageElements) {
      int64_t count = block - i < stageElements ? block - i : stageElements;
      widen(task.type, task.y, b * block + i, stage, count);
      body(b * block + i, count);
    }
  };
  int32_t amax = 0;
  if (task.quant.scheme != CONORM_QUANT_PER_TENSOR)
    forEachStage([&](int64_t, int64_t count) {
      amax = largestMagnitude(stage, count, amax);
    });
  BlockScale s = scaleOf(task.quant, task.scale, fromBits(amax));
  if (task.scales)
    storeScale(task.quant, s, task.scales, b);
  if (task.quantized)
    forEachStage([&](int64_t first, int64_t count) {
      applyScale(s, stage, count);
      encodeFloat8(task.quant, stage, count, task.quantized + first);
    });
}

} // namespace r5

/// See quantizeBlocks() in Numerics.h.
void quantizeBlocksImpl(uint32_t type, const conorm_quant &quant, float scale,
                        const void *y, int64_t numBlocks, int64_t block,
                        uint8_t *quantized, void *scales) {
  r5::Task task{type, quant, scale, y, quantized, scales};
  int64_t atOnce = block > 0 ? r5::stageElements / block : 0;
  if (atOnce == 0) {
    for (int64_t b = 0; b < numBlocks; ++b)
      r5::quantizeLongBlock(task, b, block);
    return;
  }
  for (int64_t b = 0; b < numBlocks; b += atOnce) {
    int64_t end = b + atOnce < numBlocks ? b + atOnce : numBlocks;
    if (quant.scheme == CONORM_QUANT_NVFP4)
      r5::quantizeFloat4(task, b, end);
    else if (block == 32)
      r5::quantizeShortBlocks<32>(task, b, end, block);
    else
      r5::quantizeShortBlocks<0>(task, b, end, block);
  }
}

} // namespace
} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_NUMERICS_QUANTIZEKERNELS_H
