//===- Dispatch.cpp - The strategy of a call ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"

#include "support/Args.h"

using namespace conorm::rt;

uint32_t conorm::rt::lookUpStrategy(const conorm_dispatch &dispatch,
                                    uint32_t backend, int64_t bytes,
                                    int64_t members) {
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  if (dispatch.backend != backend)
    return strategy;
  uint32_t groupSize = 0;
  for (uint32_t i = 0; i < dispatch.num_ranges; ++i) {
    const conorm_strategy_range &range = dispatch.ranges[i];
    if (range.group_size > members)
      break;
    // The ranges of a larger size replace those of a smaller one.
    if (range.group_size != groupSize)
      strategy = CONORM_STRATEGY_AUTO;
    groupSize = range.group_size;
    if (range.from_bytes <= bytes)
      strategy = range.strategy;
  }
  return strategy;
}

Error conorm::rt::resolveStrategy(const Backend &backend, uint32_t backendKind,
                                  const conorm_dispatch *dispatch,
                                  int64_t bytes, int64_t members,
                                  bool sharesRows, uint32_t &strategy) {
  if (strategy != CONORM_STRATEGY_AUTO)
    return success();
  if (dispatch) {
    conorm_dispatch table;
    if (Error error = readArgs(dispatch, table, "dispatch"))
      return error;
    if (table.num_ranges && !table.ranges)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "dispatch.ranges is null but dispatch.num_ranges is %u",
                       table.num_ranges);
    strategy = lookUpStrategy(table, backendKind, bytes, members);
  }
  if (strategy == CONORM_STRATEGY_AUTO)
    strategy = backend.defaultStrategy(bytes, members, sharesRows);
  return success();
}
