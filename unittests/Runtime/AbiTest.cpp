//===- AbiTest.cpp - ABI skew and names -----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Alone.h"

#include <cstddef>
#include <cstring>

using namespace conorm::test;

namespace {

//===----------------------------------------------------------------------===//
// ABI version skew
//===----------------------------------------------------------------------===//

using AbiSkew = Alone;

TEST_F(AbiSkew, olderAndSmallerReadsAsZero) {
  // An older caller's structure that ended before has_post_norm: memory behind
  // it is not part of it.
  struct Older {
    char known[offsetof(conorm_all_reduce_rms_norm_args, has_post_norm)];
    char behind[sizeof(conorm_all_reduce_rms_norm_args)];
  } older;
  conorm_all_reduce_rms_norm_args args = fusedArgs();
  args.struct_size = sizeof(older.known);
  memcpy(older.known, &args, sizeof(older.known));
  memset(older.behind, 0xff, sizeof(older.behind));
  EXPECT_EQ(
      conorm_all_reduce_rms_norm(
          context, reinterpret_cast<conorm_all_reduce_rms_norm_args *>(&older)),
      CONORM_OK)
      << conorm_context_message(context);
}

TEST_F(AbiSkew, newerAndLargerWithZerosIsAccepted) {
  struct Newer {
    conorm_all_reduce_args known;
    char added[40];
  } newer = {allReduceArgs(), {}};
  newer.known.struct_size = sizeof(newer);
  EXPECT_EQ(conorm_all_reduce(context, &newer.known), CONORM_OK);
}

TEST_F(AbiSkew, newerAndLargerWithContentIsRefused) {
  struct Newer {
    conorm_all_reduce_args known;
    char added[40];
  } newer = {allReduceArgs(), {}};
  newer.known.struct_size = sizeof(newer);
  newer.added[7] = 1;
  expectSticky(conorm_all_reduce(context, &newer.known), CONORM_ERROR_VERSION,
               "args has struct_size 112 and sets byte 79, which this runtime "
               "(ABI 1.3, 72 bytes) does not know");
}

TEST_F(AbiSkew, missingSizeIsRefused) {
  conorm_all_reduce_args args = allReduceArgs();
  args.struct_size = 0;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "args has struct_size 0, expected 72 for ABI 1.3");
}

TEST_F(AbiSkew, groupsAdvanceByTheCallersSize) {
  struct Newer {
    conorm_group known;
    char added[16];
  };
  std::vector<int64_t> ranks = {0};
  Newer groups[2] = {{worldGroup(), {}}, {rowsGroup(ranks, 1), {}}};
  groups[0].known.struct_size = groups[1].known.struct_size = sizeof(Newer);
  EXPECT_EQ(conorm_context_add_groups(context, &groups[0].known, 2), CONORM_OK);
}

TEST_F(AbiSkew, newerSiteAndGroupWithContentAreRefused) {
  struct NewerSite {
    conorm_site known;
    uint64_t added;
  } site = {{sizeof(NewerSite), 0, 1, "a.mlir:1:1"}, 1};
  conorm_all_reduce_args args = allReduceArgs();
  args.site = &site.known;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "site has struct_size 32 and sets byte 24");
}

TEST(AbiVersion, isTheHeaders) {
  EXPECT_EQ(conorm_abi_version(), uint32_t(CONORM_ABI_VERSION_MAJOR << 16 |
                                           CONORM_ABI_VERSION_MINOR));
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

TEST(Names, coverEveryEnumerator) {
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_BF16), "bf16");
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_F8E8M0FNU), "f8E8M0FNU");
  EXPECT_STREQ(conorm_type_name(CONORM_TYPE_INDEX), "index");
  EXPECT_STREQ(conorm_type_name(15), "invalid");
  EXPECT_STREQ(conorm_status_name(CONORM_ERROR_PEER_LOST), "peer lost");
  EXPECT_STREQ(conorm_status_name(CONORM_ERROR_MODULE), "module");
  EXPECT_STREQ(conorm_status_name(13), "invalid");
  EXPECT_STREQ(conorm_op_name(CONORM_OP_QUANTIZE), "norm.quantize");
  EXPECT_STREQ(conorm_op_name(8), "invalid");
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F4E2M1FN, 5), 3);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_I1, 5), 5);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F64, 5), 40);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_NONE, 5), 0);
}

} // namespace
