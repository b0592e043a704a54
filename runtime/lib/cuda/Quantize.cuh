//===- Quantize.cuh - Rule R5 on the device ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Written over the numbers' bits, so that every architecture gives the same
// codes, whatever its conversions do.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_QUANTIZE_CUH
#define CONORM_RUNTIME_LIB_CUDA_QUANTIZE_CUH

#include "Numerics.cuh"

namespace conorm::rt::cuda {

//===----------------------------------------------------------------------===//
// R5.2 to R5.4: small formats
//===----------------------------------------------------------------------===//

struct E4M3 {
  static constexpr int fraction = 3, bias = 7, sign = 7;
  static constexpr float largest = 448.0f;
  static constexpr uint32_t nan = 0x7f;
};
struct E5M2 {
  static constexpr int fraction = 2, bias = 15, sign = 7;
  static constexpr float largest = 57344.0f;
  static constexpr uint32_t nan = 0x7f;
};
struct E2M1 {
  static constexpr int fraction = 1, bias = 1, sign = 3;
  static constexpr float largest = 6.0f;
  static constexpr uint32_t nan = 0x7;
};

/// Nearest, ties to even, saturating.
template <typename Format>
__device__ uint32_t encode(float x) {
  constexpr int dropped = 23 - Format::fraction;
  constexpr uint32_t leastNormal = uint32_t(128 - Format::bias) << 23;
  uint32_t bits = __float_as_uint(x);
  uint32_t magnitude = bits & 0x7fffffff;
  uint32_t sign = bits >> 31 << Format::sign;
  if (magnitude > 0x7f800000)
    return Format::nan;
  magnitude = ::min(magnitude, __float_as_uint(Format::largest));
  if (magnitude < leastNormal) {
    // The last place of a sum with `align` is that of the denormals.
    float align = __uint_as_float(
        uint32_t(127 + 24 - Format::bias - Format::fraction) << 23);
    float sum = __fadd_rn(__uint_as_float(magnitude), align);
    return sign | (__float_as_uint(sum) - __float_as_uint(align));
  }
  uint32_t half = (1u << (dropped - 1)) - 1 + (magnitude >> dropped & 1);
  return sign | (((magnitude + half) >> dropped) -
                 (uint32_t(127 - Format::bias) << Format::fraction));
}

/// The number with an e4m3 code.
inline __device__ float decodeE4M3(uint32_t code) {
  uint32_t rest = code & 0x7f;
  float magnitude = rest == 0x7f ? __uint_as_float(0x7fc00000)
                    : rest < 8   ? __fmul_rn(float(rest), 0x1p-9f)
                                 : __uint_as_float((rest << 20) + (120u << 23));
  return code & 0x80 ? -magnitude : magnitude;
}

/// R5.4 for x >= +0.
inline __device__ uint32_t encodeE8M0(float x) {
  uint32_t bits = __float_as_uint(x);
  uint32_t code = bits >> 23, fraction = bits & 0x7fffff;
  if (code == 0) // 2^-127 is a denormal
    return fraction > 0x400000;
  return ::min(code + (fraction != 0), 254u);
}

/// 2^(code - 127).
inline __device__ float decodeE8M0(uint32_t code) {
  return __uint_as_float(code == 0 ? 0x400000 : code << 23);
}

//===----------------------------------------------------------------------===//
// R5.5 to R5.10: scales
//===----------------------------------------------------------------------===//

/// A block's scale: what its elements are multiplied with or divided by, and
/// how it is stored.
struct BlockScale {
  float factor;
  uint32_t code;
  bool multiplies;
};

inline __device__ BlockScale scaleOf(const QuantTask &quant, float given,
                                     float amax) {
  if (quant.scheme == schemePerTensor)
    return quant.divides ? BlockScale{given, 0, false}
                         : BlockScale{__fdiv_rn(1.0f, given), 0, true};
  if (quant.scheme == schemeNvfp4) {
    uint32_t code = encode<E4M3>(__fdiv_rn(__fmul_rn(given, amax), 6.0f));
    return {decodeE4M3(code), code, false};
  }
  float s = __fdiv_rn(amax, 448.0f);
  float least = quant.scheme == schemePerToken   ? 0x1.24924ap-18f
                : quant.scheme == schemePerGroup ? 1e-10f
                                                 : 0.0f;
  s = s > least ? s : least;
  if (!quant.scaleIsE8M0)
    return {s, 0, false};
  uint32_t code = encodeE8M0(s);
  return {decodeE8M0(code), code, false};
}

inline __device__ uint32_t encodeElement(const QuantTask &quant, float given,
                                         const BlockScale &scale, float y) {
  if (quant.scheme == schemeNvfp4)
    return (scale.code & 0x7f) == 0
               ? 0
               : encode<E2M1>(__fdiv_rn(__fmul_rn(y, given), scale.factor));
  float q = scale.multiplies ? __fmul_rn(y, scale.factor)
                             : __fdiv_rn(y, scale.factor);
  return quant.codeIsE5M2 ? encode<E5M2>(q) : encode<E4M3>(q);
}

/// R5.11.
inline __device__ void storeScale(const QuantTask &quant, int64_t row,
                                  int64_t block, const BlockScale &scale) {
  if (!quant.scales)
    return;
  int64_t at = row * quant.blocksPerRow + block;
  int64_t columns = (quant.blocksPerRow + 3) / 4;
  if (quant.layout == layoutSwizzled)
    at = (row / 128 * columns + block / 4) * 512 + row % 32 * 16 +
         row / 32 % 4 * 4 + block % 4;
  else if (quant.layout == layoutPacked)
    at = (block / 4 * ((quant.rows + 3) / 4 * 4) + row) * 4 + block % 4;
  if (quant.scaleIsF32)
    static_cast<float *>(quant.scales)[at] = scale.factor;
  else
    static_cast<uint8_t *>(quant.scales)[at] = uint8_t(scale.code);
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// The largest magnitude of `width` threads' values, on all of them; `width` is
/// 1, 32 or the block. All threads of the block call it if it is the block.
inline __device__ uint32_t largestOf(uint32_t value, uint32_t width) {
  if (width == 1)
    return value;
  value = __reduce_max_sync(~0u, value);
  if (width == 32)
    return value;
  __shared__ uint32_t largest;
  __syncthreads();
  if (threadIdx.x == 0)
    largest = 0;
  __syncthreads();
  if (threadIdx.x % 32 == 0)
    atomicMax(&largest, value);
  __syncthreads();
  return largest;
}

/// Quantizes a row whose rounded elements, from +0 on, are at `y`. Reads what
/// other threads of the block wrote there before a barrier.
template <typename T>
__device__ void quantizeRow(const QuantTask &quant, int64_t row, int64_t cols,
                            const typename T::Storage *y) {
  float given = quant.scale ? *quant.scale : 0.0f;
  // Short blocks are a thread's, long ones the whole thread block's.
  uint32_t width = quant.block <= 32     ? 1
                   : quant.block <= 2048 ? 32
                                         : blockDim.x;
  uint32_t member = threadIdx.x % width;
  int64_t workers = blockDim.x / width;
  int perByte = quant.scheme == schemeNvfp4 ? 2 : 1;
  uint8_t *codes =
      quant.quantized ? quant.quantized + row * (cols / perByte) : nullptr;
  for (int64_t block = threadIdx.x / width; block < quant.blocksPerRow;
       block += workers) {
    int64_t first = block * quant.block;
    uint32_t largest = 0;
    if (quant.scheme != schemePerTensor) {
      for (int64_t i = member; i < quant.block; i += width) {
        uint32_t bits = __float_as_uint(T::widen(y[first + i])) & 0x7fffffff;
        largest = bits > 0x7f800000 ? largest : ::max(largest, bits);
      }
      largest = largestOf(largest, width);
    }
    BlockScale scale = scaleOf(quant, given, __uint_as_float(largest));
    if (member == 0 && quant.scheme != schemePerTensor)
      storeScale(quant, row, block, scale);
    if (!codes)
      continue;
    auto code = [&](int64_t i) {
      return encodeElement(quant, given, scale, T::widen(y[i]));
    };
    if (perByte == 1)
      for (int64_t i = first + member; i < first + quant.block; i += width)
        codes[i] = uint8_t(code(i));
    else
      for (int64_t i = first + 2 * member; i < first + quant.block;
           i += 2 * width)
        codes[i / 2] = uint8_t(code(i) | code(i + 1) << 4);
  }
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_QUANTIZE_CUH
