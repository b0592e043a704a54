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
  // Of version 1.1, which ended before the table of strategies: memory behind
  // it is not part of it.
  struct Older {
    char known[offsetof(conorm_all_reduce_rms_norm_args, dispatch)];
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
               "(ABI 1.6, 72 bytes) does not know");
}

TEST_F(AbiSkew, missingSizeIsRefused) {
  conorm_all_reduce_args args = allReduceArgs();
  args.struct_size = 0;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "args: expected struct_size of 64 to 65536, found 0");
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

TEST_F(AbiSkew, hugeSizeIsRefused) {
  conorm_all_reduce_args args = allReduceArgs();
  args.struct_size = 0xffffffff;
  expectSticky(conorm_all_reduce(context, &args), CONORM_ERROR_VERSION,
               "args: expected struct_size of 64 to 65536, found 4294967295");
}

/// Calls `call` on a context of its own, and expects it to be refused.
class ReservedField : public Alone {
protected:
  void expectRefused(conorm_status status, const char *name) {
    EXPECT_EQ(status, CONORM_ERROR_VERSION);
    EXPECT_THAT(
        conorm_context_message(context),
        testing::HasSubstr(std::string(name) + ".reserved is 1, expected 0"));
    TearDown();
    bootstrap = CONORM_BOOTSTRAP_INIT;
    SetUp();
  }
};

TEST_F(ReservedField, isRefusedInEveryStructure) {
  conorm_all_reduce_args reduce = allReduceArgs();
  reduce.reserved = 1;
  expectRefused(conorm_all_reduce(context, &reduce), "args");
  conorm_scatter_gather_args scatter = scatterArgs();
  scatter.reserved = 1;
  expectRefused(conorm_reduce_scatter(context, &scatter), "args");
  expectRefused(conorm_all_gather(context, &scatter), "args");
  conorm_site site = {sizeof(site), 1, 7, "a.mlir:1:1"};
  conorm_rms_norm_args norm = normArgs();
  norm.site = &site;
  expectRefused(conorm_rms_norm(context, &norm), "site");
  conorm_group reserved = worldGroup();
  reserved.reserved = 1;
  conorm_all_reduce_rms_norm_args fused = fusedArgs();
  fused.group = &reserved;
  expectRefused(conorm_all_reduce_rms_norm(context, &fused), "group");
  expectRefused(conorm_context_add_groups(context, &reserved, 1), "group 0");
  conorm_dispatch dispatch = {sizeof(dispatch), 0, 0, 1, nullptr};
  reduce = allReduceArgs();
  reduce.dispatch = &dispatch;
  expectRefused(conorm_all_reduce(context, &reduce), "dispatch");
  conorm_size_check check = {};
  check.struct_size = sizeof(check);
  check.reserved = 1;
  expectRefused(conorm_expect_size(context, &check, 1, 1), "check");
  // Loops alone have no context.
  EXPECT_EQ(conorm_expect_size(nullptr, &check, 1, 1),
            CONORM_ERROR_INVALID_ARGUMENT);
}

TEST_F(ReservedField, isRefusedInOptionsAndBootstraps) {
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &bootstrap;
  options.reserved = 1;
  conorm_context *made = nullptr;
  char message[256];
  EXPECT_EQ(conorm_context_create(&options, &made, message, sizeof(message)),
            CONORM_ERROR_VERSION);
  EXPECT_STREQ(message, "options.reserved is 1, expected 0");
  options.reserved = 0;
  conorm_bootstrap reserved = bootstrap;
  reserved.reserved = 1;
  options.bootstrap = &reserved;
  EXPECT_EQ(conorm_context_create(&options, &made, message, sizeof(message)),
            CONORM_ERROR_VERSION);
  EXPECT_STREQ(message, "bootstrap.reserved is 1, expected 0");
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
  EXPECT_STREQ(conorm_op_name(11), "invalid");
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F4E2M1FN, 5), 3);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_I1, 5), 5);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F64, 5), 40);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_NONE, 5), 0);
}

TEST(TypeBytes, areNegativeBeyondReach) {
  for (uint32_t type = CONORM_TYPE_F32; type <= CONORM_TYPE_INDEX; ++type) {
    bool isSmall = conorm_type_bytes(type, 8) <= 8;
    EXPECT_EQ(conorm_type_bytes(type, INT64_MAX) < 0, !isSmall) << type;
    EXPECT_EQ(conorm_type_bytes(type, -1), -1) << type;
    EXPECT_EQ(conorm_type_bytes(type, INT64_MIN), -1) << type;
    EXPECT_EQ(conorm_type_bytes(type, 0), 0) << type;
  }
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F32, INT64_MAX), -1);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F32, INT64_MAX / 4),
            INT64_MAX / 4 * 4);
  EXPECT_EQ(conorm_type_bytes(CONORM_TYPE_F4E2M1FN, INT64_MAX),
            INT64_MAX / 2 + 1);
}

} // namespace
