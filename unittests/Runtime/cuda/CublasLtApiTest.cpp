//===- CublasLtApiTest.cpp - Loading cuBLASLt -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "cuda/blas/CublasLtApi.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstddef>
#include <cstdlib>

using namespace conorm::rt;
using namespace conorm::rt::cuda;
using testing::HasSubstr;
using testing::StartsWith;

TEST(CublasLtApi, versionsAreWrittenAsTheLibraryWritesThem) {
  EXPECT_EQ(cublasLtVersionText(120906), "12.9.6");
  EXPECT_EQ(cublasLtVersionText(130100), "13.1.0");
}

TEST(CublasLtApi, theHeuristicHasTheLayoutOfTheLibrary) {
  EXPECT_EQ(sizeof(LtAlgorithm), 64u);
  EXPECT_EQ(offsetof(LtHeuristic, workspaceBytes), 64u);
  EXPECT_EQ(offsetof(LtHeuristic, state), 72u);
  EXPECT_EQ(sizeof(LtHeuristic), 96u);
}

TEST(CublasLtApi, absentLibrary) {
  CublasLtApi api;
  Error error = loadCublasLtFrom("/nonexistent/libcublasLt.so.13", api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message,
              StartsWith("products of matrices need cuBLASLt, expected "
                         "libcublasLt.so.13 or libcublasLt.so.12 where the "
                         "loader looks or in /usr/local/cuda/lib64, or a path "
                         "in CONORM_CUBLASLT: /nonexistent/libcublasLt.so.13"));
}

TEST(CublasLtApi, anotherLibrary) {
  CublasLtApi api;
  Error error = loadCublasLtFrom("libm.so.6", api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_EQ(error.message, "libm.so.6 has no cublasLtGetVersion, expected "
                           "cuBLASLt 12 or 13");
}

TEST(CublasLtApi, olderMajorVersion) {
  CublasLtApi api;
  Error error = loadCublasLtFrom(CONORM_CUBLASLT_TEST_OLD, api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message,
              HasSubstr(" is cuBLASLt 11.11.3, expected version 12 or 13"));
}

TEST(CublasLtApi, newerMajorVersion) {
  CublasLtApi api;
  Error error = loadCublasLtFrom(CONORM_CUBLASLT_TEST_NEW, api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message,
              HasSubstr(" is cuBLASLt 14.0.0, expected version 12 or 13"));
}

TEST(CublasLtApi, absentFunction) {
  CublasLtApi api;
  Error error = loadCublasLtFrom(CONORM_CUBLASLT_TEST_PARTIAL, api);
  EXPECT_EQ(error.code, CONORM_ERROR_UNSUPPORTED);
  EXPECT_THAT(error.message, HasSubstr(" has no cublasLtMatmulAlgoGetHeuristic,"
                                       " expected cuBLASLt 12 or 13"));
}

TEST(CublasLtApi, everyFunctionIsTaken) {
  CublasLtApi api;
  Error error = loadCublasLtFrom(CONORM_CUBLASLT_TEST_WHOLE, api);
  ASSERT_FALSE(error) << error.message;
  EXPECT_EQ(api.version, 130100u);
  EXPECT_NE(api.getHeuristic, nullptr);
  EXPECT_NE(api.matmul, nullptr);
}

/// Once in a process: the variable is read by the first call alone.
TEST(CublasLtApi, theVariableNamesAPath) {
  setenv("CONORM_CUBLASLT", CONORM_CUBLASLT_TEST_WHOLE, /*overwrite=*/1);
  const CublasLtApi *api;
  Error error = loadCublasLt(api);
  ASSERT_FALSE(error) << error.message;
  EXPECT_EQ(api->version, 130100u);
  setenv("CONORM_CUBLASLT", "/nonexistent", /*overwrite=*/1);
  EXPECT_FALSE(loadCublasLt(api));
}

/// Where the library is installed, it has what is needed.
TEST(CublasLtApi, theRealLibrary) {
  CublasLtApi api;
  Error error = loadCublasLtFrom("libcublasLt.so.13", api);
  if (error)
    error = loadCublasLtFrom("/usr/local/cuda/lib64/libcublasLt.so.13", api);
  if (error)
    GTEST_SKIP() << error.message;
  EXPECT_EQ(api.version / 10000, size_t(newestCublasLt));
}
