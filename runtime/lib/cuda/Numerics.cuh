//===- Numerics.cuh - The rounding contract on the device -------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// docs/RoundingContract.md in device code. Compiled with -fmad=false
// -ftz=false; the intrinsics say the rounding all the same.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_NUMERICS_CUH
#define CONORM_RUNTIME_LIB_CUDA_NUMERICS_CUH

#include "Channel.cuh"
#include "Task.h"

#include <cuda_bf16.h>
#include <cuda_fp16.h>

namespace conorm::rt::cuda {

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

struct F32 {
  using Storage = uint32_t;
  static __device__ float widen(Storage x) { return __uint_as_float(x); }
  static __device__ Storage round(float x) { return __float_as_uint(x); }
};
struct F16 {
  using Storage = uint16_t;
  static __device__ float widen(Storage x) {
    return __half2float(__ushort_as_half(x));
  }
  static __device__ Storage round(float x) {
    return __half_as_ushort(__float2half_rn(x));
  }
};
struct BF16 {
  using Storage = uint16_t;
  static __device__ float widen(Storage x) {
    return __uint_as_float(uint32_t(x) << 16);
  }
  static __device__ Storage round(float x) {
    return __bfloat16_as_ushort(__float2bfloat16_rn(x));
  }
};

/// T(x) as a float.
template <typename T>
__device__ float rounded(float x) {
  return T::widen(T::round(x));
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

/// Eight elements as they lie in memory.
template <typename T>
struct Leaf {
  static constexpr int vectors = sizeof(typename T::Storage) / 2;
  static constexpr int bytes = 16 * vectors;
  union {
    uint4 vector[vectors];
    typename T::Storage element[leafElements];
  };
};

/// Eight elements as numbers.
struct Values {
  float at[leafElements];
};

template <typename T>
__device__ Values widen(const Leaf<T> &leaf) {
  Values values;
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    values.at[i] = T::widen(leaf.element[i]);
  return values;
}
template <typename T>
__device__ Leaf<T> round(const Values &values) {
  Leaf<T> leaf;
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    leaf.element[i] = T::round(values.at[i]);
  return leaf;
}

/// Leaves that lie on 16 bytes, all eight elements there.
template <typename T>
__device__ Leaf<T> loadWhole(const void *at) {
  Leaf<T> leaf;
#pragma unroll
  for (int i = 0; i < Leaf<T>::vectors; ++i)
    leaf.vector[i] = static_cast<const uint4 *>(at)[i];
  return leaf;
}
template <typename T>
__device__ void storeWhole(void *at, const Leaf<T> &leaf) {
#pragma unroll
  for (int i = 0; i < Leaf<T>::vectors; ++i)
    static_cast<uint4 *>(at)[i] = leaf.vector[i];
}
template <typename T>
__device__ Leaf<T> loadFromSlot(const char *slot, int64_t index) {
  Leaf<T> leaf;
#pragma unroll
  for (int i = 0; i < Leaf<T>::vectors; ++i)
    leaf.vector[i] = loadSlot(slot + index * Leaf<T>::bytes + i * 16);
  return leaf;
}
template <typename T>
__device__ void storeToSlot(char *slot, int64_t index, const Leaf<T> &leaf) {
  storeWhole(slot + index * Leaf<T>::bytes, leaf);
}

/// `count` elements from `first` of a tensor; what is missing reads as zero.
template <typename T>
__device__ Leaf<T> load(const void *tensor, int64_t first, int count,
                        bool aligned) {
  auto *at = static_cast<const typename T::Storage *>(tensor) + first;
  if (aligned && count == leafElements)
    return loadWhole<T>(at);
  Leaf<T> leaf;
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    leaf.element[i] = i < count ? at[i] : typename T::Storage(0);
  return leaf;
}
template <typename T>
__device__ void store(void *tensor, int64_t first, int count, bool aligned,
                      const Leaf<T> &leaf) {
  auto *at = static_cast<typename T::Storage *>(tensor) + first;
  if (aligned && count == leafElements)
    return storeWhole(at, leaf);
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    if (i < count)
      at[i] = leaf.element[i];
}

//===----------------------------------------------------------------------===//
// R1, R2
//===----------------------------------------------------------------------===//

/// IEEE 754-2019 maximum and minimum.
inline __device__ float maximum(float a, float b) {
  if (a == b)
    return __uint_as_float(__float_as_uint(a) & __float_as_uint(b));
  return a > b ? a : b > a ? b : __fadd_rn(a, b);
}
inline __device__ float minimum(float a, float b) {
  if (a == b)
    return __uint_as_float(__float_as_uint(a) | __float_as_uint(b));
  return a < b ? a : b < a ? b : __fadd_rn(a, b);
}

enum Reduction : uint32_t { sum = 0, max = 1, min = 2, prod = 3 };

inline __device__ float combine(uint32_t reduction, float a, float b) {
  switch (reduction) {
  case Reduction::max:
    return maximum(a, b);
  case Reduction::min:
    return minimum(a, b);
  case Reduction::prod:
    return __fmul_rn(a, b);
  default:
    return __fadd_rn(a, b);
  }
}

/// R1: folds the members' leaves in rank order; `source(member)` gives one.
template <typename T, typename Source>
__device__ Values fold(int members, uint32_t reduction, Source &&source) {
  Values total = widen(source(0));
  if (reduction == Reduction::sum) {
#pragma unroll 4
    for (int member = 1; member < members; ++member) {
      Values next = widen(source(member));
#pragma unroll
      for (int i = 0; i < leafElements; ++i)
        total.at[i] = __fadd_rn(total.at[i], next.at[i]);
    }
    return total;
  }
  for (int member = 1; member < members; ++member) {
    Values next = widen(source(member));
#pragma unroll
    for (int i = 0; i < leafElements; ++i)
      total.at[i] = combine(reduction, total.at[i], next.at[i]);
  }
  return total;
}

/// R2.
template <typename T>
__device__ Leaf<T> addRounded(const Leaf<T> &a, const Leaf<T> &b) {
  Values x = widen(a), y = widen(b);
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    x.at[i] = __fadd_rn(x.at[i], y.at[i]);
  return round<T>(x);
}

//===----------------------------------------------------------------------===//
// R3
//===----------------------------------------------------------------------===//

/// A leaf's sum of squares. Missing elements are zeros, which change nothing.
inline __device__ float leafSum(const Values &v) {
  float s = 0.0f;
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    s = __fmaf_rn(v.at[i], v.at[i], s);
  return s;
}

/// The balanced tree over the 32 lanes' values, on every lane.
inline __device__ float treeOfWarp(float s) {
#pragma unroll
  for (int distance = 1; distance < 32; distance *= 2)
    s = __fadd_rn(s, __shfl_xor_sync(~0u, s, distance));
  return s;
}

/// Shared memory for the upper levels of the tree: two sets, for the row at
/// hand and the one before, which slower warps may still read.
struct TreeStorage {
  float groups[2][maxLeafGroups];
  float upper[2][maxLeafGroups / 32];
};

/// The tree over `count` sums in `groups`, of which each is a tree over 32
/// leaves, on every thread. All threads call it.
inline __device__ float treeOfBlock(const float *groups, float *upper,
                                    int count) {
  int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  int warps = blockDim.x / 32;
  __syncthreads();
  if (count > 32) {
    int blocks = (count + 31) / 32;
    for (int i = warp; i < blocks; i += warps) {
      int at = i * 32 + lane;
      float s = treeOfWarp(at < count ? groups[at] : 0.0f);
      if (lane == 0)
        upper[i] = s;
    }
    __syncthreads();
    groups = upper;
    count = blocks;
  }
  return treeOfWarp(lane < count ? groups[lane] : 0.0f);
}
static_assert(maxLeafGroups <= 32 * 32, "two levels");

inline __device__ float reciprocalRoot(float s, int64_t cols, float epsilon) {
  float mean = __fdiv_rn(s, __ll2float_rn(cols));
  return __fdiv_rn(1.0f, __fsqrt_rn(__fadd_rn(mean, epsilon)));
}

//===----------------------------------------------------------------------===//
// R4
//===----------------------------------------------------------------------===//

template <typename T>
__device__ Values loadWeight(const NormTask &norm, int64_t first, int count) {
  bool aligned = reinterpret_cast<uintptr_t>(norm.weight) % 16 == 0;
  if (norm.weightIsF32)
    return widen(load<F32>(norm.weight, first, count, aligned));
  return widen(load<T>(norm.weight, first, count, aligned));
}

/// `w` is loadWeight()'s, if there is a weight.
template <typename T>
__device__ Leaf<T> normalizeWith(const Leaf<T> &leaf, float r,
                                 const NormTask &norm, const Values &w) {
  Values v = widen(leaf);
#pragma unroll
  for (int i = 0; i < leafElements; ++i)
    v.at[i] = __fmul_rn(v.at[i], r);
  if (!norm.weight)
    return round<T>(v);
#pragma unroll
  for (int i = 0; i < leafElements; ++i) {
    float x = norm.roundThenScale ? rounded<T>(v.at[i]) : v.at[i];
    float factor = __fadd_rn(norm.weightBias, w.at[i]);
    if (norm.roundWeight)
      factor = rounded<T>(factor);
    v.at[i] = __fmul_rn(x, factor);
  }
  return round<T>(v);
}

template <typename T>
__device__ Leaf<T> normalize(const Leaf<T> &leaf, float r, const NormTask &norm,
                             int64_t first, int count) {
  Values w{};
  if (norm.weight)
    w = loadWeight<T>(norm, first, count);
  return normalizeWith(leaf, r, norm, w);
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_NUMERICS_CUH
