//===- RuntimeEnumsTest.cpp - Enumerators in the C ABI --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The dialects and the C ABI spell an enumerator the same. That each of them is
// in the table is checked where it is used, by the compiler.
//
//===----------------------------------------------------------------------===//

#include "RuntimeEnums.h"
#include "conorm-runtime/conorm.h"
#include "gtest/gtest.h"

using namespace conorm;

namespace {

/// The name of an enumerator of the C ABI.
// clang-format off
#define CONORM_ABI_ENUM(NAME)                                                  \
  [[maybe_unused]] llvm::StringRef getText(NAME value) {                       \
    switch (value) {
#define CONORM_ABI_ENUMERATOR(NAME, NUMBER, TEXT)                              \
    case NAME:                                                                 \
      return TEXT;
#define CONORM_ABI_ENUM_END(NAME)                                              \
    }                                                                          \
    return "";                                                                 \
  }
#include "conorm-runtime/abi.def"

// A test for each enumeration.
#define CONORM_ENUM(DIALECT, ABI)                                              \
  TEST(RuntimeEnums, ABI) {                                                    \
    using D = DIALECT;
#define CONORM_ENUMERATOR(DIALECT, ABI)                                        \
    EXPECT_EQ(toRuntime(D::DIALECT), ABI);                                     \
    EXPECT_EQ(stringifyEnum(D::DIALECT), getText(ABI));                        \
    EXPECT_TRUE(isInDialects(ABI));
#define CONORM_ENUMERATOR_ABI_ONLY(ABI)                                        \
    EXPECT_FALSE(isInDialects(ABI));
#define CONORM_ENUM_END(DIALECT, ABI)                                          \
  }
#include "RuntimeEnums.def"
// clang-format on

TEST(RuntimeEnums, BothRoundingsOfANorm) {
  using norm::Rounding, norm::WeightRounding;
  for (Rounding rounding :
       {Rounding::ScaleThenRound, Rounding::RoundThenScale}) {
    EXPECT_EQ(toRuntime(rounding, WeightRounding::None), toRuntime(rounding));
    EXPECT_EQ(getText(toRuntime(rounding, WeightRounding::ElementType)),
              (stringifyEnum(rounding) + "_rounded_weight").str());
  }
}

} // namespace
