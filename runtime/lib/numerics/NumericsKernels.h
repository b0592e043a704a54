//===- NumericsKernels.h - The kernels, for any width -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included by one translation unit for each instruction set. Everything but the
// table's type has internal linkage: were a kernel an ordinary template, the
// linker could keep the copy that was compiled with the wider instructions.
// For the same reason nothing here calls an inline function of the standard
// library.
//
// An `Isa` provides vectors of `width` f32 lanes (V) and, for each element type
// as a tag, moves between memory and `Pair`s of them. How the 2 * width
// elements of a pair are spread over its lanes is up to the Isa and the type;
// it is the same for every load and store of that type. `leafBlock` elements
// are 2^k leaves of rule R3, and `blockSum` is the sum of their tree.
//
// A NaN that reaches pack() is canonical: the lower 16 bits are zero, so that
// rounding to bf16 needs no case for it. Widened operands are, arithmetic keeps
// the operands' NaN or makes its own, and what comes in as f32 beside them (r,
// the bias, f32 weights) is made so.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_NUMERICS_NUMERICSKERNELS_H
#define CONORM_RUNTIME_LIB_NUMERICS_NUMERICSKERNELS_H

#include "NumericsTable.h"
#include "QuantizeKernels.h"

#include <type_traits>

namespace conorm::rt {
namespace {

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

struct F32 {
  using Storage = float;
};
struct F16 {
  using Storage = uint16_t;
};
struct BF16 {
  using Storage = uint16_t;
};

/// Calls fn(tag) with the tag of the element type.
template <typename Fn>
inline void withType(uint32_t type, Fn fn) {
  switch (type) {
  case CONORM_TYPE_F16:
    return fn(F16());
  case CONORM_TYPE_BF16:
    return fn(BF16());
  default:
    return fn(F32());
  }
}

//===----------------------------------------------------------------------===//
// Pairs of vectors, whole or the first `n` elements of one
//===----------------------------------------------------------------------===//

template <typename Isa>
struct Pair {
  typename Isa::V a, b;
};

template <typename Isa>
constexpr int pairElements = 2 * Isa::width;

/// Loads a pair; if Partial, `n` elements and zeros after them.
template <typename Isa, bool Partial, typename T>
inline Pair<Isa> loadPair(T tag, const typename T::Storage *p, int64_t n) {
  if (!Partial)
    return Isa::load(tag, p);
  alignas(64) typename T::Storage buffer[pairElements<Isa>] = {};
  __builtin_memcpy(buffer, p, n * sizeof(*p));
  return Isa::load(tag, buffer);
}

/// Loads f32 elements into the lanes that `tag`'s elements have.
template <typename Isa, bool Partial, typename T>
inline Pair<Isa> loadPairF32(T tag, const float *p, int64_t n) {
  if (!Partial)
    return Isa::loadF32For(tag, p);
  alignas(64) float buffer[pairElements<Isa>] = {};
  __builtin_memcpy(buffer, p, n * sizeof(*p));
  return Isa::loadF32For(tag, buffer);
}

template <typename Isa, bool Partial, typename T, typename Packed>
inline void storePair(T tag, typename T::Storage *p, Packed value, int64_t n) {
  if (!Partial)
    return Isa::store(tag, p, value);
  alignas(64) typename T::Storage buffer[pairElements<Isa>];
  Isa::store(tag, buffer, value);
  __builtin_memcpy(p, buffer, n * sizeof(*p));
}

/// Calls body(i, n, partial) for all pairs of `count` elements; `partial` is
/// true_type for the last one if it has fewer elements than a pair.
template <typename Isa, typename Fn>
inline void forEachPair(int64_t count, Fn body) {
  int64_t i = 0;
  for (; i + pairElements<Isa> <= count; i += pairElements<Isa>)
    body(i, int64_t(pairElements<Isa>), std::false_type());
  if (i < count)
    body(i, count - i, std::true_type());
}

template <typename Isa>
inline Pair<Isa> add(Pair<Isa> x, Pair<Isa> y) {
  return {Isa::add(x.a, y.a), Isa::add(x.b, y.b)};
}
template <typename Isa>
inline Pair<Isa> mul(Pair<Isa> x, Pair<Isa> y) {
  return {Isa::mul(x.a, y.a), Isa::mul(x.b, y.b)};
}
template <typename Isa>
inline Pair<Isa> splat(float x) {
  return {Isa::splat(x), Isa::splat(x)};
}

//===----------------------------------------------------------------------===//
// R1 and R2
//===----------------------------------------------------------------------===//

template <typename Isa, uint32_t Reduction>
inline Pair<Isa> combine(Pair<Isa> x, Pair<Isa> y) {
  if constexpr (Reduction == CONORM_REDUCTION_MAX)
    return {Isa::maximum(x.a, y.a), Isa::maximum(x.b, y.b)};
  else if constexpr (Reduction == CONORM_REDUCTION_MIN)
    return {Isa::minimum(x.a, y.a), Isa::minimum(x.b, y.b)};
  else if constexpr (Reduction == CONORM_REDUCTION_PROD)
    return mul<Isa>(x, y);
  else
    return add<Isa>(x, y);
}

/// The sources' addresses; if their number is known, in a copy that the
/// compiler knows no store can reach.
template <int Static, typename Storage>
class SourceList {
public:
  SourceList(const void *const *sources) : list(sources) {
    for (int k = 0; k < Static; ++k)
      copy[k] = static_cast<const Storage *>(sources[k]);
  }
  inline const Storage *operator[](int k) const {
    if constexpr (Static != 0)
      return copy[k];
    else
      return static_cast<const Storage *>(list[k]);
  }

private:
  const void *const *list;
  const Storage *copy[Static ? Static : 1];
};

/// How far ahead the sources are fetched. A peer's data comes from its core's
/// cache, which takes longer than the processor looks ahead by itself.
constexpr int64_t prefetchBytes = 1536;

/// Fetches sources[k][begin .. end) for all k.
template <int Static, typename Storage>
inline void prefetch(const SourceList<Static, Storage> &sources, int numSources,
                     int64_t begin, int64_t end) {
  constexpr int64_t line = 64 / sizeof(Storage);
  for (int64_t i = begin; i < end; i += line)
    for (int k = 0; k < (Static ? Static : numSources); ++k)
      __builtin_prefetch(sources[k] + i);
}

/// As forEachPair, with the sources fetched ahead.
template <typename Isa, int Static, typename Storage, typename Fn>
inline void forEachFetchedPair(const SourceList<Static, Storage> &sources,
                               int numSources, int64_t count, Fn body) {
  constexpr int64_t ahead = prefetchBytes / sizeof(Storage);
  prefetch(sources, numSources, 0, count < ahead ? count : ahead);
  forEachPair<Isa>(count, [&](int64_t i, int64_t n, auto partial) {
    if (i + ahead < count)
      prefetch(sources, numSources, i + ahead, i + ahead + n);
    body(i, n, partial);
  });
}

/// The ordered fold of one pair of each source. Static: their number if it is
/// known, else 0.
template <typename Isa, uint32_t Reduction, int Static, bool Partial,
          typename T>
inline Pair<Isa> fold(T tag,
                      const SourceList<Static, typename T::Storage> &sources,
                      int numSources, int64_t i, int64_t n) {
  int end = Static ? Static : numSources;
  Pair<Isa> x = loadPair<Isa, Partial>(tag, sources[0] + i, n);
  for (int k = 1; k < end; ++k)
    x = combine<Isa, Reduction>(x,
                                loadPair<Isa, Partial>(tag, sources[k] + i, n));
  return x;
}

template <typename Isa, uint32_t Reduction, int Static, typename T>
void reduce(T tag, const void *const *sources, int numSources, void *out,
            int64_t count) {
  using Storage = typename T::Storage;
  SourceList<Static, Storage> from(sources);
  auto *to = static_cast<Storage *>(out);
  forEachFetchedPair<Isa>(
      from, numSources, count, [&](int64_t i, int64_t n, auto partial) {
        constexpr bool p = decltype(partial)::value;
        Pair<Isa> x =
            fold<Isa, Reduction, Static, p>(tag, from, numSources, i, n);
        storePair<Isa, p>(tag, to + i, Isa::pack(tag, x), n);
      });
}

template <typename Isa, int Static, typename T>
void reduceAdd(T tag, const void *const *sources, int numSources,
               const void *residual, void *reduced, void *sum, int64_t count) {
  using Storage = typename T::Storage;
  SourceList<Static, Storage> from(sources);
  auto *res = static_cast<const Storage *>(residual);
  auto *red = static_cast<Storage *>(reduced);
  auto *to = static_cast<Storage *>(sum);
  forEachFetchedPair<Isa>(
      from, numSources, count, [&](int64_t i, int64_t n, auto partial) {
        constexpr bool p = decltype(partial)::value;
        auto x = Isa::pack(tag, fold<Isa, CONORM_REDUCTION_SUM, Static, p>(
                                    tag, from, numSources, i, n));
        Pair<Isa> r = loadPair<Isa, p>(tag, res + i, n);
        auto y = Isa::pack(tag, add<Isa>(Isa::unpack(tag, x), r));
        if (red)
          storePair<Isa, p>(tag, red + i, x, n);
        storePair<Isa, p>(tag, to + i, y, n);
      });
}

template <typename Isa>
void reduceOrderedImpl(uint32_t type, uint32_t reduction,
                       const void *const *sources, int numSources, void *out,
                       int64_t count) {
  withType(type, [&](auto tag) {
    switch (reduction) {
    case CONORM_REDUCTION_MAX:
      return reduce<Isa, CONORM_REDUCTION_MAX, 0>(tag, sources, numSources, out,
                                                  count);
    case CONORM_REDUCTION_MIN:
      return reduce<Isa, CONORM_REDUCTION_MIN, 0>(tag, sources, numSources, out,
                                                  count);
    case CONORM_REDUCTION_PROD:
      return reduce<Isa, CONORM_REDUCTION_PROD, 0>(tag, sources, numSources,
                                                   out, count);
    default:
      break;
    }
    constexpr uint32_t s = CONORM_REDUCTION_SUM;
    switch (numSources) {
    case 2:
      return reduce<Isa, s, 2>(tag, sources, numSources, out, count);
    case 4:
      return reduce<Isa, s, 4>(tag, sources, numSources, out, count);
    case 8:
      return reduce<Isa, s, 8>(tag, sources, numSources, out, count);
    default:
      return reduce<Isa, s, 0>(tag, sources, numSources, out, count);
    }
  });
}

template <typename Isa>
void reduceAddOrderedImpl(uint32_t type, const void *const *sources,
                          int numSources, const void *residual, void *reduced,
                          void *sum, int64_t count) {
  withType(type, [&](auto tag) {
    switch (numSources) {
    case 1:
      return reduceAdd<Isa, 1>(tag, sources, numSources, residual, reduced, sum,
                               count);
    case 2:
      return reduceAdd<Isa, 2>(tag, sources, numSources, residual, reduced, sum,
                               count);
    case 4:
      return reduceAdd<Isa, 4>(tag, sources, numSources, residual, reduced, sum,
                               count);
    case 8:
      return reduceAdd<Isa, 8>(tag, sources, numSources, residual, reduced, sum,
                               count);
    default:
      return reduceAdd<Isa, 0>(tag, sources, numSources, residual, reduced, sum,
                               count);
    }
  });
}

//===----------------------------------------------------------------------===//
// R3: the sum of squares in its own order
//===----------------------------------------------------------------------===//

/// The tree of rule R3 over blocks that come in order: entry k holds a finished
/// subtree of 2^k blocks. Padding with zeros needs no work, because s + (+0) is
/// s for every s that can occur (a sum of squares is +0, positive or NaN).
struct BlockTree {
  float finished[64];
  uint64_t numBlocks = 0;

  inline void push(float s) {
    int level = 0;
    for (uint64_t rest = numBlocks++; rest & 1; rest >>= 1)
      s = finished[level++] + s;
    finished[level] = s;
  }

  inline float total() const {
    float s = 0.0f;
    bool any = false;
    for (int level = 0; level < 64; ++level) {
      if (!(numBlocks >> level & 1))
        continue;
      s = any ? finished[level] + s : finished[level];
      any = true;
    }
    return s;
  }
};

template <typename Isa, typename T>
float sumOfSquares(T tag, const typename T::Storage *row, int64_t cols,
                   Claim &claim) {
  constexpr int64_t block = Isa::leafBlock;
  // The other half is claimed by scaleRow.
  constexpr int lines = block * sizeof(*row) / 64 / 2;
  BlockTree tree;
  int64_t i = 0;
  for (; i + block <= cols; i += block) {
    claim.take(lines);
    tree.push(Isa::blockSum(tag, row + i));
  }
  if (i < cols) {
    // fma(0, 0, s) is s as well, so a short leaf is a leaf with zeros.
    alignas(64) typename T::Storage buffer[block] = {};
    __builtin_memcpy(buffer, row + i, (cols - i) * sizeof(*row));
    tree.push(Isa::blockSum(tag, buffer));
  }
  return tree.total();
}

inline float canonicalNan(float x) { return x == x ? x : __builtin_nanf(""); }

inline float inverseRms(float sumOfSquares, int64_t cols, float epsilon) {
  float mean = sumOfSquares / static_cast<float>(cols);
  return 1.0f / __builtin_sqrtf(mean + epsilon);
}

//===----------------------------------------------------------------------===//
// R4
//===----------------------------------------------------------------------===//

enum class WeightKind { None, Same, F32 };
template <WeightKind Kind>
using WeightConstant = std::integral_constant<WeightKind, Kind>;

template <typename Isa, WeightKind Kind, bool RoundThenScale, bool RoundWeight,
          typename T>
void scaleRow(T tag, const typename T::Storage *row, typename T::Storage *out,
              int64_t cols, float r, const conorm_norm &norm, Claim &claim) {
  using Storage = typename T::Storage;
  const Pair<Isa> scale = splat<Isa>(canonicalNan(r));
  const Pair<Isa> bias = splat<Isa>(canonicalNan(norm.weight_bias));
  const void *weight = norm.weight;
  forEachPair<Isa>(cols, [&](int64_t i, int64_t n, auto partial) {
    constexpr bool p = decltype(partial)::value;
    claim.take(1);
    Pair<Isa> x = mul<Isa>(loadPair<Isa, p>(tag, row + i, n), scale);
    if constexpr (RoundThenScale)
      x = Isa::unpack(tag, Isa::pack(tag, x));
    if constexpr (Kind != WeightKind::None) {
      Pair<Isa> factor;
      if constexpr (Kind == WeightKind::Same)
        factor =
            loadPair<Isa, p>(tag, static_cast<const Storage *>(weight) + i, n);
      else
        factor =
            loadPairF32<Isa, p>(tag, static_cast<const float *>(weight) + i, n);
      factor = add<Isa>(bias, factor);
      if constexpr (RoundWeight)
        factor = Isa::unpack(tag, Isa::pack(tag, factor));
      x = mul<Isa>(x, factor);
    }
    storePair<Isa, p>(tag, out + i, Isa::pack(tag, x), n);
  });
}

template <typename Isa>
void rmsNormRowImpl(uint32_t type, const void *row, void *out, int64_t cols,
                    const conorm_norm &norm, const Claim &claim) {
  withType(type, [&](auto tag) {
    using Storage = typename decltype(tag)::Storage;
    auto *from = static_cast<const Storage *>(row);
    auto *to = static_cast<Storage *>(out);
    Claim rest = claim;
    float r = inverseRms(sumOfSquares<Isa>(tag, from, cols, rest), cols,
                         norm.epsilon);
    auto scaleBy = [&](auto kind, auto roundThenScale, auto roundWeight) {
      scaleRow<Isa, decltype(kind)::value, decltype(roundThenScale)::value,
               decltype(roundWeight)::value>(tag, from, to, cols, r, norm,
                                             rest);
    };
    auto scaleInOrder = [&](auto kind, auto roundThenScale) {
      if (roundsWeight(norm))
        scaleBy(kind, roundThenScale, std::true_type());
      else
        scaleBy(kind, roundThenScale, std::false_type());
    };
    auto scale = [&](auto kind) {
      if (roundsThenScales(norm))
        scaleInOrder(kind, std::true_type());
      else
        scaleInOrder(kind, std::false_type());
    };
    if (norm.weight_type == CONORM_TYPE_NONE)
      scaleBy(WeightConstant<WeightKind::None>(), std::false_type(),
              std::false_type());
    else if (norm.weight_type == type)
      scale(WeightConstant<WeightKind::Same>());
    else
      scale(WeightConstant<WeightKind::F32>());
  });
}

/// R2 alone is the fold of two operands in order.
template <typename Isa>
void addRoundedImpl(uint32_t type, const void *a, const void *b, void *out,
                    int64_t count) {
  const void *sources[2] = {a, b};
  withType(type, [&](auto tag) {
    reduce<Isa, CONORM_REDUCTION_SUM, 2>(tag, sources, 2, out, count);
  });
}

template <typename Isa>
constexpr NumericsTable makeTable() {
  return {reduceOrderedImpl<Isa>, reduceAddOrderedImpl<Isa>,
          addRoundedImpl<Isa>, rmsNormRowImpl<Isa>, quantizeBlocksImpl};
}

} // namespace
} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_NUMERICS_NUMERICSKERNELS_H
