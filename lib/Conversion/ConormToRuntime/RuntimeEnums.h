//===- RuntimeEnums.h - Enumerators in the C ABI ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What enumerators of the dialects are in the C ABI. An enumerator that is
// added to either side, and not to RuntimeEnums.def, does not compile.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMEENUMS_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMEENUMS_H

#include "conorm-runtime/types.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Support/Numerics.h"

namespace conorm {

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"

// clang-format off
#define CONORM_ENUM(DIALECT, ABI)                                              \
  constexpr ABI toRuntime(DIALECT value) {                                     \
    using D = DIALECT;                                                         \
    switch (value) {
#define CONORM_ENUMERATOR(DIALECT, ABI)                                        \
    case D::DIALECT:                                                           \
      return ABI;
#define CONORM_ENUM_END(DIALECT, ABI)                                          \
    }                                                                          \
    llvm_unreachable("no enumerator of " #DIALECT);                            \
  }
#include "RuntimeEnums.def"

/// Whether the dialects have an enumerator of the C ABI.
#define CONORM_ENUM(DIALECT, ABI)                                              \
  constexpr bool isInDialects(ABI value) {                                     \
    switch (value) {
#define CONORM_ENUMERATOR(DIALECT, ABI)                                        \
    case ABI:                                                                  \
      return true;
#define CONORM_ENUMERATOR_ABI_ONLY(ABI)                                        \
    case ABI:                                                                  \
      return false;
#define CONORM_ENUM_END(DIALECT, ABI)                                          \
    }                                                                          \
    return false;                                                              \
  }
#include "RuntimeEnums.def"
// clang-format on

/// The C ABI has one enumeration for both roundings of a norm.
constexpr conorm_rounding toRuntime(norm::Rounding rounding,
                                    norm::WeightRounding weightRounding) {
  bool twice = rounding == norm::Rounding::RoundThenScale;
  switch (weightRounding) {
  case norm::WeightRounding::None:
    return toRuntime(rounding);
  case norm::WeightRounding::ElementType:
    return twice ? CONORM_ROUNDING_ROUND_THEN_SCALE_ROUNDED_WEIGHT
                 : CONORM_ROUNDING_SCALE_THEN_ROUND_ROUNDED_WEIGHT;
  }
  llvm_unreachable("no enumerator of norm::WeightRounding");
}

#pragma GCC diagnostic pop

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_RUNTIMEENUMS_H
