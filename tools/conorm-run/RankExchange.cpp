//===- RankExchange.cpp - The ranks, as one of them sees them -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankExchange.h"

#include "RunError.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace conorm::run;

void RankExchange::allgather(const void *send, size_t bytes, void *recv) {
  beat();
  int32_t status =
      bootstrap.allgather(bootstrap.user, send, bytes, recv, timeoutMs);
  if (status != 0) {
    // The bootstrap knows who is missing, and why.
    std::string reason = conorm_bootstrap_message();
    throw RankError(CONORM_ERROR_BOOTSTRAP,
                    !reason.empty()
                        ? reason
                        : "expected all " + std::to_string(size()) +
                              " ranks to exchange data, found one gone or "
                              "late");
  }
  beat();
}

void RankExchange::agree(const std::string &error) {
  struct Message {
    char text[1024];
  } mine = {};
  std::snprintf(mine.text, sizeof(mine.text), "%s", error.c_str());
  for (const Message &message : gather(mine))
    if (message.text[0])
      throw AgreedError(message.text);
}

std::vector<char> RankExchange::broadcast(const std::vector<char> &bytes) {
  constexpr size_t piece = 16 << 10;
  uint64_t total = gather(uint64_t(bytes.size()))[0];
  std::vector<char> result(total), send(piece), recv(piece * size());
  for (size_t at = 0; at < total; at += piece) {
    size_t count = std::min(piece, size_t(total) - at);
    if (rank() == 0)
      std::memcpy(send.data(), bytes.data() + at, count);
    allgather(send.data(), count, recv.data());
    std::memcpy(result.data() + at, recv.data(), count);
  }
  return result;
}
