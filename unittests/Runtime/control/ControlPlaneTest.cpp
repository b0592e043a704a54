//===- ControlPlaneTest.cpp - A control plane without a backend -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What two backends hold, held by tests: ranks connect, agree on calls, move
// bytes and fail with no backend at all.
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "control/ControlPlane.h"
#include "control/Verdict.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstring>

using namespace conorm::rt;
using namespace conorm::test;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

ControlSettings settingsFor(uint32_t backend, uint64_t workspaceBytes = 65536) {
  ControlSettings settings;
  settings.terms = {backend, workspaceBytes};
  settings.deadlineMs = 5000;
  return settings;
}

CallAttributes someCall(int64_t size) {
  CallAttributes call;
  call.op = CONORM_OP_ALL_REDUCE;
  call.type = CONORM_TYPE_F32;
  call.sizes[0] = size;
  call.numSizes = 1;
  return call;
}

TEST(ControlPlane, carriesStepsWithoutABackend) {
  auto results = runThreads(3, [](const conorm_bootstrap &bootstrap) {
    ControlPlane control;
    if (Error error =
            control.connect(bootstrap, settingsFor(CONORM_BACKEND_CPU)))
      return error.message;
    conorm_group group = worldGroup();
    if (Error error = control.addGroups(&group, 1))
      return error.message;
    Communicator *members;
    if (Error error =
            control.beginCall(group, someCall(8), "a.mlir:1:1", members))
      return error.message;
    memcpy(members->nextSlot(), &bootstrap.rank, sizeof(int32_t));
    if (Error error = members->exchange())
      return error.message;
    std::string read;
    for (int member = 0; member < members->size(); ++member)
      read += std::to_string(
          *reinterpret_cast<const int32_t *>(members->readSlot(member)));
    return read;
  });
  EXPECT_THAT(results, Each("012"));
}

TEST(ControlPlane, refusesAWorldOfTwoBackends) {
  auto results = runThreads(2, [](const conorm_bootstrap &bootstrap) {
    ControlPlane control;
    uint32_t backend =
        bootstrap.rank == 0 ? CONORM_BACKEND_CPU : CONORM_BACKEND_CUDA;
    return control.connect(bootstrap, settingsFor(backend)).message;
  });
  EXPECT_THAT(
      results,
      ElementsAre("rank 1 has the cuda backend, this rank the cpu backend",
                  "rank 0 has the cpu backend, this rank the cuda backend"));
}

TEST(ControlPlane, meetsOnlyForTheSameCall) {
  auto results = runThreads(3, [](const conorm_bootstrap &bootstrap) {
    ControlPlane control;
    if (Error error =
            control.connect(bootstrap, settingsFor(CONORM_BACKEND_CPU)))
      return error.message;
    if (Error error = control.meet(someCall(1)))
      return error.message;
    Error error = control.meet(someCall(bootstrap.rank == 1 ? 2 : 1));
    return std::string(conorm_status_name(error.code)) + ": " + error.message;
  });
  EXPECT_THAT(results[0],
              HasSubstr("mismatch: call 2 (comm.all_reduce): rank 1 passed 2 "
                        "elements, this rank 1"));
  EXPECT_THAT(results[1], HasSubstr("rank 0 passed 1 elements, this rank 2"));
  EXPECT_THAT(results[2], HasSubstr("rank 1 passed 2 elements, this rank 1"));
}

TEST(ControlPlane, keepsTheFirstFailureThatIsPublished) {
  auto results = runThreads(2, [](const conorm_bootstrap &bootstrap) {
    ControlPlane control;
    if (Error error =
            control.connect(bootstrap, settingsFor(CONORM_BACKEND_CPU)))
      return error.message;
    if (bootstrap.rank == 0) {
      control.publishFailure({CONORM_ERROR_SYSTEM, "the first"});
      control.publishFailure({CONORM_ERROR_SYSTEM, "the second"});
      return std::string();
    }
    return control.meet(someCall(1)).message;
  });
  EXPECT_THAT(results[1], HasSubstr("rank 0 failed (system): the first"));
}

//===----------------------------------------------------------------------===//
// Verdicts and digests
//===----------------------------------------------------------------------===//

TEST(Verdict, blamesTheSmallerSet) {
  std::vector<Vote> votes = {{true, 7}, {true, 8}, {true, 7}};
  EXPECT_EQ(findOddOneOut(votes, 0), 1);
  EXPECT_EQ(findOddOneOut(votes, 2), 1);
  // Who is wrong itself blames the lowest of those that are right.
  EXPECT_EQ(findOddOneOut(votes, 1), 0);
}

TEST(Verdict, prefersTheLowestMemberAmongEqualSets) {
  std::vector<Vote> votes = {{true, 7}, {true, 8}};
  EXPECT_EQ(findOddOneOut(votes, 0), 1);
  EXPECT_EQ(findOddOneOut(votes, 1), 0);
}

TEST(Verdict, looksOnlyAtThoseThatHavePosted) {
  std::vector<Vote> votes = {{false, 1}, {true, 7}, {false, 2}, {true, 7}};
  EXPECT_EQ(findOddOneOut(votes, 1), -1);
  votes[0] = {true, 9};
  EXPECT_EQ(findOddOneOut(votes, 1), 0);
}

TEST(Digest, dependsOnEveryWord) {
  const CallAttributes call = someCall(5);
  EXPECT_EQ(digestOf(call), digestOf(someCall(5)));
  for (size_t at = 0; at < sizeof(call); at += 8) {
    CallAttributes other = call;
    reinterpret_cast<unsigned char *>(&other)[at] ^= 1;
    EXPECT_NE(digestOf(call), digestOf(other)) << "word " << at / 8;
  }
}

TEST(Digest, dependsOnTheOrderOfGroups) {
  GroupRegistry groups;
  groups.setWorld(0, 4);
  std::vector<int64_t> ranks = {0, 1, 2, 3};
  conorm_group pairs = rowsGroup(ranks, 2);
  conorm_group both[] = {worldGroup(), pairs};
  conorm_group swapped[] = {pairs, worldGroup()};
  EXPECT_EQ(groups.hash(both, 2), groups.hash(both, 2));
  EXPECT_NE(groups.hash(both, 2), groups.hash(swapped, 2));
  EXPECT_NE(groups.hash(both, 2), groups.hash(both, 1));
}

TEST(Hash, tellsTextsApart) {
  EXPECT_EQ(hashText("10.0.0.1\n29500\n"), hashText("10.0.0.1\n29500\n"));
  EXPECT_NE(hashText("10.0.0.1\n29500\n"), hashText("10.0.0.1\n29501\n"));
  EXPECT_NE(hashText(""), hashText("a"));
  EXPECT_NE(hashText("12345678"), hashText("1234567"));
}

} // namespace
