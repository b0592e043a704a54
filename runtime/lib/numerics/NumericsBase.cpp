//===- NumericsBase.cpp - Kernels in portable C++ -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NumericsKernels.h"

namespace conorm::rt {
namespace {

inline uint32_t bitsOf(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof(bits));
  return bits;
}

inline float fromBits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof(x));
  return x;
}

inline float toF32(F32, float x) { return x; }
inline float fromF32(F32, float x) { return x; }

inline float toF32(BF16, uint16_t x) { return fromBits(uint32_t(x) << 16); }

inline uint16_t fromF32(BF16, float x) {
  uint32_t bits = bitsOf(x);
  if (x != x)
    return (bits >> 16) | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline float toF32(F16, uint16_t x) {
  uint32_t sign = uint32_t(x & 0x8000) << 16;
  uint32_t rest = x & 0x7fff;
  if (rest >= 0x7c00) // infinity, NaN
    return fromBits(sign | 0x7f800000 | (rest & 0x3ff) << 13);
  if (rest >= 0x0400) // the exponent biases differ by 112
    return fromBits(sign | ((rest << 13) + (112u << 23)));
  float magnitude = static_cast<float>(rest) * 0x1p-24f;
  return fromBits(sign | bitsOf(magnitude));
}

inline uint16_t fromF32(F16, float x) {
  uint32_t bits = bitsOf(x);
  uint16_t sign = bits >> 16 & 0x8000;
  uint32_t rest = bits & 0x7fffffff;
  if (rest > 0x7f800000)
    return sign | 0x7e00;
  if (rest >= 0x47800000) // 2^16; below, rounding may carry into infinity
    return sign | 0x7c00;
  if (rest < 0x38800000) {
    // Below the least normal number: an addition that aligns the last place of
    // the sum with 2^-24 leaves the rounding to the processor.
    return sign | static_cast<uint16_t>(bitsOf(fromBits(rest) + 0.5f) -
                                        bitsOf(0.5f));
  }
  rest -= 112u << 23;
  return sign | static_cast<uint16_t>((rest + 0xfff + (rest >> 13 & 1)) >> 13);
}

/// Vectors are arrays; the compiler does with the loops what it can.
struct Base {
  static constexpr int width = 8;
  static constexpr int64_t leafBlock = 64;

  struct V {
    float lane[width];
  };
  template <typename T> struct Packed {
    typename T::Storage lane[2 * width];
  };

  template <typename T>
  static inline Pair<Base> load(T tag, const typename T::Storage *p) {
    Packed<T> packed;
    __builtin_memcpy(packed.lane, p, sizeof(packed.lane));
    return unpack(tag, packed);
  }
  template <typename T>
  static inline Pair<Base> loadF32For(T, const float *p) {
    return load(F32(), p);
  }
  template <typename T>
  static inline void store(T, typename T::Storage *p, Packed<T> packed) {
    __builtin_memcpy(p, packed.lane, sizeof(packed.lane));
  }

  template <typename T>
  static inline Pair<Base> unpack(T tag, const Packed<T> &packed) {
    Pair<Base> x;
    for (int k = 0; k < width; ++k) {
      x.a.lane[k] = toF32(tag, packed.lane[k]);
      x.b.lane[k] = toF32(tag, packed.lane[width + k]);
    }
    return x;
  }
  template <typename T>
  static inline Packed<T> pack(T tag, const Pair<Base> &x) {
    Packed<T> packed;
    for (int k = 0; k < width; ++k) {
      packed.lane[k] = fromF32(tag, x.a.lane[k]);
      packed.lane[width + k] = fromF32(tag, x.b.lane[k]);
    }
    return packed;
  }

  template <typename Fn> static inline V map(const V &x, const V &y, Fn fn) {
    V z;
    for (int k = 0; k < width; ++k)
      z.lane[k] = fn(x.lane[k], y.lane[k]);
    return z;
  }
  static inline V splat(float x) {
    V z;
    for (float &lane : z.lane)
      lane = x;
    return z;
  }
  static inline V add(const V &x, const V &y) {
    return map(x, y, [](float a, float b) { return a + b; });
  }
  static inline V mul(const V &x, const V &y) {
    return map(x, y, [](float a, float b) { return a * b; });
  }
  // Equal operands have equal bits unless they are zeros; then the sign bits
  // decide. Unordered ones give the quiet NaN that their sum is.
  static inline V maximum(const V &x, const V &y) {
    return map(x, y, [](float a, float b) {
      if (a == b)
        return fromBits(bitsOf(a) & bitsOf(b));
      return a > b ? a : b > a ? b : a + b;
    });
  }
  static inline V minimum(const V &x, const V &y) {
    return map(x, y, [](float a, float b) {
      if (a == b)
        return fromBits(bitsOf(a) | bitsOf(b));
      return a < b ? a : b < a ? b : a + b;
    });
  }

  template <typename T>
  static inline float blockSum(T tag, const typename T::Storage *p) {
    float leaf[8];
    for (int k = 0; k < 8; ++k) {
      float s = 0.0f;
      for (int i = 0; i < 8; ++i) {
        float v = toF32(tag, p[8 * k + i]);
        s = __builtin_fmaf(v, v, s);
      }
      leaf[k] = s;
    }
    return ((leaf[0] + leaf[1]) + (leaf[2] + leaf[3])) +
           ((leaf[4] + leaf[5]) + (leaf[6] + leaf[7]));
  }
};

} // namespace

const NumericsTable numericsBase = makeTable<Base>();

} // namespace conorm::rt
