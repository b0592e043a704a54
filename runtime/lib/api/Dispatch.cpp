//===- Dispatch.cpp - The strategy of a call ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"

#include "Validate.h"

#include "support/Names.h"
#include "support/Structs.h"

using namespace conorm::rt;

/// "auto, one_shot and two_shot".
static std::string listStrategies(const Backend &backend) {
  std::string text = enumName<conorm_strategy>(CONORM_STRATEGY_AUTO), last;
  for (uint32_t other = 1; other <= CONORM_STRATEGY_MULTIMEM; ++other) {
    if (!backend.supports(other))
      continue;
    if (!last.empty())
      text += ", " + last;
    last = enumName<conorm_strategy>(other);
  }
  return text + " and " + last;
}

Error conorm::rt::checkStrategy(const conorm_context &context,
                                uint32_t strategy) {
  if (strategy == CONORM_STRATEGY_AUTO)
    return success();
  if (Error error =
          checkEnumerator("strategy", strategy, CONORM_STRATEGY_MULTIMEM))
    return error;
  if (context.backend->supports(strategy))
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "the %s backend has the strategies %s, asked for %s",
                   enumName<conorm_backend>(context.backendKind),
                   listStrategies(*context.backend).c_str(),
                   enumName<conorm_strategy>(strategy));
}

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

Error conorm::rt::resolveStrategy(const conorm_context &context,
                                  const conorm_dispatch *dispatch,
                                  int64_t bytes, int64_t members,
                                  bool sharesRows, uint32_t &strategy) {
  if (strategy != CONORM_STRATEGY_AUTO)
    return success();
  if (dispatch) {
    conorm_dispatch table;
    if (Error error = readStruct(dispatch, table, "dispatch"))
      return error;
    if (table.num_ranges && !table.ranges)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "dispatch.ranges is null but dispatch.num_ranges is %u",
                       table.num_ranges);
    strategy = lookUpStrategy(table, context.backendKind, bytes, members);
  }
  if (strategy == CONORM_STRATEGY_AUTO)
    strategy = context.backend->defaultStrategy(bytes, members, sharesRows);
  return checkStrategy(context, strategy);
}
