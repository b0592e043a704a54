//===- Call.h - One random call, made and checked ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_SOAK_CALL_H
#define CONORM_TOOLS_CONORM_SOAK_CALL_H

#include "Reference.h"
#include "conorm-runtime/conorm.h"

#include <string>
#include <vector>

namespace conorm::soak {

/// Small, fast and the same everywhere (splitmix64).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t n) { return int64_t(next() % uint64_t(n)); }
  bool oneIn(int64_t n) { return below(n) == 0; }

private:
  uint64_t state;
};

/// A communicator and the members of this rank's part of it.
struct Group {
  conorm_group symbol;
  std::vector<int64_t> ranks;
  std::vector<int> members;
  int self;
};

/// The groups of the run: the world, neighbours in pairs, and two interleaved
/// halves, as far as the number of ranks allows.
std::vector<Group> makeGroups(int rank, int worldSize);

/// What one norm of a call is made of.
struct NormSpec {
  float epsilon;
  float bias;
  uint32_t rounding;
  uint32_t weightType;
};

/// A call, equal on all ranks but for the data.
struct Call {
  uint64_t seed;
  int64_t index;
  conorm_op op;
  uint32_t type;
  uint32_t reduction;
  uint32_t strategy;
  int group;
  /// Collectives on [outer, dim, inner] use all three; others have rows =
  /// outer * dim and cols = inner.
  int64_t outer, dim, inner;
  bool hasResidual, hasPostNorm, inPlace;
  /// Said of the residual and the weights, which are so in any case.
  bool replicated;
  bool wantReduced, wantResidualOut, wantNormed;
  NormSpec norm, postNorm;
  /// Scheme none: nothing is quantized.
  conorm_quant quant;
  float scale;
  bool wantQuantized, wantScales;

  std::string describe() const;
};

/// The call number `index` of the run with this seed.
Call randomCall(uint64_t seed, int64_t index, const std::vector<Group> &groups);

/// A call of the largest size, so that all memory is touched early.
Call largestCall(uint64_t seed, int64_t index, int group, uint32_t strategy);

/// Makes the call and compares the results. Returns the number of elements that
/// differ, after describing the first of them; -1 if the call itself failed.
int64_t runCall(conorm_context *context, const Call &call, const Group &group,
                uint64_t checkSeed);

} // namespace conorm::soak

#endif // CONORM_TOOLS_CONORM_SOAK_CALL_H
