//===- NcclStateTest.cpp - Where a session of NCCL is ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "cuda/NcclState.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <tuple>
#include <vector>

using namespace conorm::rt::cuda;

namespace {

constexpr int numStates = int(NcclState::Abandoned) + 1;
constexpr int numEvents = int(NcclEvent::GiveUp) + 1;

/// All arrows of the diagram in docs/CUDAProtocol.md, and no others.
TEST(NcclState, hasTheArrowsOfTheDiagram) {
  using S = NcclState;
  using E = NcclEvent;
  using Arrow = std::tuple<S, E, S>;
  const std::vector<Arrow> diagram = {
      {S::Unused, E::Start, S::Connecting},
      {S::Connecting, E::Agree, S::Connected},
      {S::Connected, E::Retire, S::Retired},
      {S::Unused, E::Fail, S::Failed},
      {S::Connecting, E::Fail, S::Failed},
      {S::Connected, E::Fail, S::Failed},
      {S::Retired, E::Fail, S::Failed},
      {S::Unused, E::Finish, S::Ending},
      {S::Connecting, E::Finish, S::Ending},
      {S::Connected, E::Finish, S::Ending},
      {S::Retired, E::Finish, S::Ending},
      {S::Failed, E::Finish, S::Ending},
      {S::Ending, E::Drain, S::Quiet},
      {S::Ending, E::GiveUp, S::Abandoned},
  };
  std::vector<Arrow> found;
  for (int state = 0; state < numStates; ++state)
    for (int event = 0; event < numEvents; ++event) {
      S to = after(S(state), E(event));
      if (to != S(state))
        found.emplace_back(S(state), E(event), to);
    }
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(diagram));
}

TEST(NcclState, neverGoesBack) {
  for (int state = 0; state < numStates; ++state)
    for (int event = 0; event < numEvents; ++event)
      EXPECT_GE(int(after(NcclState(state), NcclEvent(event))), state);
}

} // namespace
