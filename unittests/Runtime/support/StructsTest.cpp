//===- StructsTest.cpp - Size-tagged structures and enumerators -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "support/Structs.h"
#include "support/Names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <vector>

using namespace conorm::rt;
using testing::HasSubstr;

namespace {

TEST(Structs, knowTheirFirstSize) {
  // Ended before the table of strategies, which came with 1.2.
  EXPECT_EQ(firstStructSize<conorm_all_reduce_args>(),
            offsetof(conorm_all_reduce_args, dispatch));
  // `replicated` took the place of a field `reserved`, which 1.0 had.
  EXPECT_EQ(firstStructSize<conorm_all_reduce_rms_norm_args>(),
            offsetof(conorm_all_reduce_rms_norm_args, dispatch));
  EXPECT_EQ(firstStructSize<conorm_manifest>(),
            offsetof(conorm_manifest, processor));
  EXPECT_EQ(firstStructSize<conorm_group>(), sizeof(conorm_group));
}

TEST(Structs, areReadAtTheSmallestSizeAndNotBelow) {
  conorm_all_reduce_args given;
  memset(&given, 0xff, sizeof(given));
  given.reserved = 0;
  given.struct_size = firstStructSize<conorm_all_reduce_args>();
  conorm_all_reduce_args out;
  Error error = readStruct(&given, out, "args");
  EXPECT_FALSE(error) << error.message;
  EXPECT_EQ(out.dispatch, nullptr);
  EXPECT_EQ(out.count, -1);
  EXPECT_EQ(out.struct_size, sizeof(out));

  given.struct_size -= 1;
  EXPECT_EQ(readStruct(&given, out, "args").message,
            "args: expected struct_size of 64 to 65536, found 63");
  const conorm_all_reduce_args *none = nullptr;
  EXPECT_EQ(readStruct(none, out, "args").message, "args is null");
}

/// More than the piece that is read at a time.
TEST(Structs, findAFieldFarBehind) {
  struct Newer {
    conorm_group known;
    char added[1000];
  } newer = {};
  newer.known.struct_size = sizeof(newer);
  conorm_group out;
  EXPECT_FALSE(readStruct(&newer.known, out, "group"));
  newer.added[999] = 1;
  EXPECT_THAT(readStruct(&newer.known, out, "group").message,
              HasSubstr("and sets byte " + std::to_string(sizeof(newer) - 1)));
}

TEST(Structs, advanceByTheWritersSize) {
  struct Newer {
    conorm_group known;
    char added[16];
  } newer[2] = {};
  for (Newer &item : newer)
    item.known.struct_size = sizeof(Newer);
  newer[1].known.num_groups = 7;
  std::vector<uint32_t> seen;
  auto visit = [&](size_t, const conorm_group &group, const char *) -> Error {
    seen.push_back(group.num_groups);
    return success();
  };
  EXPECT_FALSE(forEachStruct(&newer[0].known, 2, "group", visit));
  EXPECT_THAT(seen, testing::ElementsAre(0, 7));
  newer[1].known.reserved = 3;
  EXPECT_EQ(forEachStruct(&newer[0].known, 2, "group", visit).message,
            "group 1.reserved is 3, expected 0");
}

Error refuse(const void *, void *, size_t, const StructName &name) {
  return {CONORM_ERROR_MODULE, name.str() + " cannot be read"};
}

TEST(Structs, areNotFollowedWhereMemoryCannotBeRead) {
  conorm_group given = {}, out = {};
  uint32_t size = 0;
  EXPECT_EQ(
      readStruct<refuse>(&given, out, size, StructName("group", 4)).message,
      "group 4 cannot be read");
}

TEST(Names, areThoseOfTheTable) {
  EXPECT_STREQ(enumName<conorm_strategy>(CONORM_STRATEGY_TWO_SHOT), "two_shot");
  EXPECT_STREQ(enumName<conorm_quant_scheme>(CONORM_QUANT_MXFP8), "mxfp8");
  EXPECT_STREQ(enumName<conorm_rounding>(1), "round_then_scale");
  EXPECT_STREQ(enumName<conorm_rounding>(3), "round_then_scale_rounded_weight");
  EXPECT_STREQ(enumName<conorm_strategy>(77), "invalid");
  EXPECT_STREQ(conorm_op_name(CONORM_OP_QUANTIZE), "norm.quantize");
  EXPECT_STREQ(conorm_status_name(0xffffffff), "invalid");
}

} // namespace
