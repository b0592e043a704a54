//===- NcclApiTest.cpp - Loading NCCL -------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "cuda/NcclApi.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstddef>
#include <cstdlib>

using namespace conorm::rt;
using namespace conorm::rt::cuda;
using testing::HasSubstr;
using testing::StartsWith;

TEST(NcclApi, versionsAreWrittenAsNcclWritesThem) {
  EXPECT_EQ(ncclVersionText(2708), "2.7.8");
  EXPECT_EQ(ncclVersionText(21400), "2.14.0");
  EXPECT_EQ(ncclVersionText(22809), "2.28.9");
}

TEST(NcclApi, theConfigurationIsTheFirstLayout) {
  NcclConfig config;
  EXPECT_EQ(config.size, 24u);
  EXPECT_EQ(config.version, unsigned(oldestNccl));
  EXPECT_EQ(config.blocking, 0);
  EXPECT_EQ(offsetof(NcclConfig, magic), 8u);
  EXPECT_EQ(offsetof(NcclConfig, version), 12u);
  EXPECT_EQ(offsetof(NcclConfig, blocking), 16u);
}

TEST(NcclApi, absentLibrary) {
  NcclApi api;
  Error error = loadNcclFrom("/nonexistent/libnccl.so.2", api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message,
              StartsWith("the strategy nccl needs NCCL, expected libnccl.so.2 "
                         "where the loader looks or a path in "
                         "CONORM_NCCL_LIBRARY: /nonexistent/libnccl.so.2"));
}

TEST(NcclApi, anotherLibrary) {
  NcclApi api;
  Error error = loadNcclFrom("libm.so.6", api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_EQ(error.message,
            "libm.so.6 has no ncclGetVersion, expected NCCL 2.14.0 or later");
}

TEST(NcclApi, oldVersion) {
  NcclApi api;
  Error error = loadNcclFrom(CONORM_NCCL_TEST_OLD, api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message, HasSubstr(" is NCCL 2.7.8, expected 2.14.0 or "
                                       "later"));
}

TEST(NcclApi, absentFunction) {
  NcclApi api;
  Error error = loadNcclFrom(CONORM_NCCL_TEST_PARTIAL, api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message, HasSubstr(" has no ncclCommFinalize, expected "
                                       "NCCL 2.14.0 or later"));
}

TEST(NcclApi, everyFunctionIsTaken) {
  NcclApi api;
  Error error = loadNcclFrom(CONORM_NCCL_TEST_WHOLE, api);
  ASSERT_FALSE(error) << error.message;
  EXPECT_EQ(api.version, 21805);
  EXPECT_NE(api.commFinalize, nullptr);
  EXPECT_NE(api.reduceScatter, nullptr);
}

/// Once in a process: the variable is read by the first call alone.
TEST(NcclApi, theVariableNamesAPath) {
  setenv("CONORM_NCCL_LIBRARY", CONORM_NCCL_TEST_WHOLE, /*overwrite=*/1);
  const NcclApi *api;
  Error error = loadNccl(api);
  ASSERT_FALSE(error) << error.message;
  EXPECT_EQ(api->version, 21805);
  setenv("CONORM_NCCL_LIBRARY", "/nonexistent", /*overwrite=*/1);
  EXPECT_FALSE(loadNccl(api));
  // Buffers of captured calls are not registered.
  EXPECT_STREQ(getenv("NCCL_GRAPH_REGISTER"), "0");
}

/// Where NCCL is installed, it has what is needed.
TEST(NcclApi, theRealLibrary) {
  NcclApi api;
  Error error = loadNcclFrom("libnccl.so.2", api);
  if (error)
    GTEST_SKIP() << error.message;
  EXPECT_GE(api.version, oldestNccl);
}
