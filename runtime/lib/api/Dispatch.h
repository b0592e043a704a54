//===- Dispatch.h - The strategy of a call ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A function of the call and of the group alone, so that all ranks that make
// the same call take the same strategy without talking. Ranks whose programs
// have different tables are told apart by the site's hash, which covers them,
// and by the strategy, which is in the call's digest.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_API_DISPATCH_H
#define CONORM_RUNTIME_LIB_API_DISPATCH_H

#include "Context.h"

namespace conorm::rt {

/// Refuses what is no conorm_strategy, and what the context's backend does not
/// support. AUTO passes: it leaves the choice.
Error checkStrategy(const conorm_context &context, uint32_t strategy);

/// What a call of `bytes` among `members` takes by `dispatch`, which is of this
/// version; AUTO if it does not say.
uint32_t lookUpStrategy(const conorm_dispatch &dispatch, uint32_t backend,
                        int64_t bytes, int64_t members);

/// Replaces AUTO in `strategy`: by the table of the call, which may be NULL and
/// is checked as what a call asks for, or else by the backend's default, which
/// `sharesRows` is for.
Error resolveStrategy(const conorm_context &context,
                      const conorm_dispatch *dispatch, int64_t bytes,
                      int64_t members, bool sharesRows, uint32_t &strategy);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_API_DISPATCH_H
