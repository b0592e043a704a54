//===- SplitStridedNorm.h - Norms of strided buffers ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_CONORMTORUNTIME_SPLITSTRIDEDNORM_H
#define CONORM_LIB_CONVERSION_CONORMTORUNTIME_SPLITSTRIDEDNORM_H

#include "conorm/Conversion/ConormToRuntime/RuntimeCall.h"

namespace conorm {

/// Moves an operation on buffers with contiguous rows, but not contiguous as a
/// whole, into loops over its outer dimensions, so that each call of the
/// runtime has contiguous buffers and nothing is copied. Heads of a projection
/// are such buffers. Only for calls that may be split: the rows of norms are
/// independent, but for collectives this would change the calls that the ranks
/// agree on. Returns whether `op` has been moved, and has other operands.
bool splitStridedNorm(mlir::Operation *op, const RuntimeCall &call);

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_CONORMTORUNTIME_SPLITSTRIDEDNORM_H
