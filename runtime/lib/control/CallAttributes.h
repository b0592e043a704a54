//===- CallAttributes.h - What a call is, from its arguments ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The same for every backend: what members compare must not depend on where
// they run. A strategy that is still open is none of an all_reduce's: the
// operations' common part (api/Ops.cpp) has chosen.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_CALLATTRIBUTES_H
#define CONORM_RUNTIME_LIB_CONTROL_CALLATTRIBUTES_H

#include "Backend.h"
#include "CallHeader.h"

namespace conorm::rt {

CallAttributes describeArgs(const conorm_all_reduce_args &args,
                            const Site &site);
CallAttributes describeArgs(const conorm_all_reduce_rms_norm_args &args,
                            const Site &site);
/// `op`: reduce_scatter or all_gather, which have one step under any strategy.
CallAttributes describeArgs(uint32_t op, const conorm_scatter_gather_args &args,
                            const Site &site);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_CALLATTRIBUTES_H
