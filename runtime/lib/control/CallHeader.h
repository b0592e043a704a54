//===- CallHeader.h - What members compare of a call ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_CALLHEADER_H
#define CONORM_RUNTIME_LIB_CONTROL_CALLHEADER_H

#include "support/Error.h"
#include "support/Hash.h"

#include "conorm-runtime/ops.h"

namespace conorm::rt {

/// The parameters of a norm by value.
struct NormAttributes {
  uint32_t epsilon;
  uint32_t weightBias;
  uint32_t rounding;
  uint32_t weightType;
};

/// A quantization scheme; all zero without one.
struct QuantAttributes {
  uint32_t scheme;
  uint32_t quantizedType;
  uint32_t scaleType;
  uint32_t scaleLayout;
  uint32_t scaleMode;
  uint32_t groupSize;
};

/// Operations of the runtime itself, never of a program.
constexpr uint32_t opAddGroups = 0x10000;
constexpr uint32_t opInvoke = 0x10001;

/// What a call is. All members of a communicator post equal ones; the label is
/// for messages only. No padding: the digest covers the bytes.
struct CallAttributes {
  uint64_t site = 0;
  uint32_t op = 0;
  uint32_t type = 0;
  int64_t sizes[3] = {};
  uint32_t numSizes = 0;
  uint32_t reduction = 0;
  uint32_t numerics = 0;
  uint32_t strategy = 0;
  /// Bits of optional operands and results.
  uint32_t parts = 0;
  uint32_t hasPostNorm = 0;
  NormAttributes norm = {};
  NormAttributes postNorm = {};
  QuantAttributes quant = {};
  /// Hash of the groups, opAddGroups only.
  uint64_t groups = 0;
};
static_assert(sizeof(CallAttributes) == 128, "no padding");

struct CallHeader {
  CallAttributes attributes;
  char label[80];
};

/// Bits of CallAttributes::parts.
enum CallPart : uint32_t {
  partResidual = 1,
  partReduced = 2,
  partResidualOut = 4,
  partNormed = 8,
  partQuantized = 16,
  partScales = 32,
  /// Not a part: the operands besides the input are replicated.
  partsReplicated = 64
};

/// What members compare: equal for equal attributes.
inline uint64_t digestOf(const CallAttributes &attributes) {
  return hashObject(attributes);
}

/// "comm.all_reduce at a.mlir:3:8".
std::string describeCall(const CallHeader &header);

/// "rank 2 did not arrive within 500 ms; it last posted call 3". A rank that
/// has posted `call` itself did not go on with it.
std::string describeMissing(int rank, uint32_t milliseconds, uint64_t call,
                            uint64_t lastPosted);

/// How `other` differs from `mine`, as the rest of a sentence about rank
/// `rank`.
std::string describeDifference(int rank, const CallHeader &mine,
                               const CallHeader &other);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_CALLHEADER_H
